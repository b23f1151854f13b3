"""Trainable models: VideoChat2 and the LLaVA family."""
