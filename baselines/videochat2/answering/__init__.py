"""Requests -> replies."""
