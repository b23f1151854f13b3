"""Readers of the annotation files of the eleven sources, as a user downloads them: files -> Facts."""
