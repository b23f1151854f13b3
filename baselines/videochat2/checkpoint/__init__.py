"""Checkpoints: a folder or file -> a model that is ready, and back."""
