"""Measure how well a model understands time in video."""
