"""A name -> what an entry point registers under it, or the nearest name."""

import inspect
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from mvbench.errors import ModelError, UsageError, suggestion
from mvbench.model import Model
from mvbench.types import FrameSpec, Generation

MODELS = "mvbench.models"
DATASETS = "mvbench.datasets"


def registered(group: str) -> dict[str, EntryPoint]:
    """The entry points of a group by name, sorted."""
    return {point.name: point for point in sorted(entry_points(group=group), key=lambda point: point.name)}


def find(group: str, name: str, *, kind: str) -> Any:
    """What the entry point `name` of a group refers to. Raises UsageError with the nearest name."""
    points = registered(group)
    if name not in points:
        raise UsageError(f"{kind} {name!r} is unknown{suggestion(name, points)} (known: {', '.join(points)})")
    try:
        return points[name].load()
    except (ImportError, AttributeError) as error:
        raise UsageError(f"{kind} {name!r} cannot be loaded from {points[name].value}: {error}") from None


def model_factory(name: str) -> Callable[..., Any]:
    """What is registered as model `name`. Raises UsageError with the nearest name."""
    factory: Callable[..., Any] = find(MODELS, name, kind="model")
    return factory


def missing_arguments(
    factory: Callable[..., Any], arguments: Mapping[str, Any], *, given: Collection[str] = ()
) -> list[str]:
    """The arguments a model cannot be built without and that are not there; `given` come from the harness."""
    return [
        parameter.name
        for parameter in inspect.signature(factory).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.KEYWORD_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        and parameter.name not in {"generation", *given, *arguments}
    ]


def build_model(name: str, arguments: Mapping[str, Any], generation: Generation) -> Model:
    """The model that is registered as `name`, built with the user's arguments.

    Raises UsageError for an unknown name or argument, ModelError for a class that does not keep the contract.
    """
    if "api_key" in arguments:
        raise UsageError("api_key= is refused, for it would be written down; put the key in an environment variable")
    factory = model_factory(name)
    accepted = inspect.signature(factory).parameters
    if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in accepted.values()):
        known = [parameter for parameter in accepted if parameter != "generation"]
        for argument in arguments:
            if argument not in known:
                listed = f"; it takes {', '.join(known) or 'none'}"
                raise UsageError(f"model {name!r} has no argument {argument!r}{suggestion(argument, known) or listed}")
    model = factory(generation=generation, **arguments)
    if not isinstance(model, Model):
        raise ModelError(
            f"model {name!r} does not keep the protocol: name, batch_size, concurrency, wants, identity(), answer()"
        )
    if not (isinstance(model.wants, FrameSpec) and isinstance(model.identity(), Mapping)):
        raise ModelError(f"model {name!r}: wants must be a FrameSpec, and identity() must return a mapping")
    if not (isinstance(model.batch_size, int) and isinstance(model.concurrency, int)):
        raise ModelError(f"model {name!r}: batch_size and concurrency must be whole numbers")
    if model.batch_size < 1 or model.concurrency < 1:
        sizes = f"batch_size {model.batch_size} and concurrency {model.concurrency}"
        raise ModelError(f"model {name!r} has {sizes}; both must be at least 1")
    return model


def dataset_folder(name: str) -> Path:
    """Where the data set lies that `--data` names: a folder, else a registered name with options, `synth:size=small`.

    Raises UsageError for what is neither.
    """
    with suppress(OSError):  # a name too long for a path is no folder
        folder = Path(name)
        if folder.is_dir():
            return folder
    head, _, tail = name.partition(":")
    if head in registered(DATASETS):
        options = dict(part.partition("=")[::2] for part in tail.split(",") if part)
        made: Path = find(DATASETS, head, kind="data set")(options)
        return made
    known = ", ".join(registered(DATASETS))
    raise UsageError(
        f"--data {name!r} is no folder and no data set{suggestion(head, registered(DATASETS))} (data sets: {known})"
    )
