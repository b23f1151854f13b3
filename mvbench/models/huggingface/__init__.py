"""`hf`: any image-text-to-text model of transformers, from a folder, from the hub, or alive in a training loop."""

from mvbench.models.huggingface.model import HuggingFace

__all__ = ["HuggingFace"]
