"""A name -> what an entry point registers under it, or a file defines, or the nearest name."""

import hashlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from mvbench.errors import ModelError, MVBenchError, UsageError, suggestion
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
    except Exception as error:  # whatever a third party's module raises
        raise UsageError(f"{kind} {name!r} cannot be loaded from {points[name].value}: {in_words(error)}") from error


def model_factory(name: str) -> Callable[..., Any]:
    """What is registered as model `name`, or the class that `path/to/file.py:Class` names.

    Raises UsageError with the nearest name.
    """
    file = model_file(name)
    factory: Callable[..., Any] = find(MODELS, name, kind="model") if file is None else defined_in(file, name)
    return factory


def model_file(name: str) -> Path | None:
    """The file of `path/to/file.py:Class`; None for a registered name."""
    file = name.rpartition(":")[0] or name
    if not file.endswith(".py"):
        return None
    if file == name:
        raise UsageError(f"model {name!r} names a file alone; name the class in it too: {name}:MyModel")
    return Path(file).expanduser()


def defined_in(file: Path, name: str) -> Any:
    """The class that `file.py:Class` names; running the file is what the user asked for. Raises UsageError."""
    if not file.is_file():
        raise UsageError(f"model {name!r}: there is no file {str(file)!r}")
    digest = hashlib.blake2b(file.read_bytes(), digest_size=8).hexdigest()  # a file that was changed runs again
    module_name = f"mvbench_model_{file.stem}_{digest}"
    module = sys.modules.get(module_name) or run_file(file.resolve(), module_name, name)
    attribute = name.rpartition(":")[2]
    factory = getattr(module, attribute, None)
    if not callable(factory):
        classes = [key for key, value in vars(module).items() if isinstance(value, type)]
        raise UsageError(f"model {name!r}: {file.name} defines no class {attribute!r}{suggestion(attribute, classes)}")
    return factory


def run_file(file: Path, module_name: str, name: str) -> ModuleType:
    """The file as a module. What lies beside it can be imported, but never hides an installed package."""
    spec = importlib.util.spec_from_file_location(module_name, file)
    assert spec and spec.loader, "the name ends in .py"
    module = importlib.util.module_from_spec(spec)
    if str(file.parent) not in sys.path:
        sys.path.append(str(file.parent))
    sys.modules[module_name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[module_name]
        raise UsageError(f"model {name!r}: {file.name} cannot be run: {in_words(error)}") from error
    return module


def in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


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
    """The model that `--model` names, built with the user's arguments.

    Raises UsageError for an unknown name or argument, ModelError for a class that does not keep the contract.
    """
    return build(model_factory(name), arguments, generation, name=name)


def build(factory: Callable[..., Any], arguments: Mapping[str, Any], generation: Generation, *, name: str) -> Model:
    """A model from what makes it; `name` is for messages. Raises UsageError and ModelError as `build_model` does."""
    accepted = inspect.signature(factory).parameters
    if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in accepted.values()):
        known = [parameter for parameter in accepted if parameter != "generation"]
        for argument in arguments:
            if argument not in known:
                listed = f"; it takes {', '.join(known) or 'none'}"
                raise UsageError(f"model {name!r} has no argument {argument!r}{suggestion(argument, known) or listed}")
    try:
        model = factory(generation=generation, **arguments)
    except MVBenchError:
        raise
    except (TypeError, ValueError) as error:
        raise UsageError(f"model {name!r} refuses its arguments: {error}") from error
    return checked(model, name)


def checked(model: Any, name: str) -> Model:
    """The model, where it keeps the protocol. Raises ModelError."""
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
