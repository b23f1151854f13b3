"""Runs on the same questions -> who is better, by how much, whether it is noise, and which setting explains it."""
