"""Clip -> Frames."""

from mvbench.video.read import ReadOptions, read

__all__ = ["ReadOptions", "read"]
