"""Run folders and submissions -> a ranked CSV and a site."""
