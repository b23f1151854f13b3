"""Which build a released file is of, read off its names and shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from baselines.videochat2.build import BUILDS, OWN_LLM, at_stage, over
from baselines.videochat2.checkpoint.causes import BLOCK, CALLED, LLMS, PATCHES, QUERIES, WORDS, count, rank
from baselines.videochat2.sizes import Build, LoraSize
from baselines.videochat2.weights.names import ADAPTED, ours, sign
from mvbench.errors import ModelError, UsageError

Shapes = Mapping[str, tuple[int, ...]]

SAME = ("model_type", "num_hidden_layers")
LAYER = "qformer.bert.encoder.layer.{}.attention.self.query.weight"


def recognise(shapes: Shapes, *, origin: str = "the checkpoint") -> Build:
    """The build of a checkpoint with such weights, named as in its file.

    Of those in `BUILDS` it is the first with the same language model (by the original's name for it), vision encoder
    and Q-Former, at the stage that its weights tell; of Mistral's two, which have the same weights, that of stage 3.
    Raises ModelError where it tells neither stage nor language model, or none of the builds has its sizes.
    """
    told = sign(shapes)
    renamed = ours(shapes)
    new = {renamed[name]: shape for name, shape in shapes.items()}
    if told.stage is None:
        raise ModelError(f"{origin!r}: {len(shapes)} weights, and none of them tells a VideoChat2")
    for name in BUILDS:
        build = BUILDS[name]()
        called = LLMS.get(build.prompt_format)
        if sizes(build) == found_sizes(new) and (told.llm is None or told.llm == called):
            return as_in_file(at_stage(build, told.stage), new)
    title = CALLED[told.llm][0] if told.llm else "a language model"
    raise ModelError(
        f"{origin!r} is a VideoChat2 over {title}, and of its sizes there is no build (width, patch, blocks of the "
        f"vision encoder; width, layers, queries of the Q-Former: {found_sizes(new)})"
    )


def sizes(build: Build) -> tuple[int, ...]:
    """Width, patch and blocks of the vision encoder; width, layers and queries of the Q-Former."""
    vision, qformer = build.vision, build.qformer
    return vision.width, vision.patch, vision.blocks, qformer.width, qformer.layers, qformer.queries


def found_sizes(shapes: Shapes) -> tuple[int, ...]:
    """The same of a file, 0 for what it does not tell."""
    patches, query, queries = (shapes.get(name, ()) for name in (PATCHES, LAYER.format(0), QUERIES))
    return (
        patches[0] if patches else 0,
        patches[-1] if patches else 0,
        count(shapes, BLOCK),
        query[0] if query else 0,
        count(shapes, LAYER),
        queries[1] if len(queries) > 1 else 0,
    )


def as_in_file(build: Build, shapes: Shapes) -> Build:
    """A build that trains tokenizers of its own, and so has as many words and such adapters as the file.

    Of adapters a file tells rank and layers; alpha is taken to be twice the rank. The other builds are what they are,
    and a file has to fit them.
    """
    if build.name not in OWN_LLM:
        return build
    if WORDS in shapes:
        build = replace(build, qformer=replace(build.qformer, vocabulary=shapes[WORDS][0]))
    size = rank(shapes)
    if size is None:
        return build
    layers = {found[1].rpartition(".")[2] for name in shapes if (found := ADAPTED.fullmatch(name))}
    return replace(build, lora=LoraSize(rank=size, alpha=2 * size, targets=tuple(sorted(layers))))


def fitted(build: Build, llm: Mapping[str, object], *, folder: str | Path | None) -> Build:
    """The build over the language model that is given, with the adapters that it had.

    Raises UsageError for one of another family or depth, of which not every checkpoint would tell by its shapes.
    """
    for name in SAME:
        if llm.get(name) != build.llm.get(name):
            raise UsageError(
                f"llm={str(folder)!r} has {name} {llm.get(name)!r}, and {build.name} stands on one with "
                f"{build.llm.get(name)!r}; give the language model that the checkpoint was made with"
            )
    return replace(over(build, llm), lora=build.lora)
