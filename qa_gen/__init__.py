"""Annotations of the eleven source data sets -> the twenty tasks."""
