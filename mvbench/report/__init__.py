"""A run as one page, or as a table for other programs."""
