"""Which checkpoint is meant: what can be told of it before its weights are read."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from baselines.videochat2.build import BUILDS
from baselines.videochat2.checkpoint.description import CONFIG, MADE, description, is_ours
from baselines.videochat2.sizes import FIXED, Build
from baselines.videochat2.weights.shards import files_of
from mvbench.errors import ModelError, UsageError, suggestion
from mvbench.models.huggingface.batching import one_line
from mvbench.models.huggingface.checkpoint import best_device

if TYPE_CHECKING:
    import torch

    from baselines.videochat2.checkpoint.loading import Loaded

log = logging.getLogger(__name__)

DType = Literal["float32", "bfloat16", "float16"]
Origin = Literal["original", "fixed"]
ANY = "vicuna_7b"
"""The release that gave the family its name: under it goes every checkpoint of our own."""


class Source:
    """A checkpoint with the folders that go with it, as a model's arguments name them.

    release: the build that files of others must be of, which do not say so themselves; folders of our own must be like
    it in prompt format and tiles. Raises UsageError for an argument that cannot be; reads no weights, imports no torch.
    """

    def __init__(
        self,
        checkpoint: str,
        *,
        name: str,
        release: str,
        llm: str | None = None,
        bert: str | None = None,
        dtype: str | None = None,
        device: str | None = None,
        partial: bool = False,
        compat: str | None = None,
    ) -> None:
        for argument, value in (("checkpoint", checkpoint), ("llm", llm), ("bert", bert), ("device", device)):
            if not (isinstance(value, str) and value) and (value is not None or argument == "checkpoint"):
                raise UsageError(f"{argument} is {value!r}; it must be text")
        for argument, word, known in (("dtype", dtype, get_args(DType)), ("compat", compat, get_args(Origin))):
            if word not in (None, *known):
                raise UsageError(
                    f"{argument} is {word!r}; it must be one of {', '.join(known)}{suggestion(str(word), known)}"
                )
        if not isinstance(partial, bool):
            raise UsageError(f"partial is {partial!r}; it must be true or false")
        self._path, self._llm, self._bert = Path(checkpoint), llm, bert
        self._device, self._partial, self._compat = device, partial, compat
        if not self._path.exists():
            raise UsageError(f"checkpoint={checkpoint!r} does not exist")
        if (self._path / MADE).is_file() and not (self._path / CONFIG).is_file():
            raise UsageError(f"checkpoint={checkpoint!r} is unfinished; run the `mvbench build` that began it again")
        self._own = description(checkpoint) if is_ours(checkpoint) else None
        if self._own is not None:
            refuse_another(self._own.build, release, name=name, checkpoint=checkpoint)
        self._need_folders(name)
        whole = self._own is not None and self._own.language_model == "included"
        self._dtype: DType = dtype or ("float32" if whole else "bfloat16")  # type: ignore[assignment]
        self.build = switched(self._own.build if self._own else BUILDS[release](), compat)

    def _need_folders(self, name: str) -> None:
        """Raises UsageError where the language model or the tokenizers lie elsewhere and nobody says where."""
        if self._own is not None:
            if self._own.language_model == "external" and self._llm is None:
                kind = self._own.build.llm.get("model_type")
                raise UsageError(
                    f"checkpoint={str(self._path)!r} was made over a language model ({kind}) that has a folder of its "
                    f"own: give that with --model-args llm=FOLDER or under [models.{name}] in mvbench.toml"
                )
            return
        files_of(self._path)  # raises for a folder without a checkpoint, which no other folder would mend
        needed = {"llm": self._llm, "bert": self._bert}
        if missing := [argument for argument, folder in needed.items() if folder is None]:
            from baselines.videochat2.checkpoint.needed import needed as advice

            raise UsageError(
                f"checkpoint={str(self._path)!r} does not hold all of model {name!r}; give {' and '.join(missing)} "
                f"with --model-args or under [models.{name}] in mvbench.toml ({advice(name)})"
            )

    def identity(self) -> Mapping[str, Any]:
        """Content hashes, build, compat switches, dtype; no path."""
        from baselines.videochat2.checkpoint.digests import identity

        return {
            **identity(self._path, llm=self._llm, bert=self._bert),
            "build": self.build.name,
            "compat": asdict(self.build.compat),
            "dtype": self._dtype,
            "partial": self._partial,
        }

    def load(self) -> Loaded:
        """The weights, on their device. Raises UsageError, ModelError and MissingExtra, one line each."""
        from baselines.videochat2.language import need_transformers

        need_transformers()
        import torch

        from baselines.videochat2.checkpoint.loading import load

        device = usable(self._device or best_device())
        try:
            return load(
                self._path,
                build=None if self._own else self.build,
                llm=self._llm,
                bert=self._bert,
                dtype=getattr(torch, self._dtype),
                device=device,
                partial=self._partial,
                compat=None if self._compat is None else self.build.compat,
            )
        except (
            MemoryError,
            RuntimeError,
        ) as error:  # not enough memory, most of all: the next batch would not do better
            log.debug("where loading failed", exc_info=True)
            trouble = one_line(error) or type(error).__name__
            raise ModelError(f"checkpoint={str(self._path)!r} cannot be put on {device}: {trouble}") from None


def usable(name: str) -> torch.device:
    """The device of that name. Raises UsageError where torch knows none or has none."""
    import torch

    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (AssertionError, NotImplementedError, RuntimeError) as error:
        raise UsageError(f"device {name!r} cannot be used: {one_line(error)}") from None
    return device


def refuse_another(build: Build, release: str, *, name: str, checkpoint: str) -> None:
    """Raises UsageError for a checkpoint of our own that says nothing, or that another name stands for."""
    if build.stage == 1:
        raise UsageError(
            f"checkpoint={checkpoint!r} is of stage 1, which has no language model and so no replies; give one of a "
            "later stage"
        )
    if release != ANY and likeness(build) != likeness(BUILDS[release]()):
        kind = f"prompt format {build.prompt_format}{' and tiles' if build.tiles else ''}"
        raise UsageError(
            f"checkpoint={checkpoint!r} is a build with {kind}, which is no {name}; use --model videochat2: it takes "
            "any build"
        )


def switched(build: Build, origin: str | None) -> Build:
    """The build with the compat switches of the original, or with none; None: with its own.

    Raises UsageError where no original has the build's prompt format.
    """
    if origin is None:
        return build
    if origin == "fixed":
        return replace(build, compat=FIXED)
    for make in BUILDS.values():
        made = make()
        if likeness(made) == likeness(build) and made.compat != FIXED:
            return replace(build, compat=made.compat)
    raise UsageError(f"compat=original: there is no original with prompt format {build.prompt_format!r}")


def likeness(build: Build) -> tuple[str, bool]:
    """What one of our own must share with a release to go under its name: prompt format, and whether it has tiles."""
    return build.prompt_format, build.tiles is not None
