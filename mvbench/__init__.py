"""Measure how well a model understands time in video."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mvbench.api import evaluate

__all__ = ["evaluate"]


def __getattr__(name: str) -> Any:
    # `mvbench --help` imports this package too and must not wait for what an evaluation needs.
    if name == "evaluate":
        from mvbench.api import evaluate

        return evaluate
    raise AttributeError(f"module 'mvbench' has no attribute {name!r}")
