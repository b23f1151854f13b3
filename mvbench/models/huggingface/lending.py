"""A model for the time of an answer: quiet, on its device, and given back as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any


@contextmanager
def lent(model: Any, config: Any) -> Iterator[None]:
    """The model for an answer: evaluation mode, no gradients, generation config `config`, the random state kept.

    `generate` fills whatever a configuration leaves open from the model's own, so that one is taken away meanwhile,
    from every part that has one: wrappers such as LoRA's copy theirs to the model inside.
    No inference mode: a buffer that a forward pass replaces would be of no use to the training that goes on after it.
    """
    import torch

    own = [(part, part.generation_config) for part in model.modules() if "generation_config" in vars(part)]
    cards = cards_of(model)
    with on_card(cards), torch.random.fork_rng(devices=sorted(set(cards))), torch.no_grad(), evaluating(model):
        for part, _ in own:
            part.generation_config = config
        try:
            yield
        finally:
            for part, kept in own:
                part.generation_config = kept


def cards_of(model: Any) -> list[int]:
    """The cuda devices of its weights, in the order of the weights."""
    return [weight.device.index for weight in model.parameters() if weight.device.type == "cuda"]


def on_card(cards: list[int]) -> AbstractContextManager[Any]:
    """The first of them as the current device: each thread has its own, and kernels are started on the current one."""
    import torch

    return torch.cuda.device(cards[0]) if cards else nullcontext()


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """Evaluation mode for the block, then every submodule's own mode again: parts may have been frozen before."""
    training = [part for part in model.modules() if part.training]
    model.eval()
    try:
        yield
    finally:
        for part in training:
            part.training = True


@contextmanager
def quiet() -> Iterator[None]:
    """Without the advice that transformers logs about every call; its level is then what it was."""
    from transformers.utils import logging as theirs

    level = theirs.get_verbosity()
    theirs.set_verbosity(theirs.ERROR)
    try:
        yield
    finally:
        theirs.set_verbosity(level)


def free_memory() -> None:
    import gc

    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
