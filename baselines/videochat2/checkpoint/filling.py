"""Networks without weights, and the weights put into them one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from baselines.videochat2.build import make
from baselines.videochat2.sizes import Build
from baselines.videochat2.weights.foreign import Held, Weights, refuse_nan
from baselines.videochat2.weights.names import ours
from mvbench.errors import ModelError, MVBenchError, UsageError
from mvbench.models.huggingface.batching import one_line

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Supply:
    """Files, and which of their names stands for which of ours."""

    weights: Weights
    names: Mapping[str, str]

    @classmethod
    def of(cls, weights: Weights) -> Self:
        """All of a foreign checkpoint. Raises ModelError where two of its names mean the same."""
        names = {new: theirs for theirs, new in ours(list(weights.held)).items()}
        if len(names) < len(weights.held):
            raise ModelError(f"{weights.origin!r} holds weights twice, under names that mean the same")
        return cls(weights, names)

    @property
    def held(self) -> dict[str, Held]:
        return {name: self.weights.held[theirs] for name, theirs in self.names.items()}


def shapes_of(supplies: Sequence[Supply]) -> dict[str, Shape]:
    """Shapes by our names. Raises ModelError where two weights of a checkpoint have one name."""
    found: dict[str, Shape] = {}
    for supply in supplies:
        for name, held in supply.held.items():
            if name in found:
                raise ModelError(f"{supply.weights.origin!r} holds {name} twice, under names that mean the same")
            found[name] = held.shape
    return found


def empty(build: Build, *, llm: nn.Module | None = None) -> nn.Module:
    """The networks with weights on the meta device, which take no memory; `llm` keeps its own.

    What is computed and not saved, such as rotary angles, is there for real. Raises UsageError for sizes that make no
    network.
    """
    from accelerate import init_empty_weights

    try:
        with init_empty_weights(include_buffers=False):
            model = make(build, llm=llm)
    except MVBenchError:
        raise
    except Exception as error:  # the libraries' own words about sizes that do not go together
        raise UsageError(f"no network has the sizes of {build.name}: {one_line(error)}") from None
    tie(model)
    return model


def tie(model: nn.Module) -> None:
    """Join the weights that have two names, which making them without memory, and loading, takes apart."""
    if hasattr(model, "llm"):
        model.llm.tie_weights()
    model.qformer.load_state_dict({}, strict=False)  # its hook does it


def twins(model: nn.Module) -> dict[str, str]:
    """Names of weights that have another name too -> that name, the first."""
    first: dict[int, str] = {}
    return {
        name: known
        for name, weight in model.state_dict(keep_vars=True).items()
        if (known := first.setdefault(id(weight), name)) != name
    }


def fill(
    model: nn.Module,
    supplies: Sequence[Supply],
    names: Sequence[str],
    *,
    dtype_of: Callable[[str], torch.dtype],
    device: str | torch.device,
) -> None:
    """Put the named weights into the model. Raises ModelError for NaN or infinite ones, naming the first."""
    same = twins(model)
    placed: dict[str, Tensor] = {}
    for supply in supplies:
        here = {supply.names[name]: name for name in names if name in supply.names}
        for theirs, tensor in supply.weights.read(here):
            name = here[theirs]
            copy = copied(tensor, dtype_of(name), device)
            refuse_nan(copy, theirs, origin=repr(supply.weights.origin))
            placed[name] = copy
    refuse_unlike_twins(placed, same)
    model.load_state_dict(placed, strict=False, assign=True)
    tie(model)
    left = [name for name, weight in model.state_dict(keep_vars=True).items() if weight.is_meta]
    assert not left, f"accounted for, and yet without numbers: {left[:3]}"


def copied(tensor: Tensor, dtype: torch.dtype, device: str | torch.device) -> Tensor:
    return tensor.to(device, dtype if tensor.is_floating_point() else None, copy=True).contiguous()


def refuse_unlike_twins(placed: dict[str, Any], same: Mapping[str, str]) -> None:
    """Raises ModelError where one weight comes with two names and two contents; keeps it under the first name."""
    for name, first in same.items():
        if name in placed and first in placed:
            if not placed[name].equal(placed[first]):
                raise ModelError(f"the checkpoint holds different numbers in {name} and {first}, which are one weight")
            del placed[name]
