"""`openai`: any server that speaks the OpenAI chat API."""

from mvbench.models.openai.model import OpenAI

__all__ = ["OpenAI"]
