"""A checkpoint -> a model that is ready to answer or to be trained on."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from baselines.videochat2 import language, lora
from baselines.videochat2.build import seeded
from baselines.videochat2.checkpoint.accounts import Account, account, settle
from baselines.videochat2.checkpoint.causes import made_with_another
from baselines.videochat2.checkpoint.description import Description, description, is_ours
from baselines.videochat2.checkpoint.filling import Supply, empty, fill, shapes_of, twins
from baselines.videochat2.checkpoint.needed import WHERE
from baselines.videochat2.checkpoint.released import fitted, recognise
from baselines.videochat2.checkpoint.saving import ADAPTERS, BERT_TOKENIZER, TOKENIZER, WEIGHTS
from baselines.videochat2.sizes import Build, Compat
from baselines.videochat2.weights.foreign import Weights, shapes
from baselines.videochat2.weights.names import ADAPTER, Sign, sign
from mvbench.errors import ModelError, UsageError

if TYPE_CHECKING:
    import torch
    from torch import nn

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model with everything that belongs to it; in evaluation mode.

    `build` is what it really is: `lora` None where adapters were merged, `llm` as in the language model's own folder.
    `bert_tokenizer` is set as this build reads. `account` tells what became of every weight.
    """

    model: nn.Module
    build: Build
    tokenizer: Any
    bert_tokenizer: Any
    account: Account


def load(
    path: str | Path,
    *,
    build: Build | None = None,
    llm: str | Path | None = None,
    bert: str | Path | None = None,
    dtype: torch.dtype,
    device: str | torch.device = "cpu",
    merge: bool = True,
    partial: bool = False,
    compat: Compat | None = None,
) -> Loaded:
    """Read a folder of ours, or a file or folder of another public form.

    build: what a checkpoint of others must be of; without it, what its names tell. A folder of ours says it itself.
    llm, bert: folders of the language model and of BERT's tokenizer, where the checkpoint does not bring them. merge:
    add LoRA adapters to the weights. partial: load what fits, and name what does not. compat: in place of the build's.

    Raises UsageError for what the user can mend in the arguments, ModelError for a checkpoint that does not fit.
    """
    if is_ours(path):
        told = description(path)
        plan = of_ours(Path(path), told, llm=llm, bert=bert)
    else:
        plan = of_others(path, build, llm=llm, bert=bert, partial=partial)
    if compat is not None:
        plan = replace(plan, build=replace(plan.build, compat=compat))
    model, result = assembled(plan, dtype=dtype, device=device, merge=merge, partial=partial)
    build = plan.build
    if merge and build.lora is not None:
        model.llm = lora.merged(model.llm)
        build = replace(build, lora=None)
    return Loaded(model.eval(), build, words(plan), bert_words(plan), result)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be read. `llm`, `tokenizer`, `bert`: folders; `llm` None where its weights are in the supplies."""

    origin: str
    build: Build
    supplies: Sequence[Supply]
    sign: Sign
    llm: Path | None
    tokenizer: Path | None
    bert: Path


def of_ours(folder: Path, told: Description, *, llm: str | Path | None, bert: str | Path | None) -> Plan:
    build = told.build
    if not (folder / WEIGHTS).is_file():
        raise UsageError(f"{str(folder)!r} holds no {WEIGHTS}; it is only a part of a checkpoint")
    supplies = [supply(folder / WEIGHTS)]
    if build.lora is not None:
        supplies.append(adapters(folder / ADAPTERS, build))
    outside = told.language_model == "external" and build.stage > 1
    if outside:
        facts = language.config(needed_folder(llm, "llm", "the language model", folder))
        build = fitted(build, facts, folder=llm)
    elif llm is not None:
        log.warning("%s brings its own language model: llm=%s is not read", folder, llm)
    inside = {name: folder / name for name in (TOKENIZER, BERT_TOKENIZER) if (folder / name).is_dir()}
    speaks = inside.get(TOKENIZER) or needed_folder(llm, "llm", "a tokenizer", folder) if build.stage > 1 else None
    reads = inside.get(BERT_TOKENIZER) or needed_folder(bert, "bert", "BERT's tokenizer", folder)
    elsewhere = Path(llm) if outside and llm is not None else None
    return Plan(str(folder), build, supplies, sign(shapes_of(supplies)), elsewhere, speaks, reads)


def of_others(
    path: str | Path, build: Build | None, *, llm: str | Path | None, bert: str | Path | None, partial: bool
) -> Plan:
    weights = Weights(path)
    shapes = {name: held.shape for name, held in weights.held.items()}
    told = sign(shapes)
    if any(name.startswith(("llm.", "projection.")) for name in shapes):
        raise ModelError(f"{str(path)!r} holds weights of ours and no config.json: it was not written to its end")
    build = build or recognise(shapes, origin=str(path))
    another = made_with_another(told, build)
    if another and not partial:  # said before the folder of the language model is looked at, which may be the right one
        raise ModelError(f"{str(path)!r} does not fit {build.name}: {another}")
    bert = needed_folder(bert, "bert", "BERT's tokenizer", path)
    if build.stage > 1:
        llm = needed_folder(llm, "llm", "the language model", path)
        build = fitted(build, language.config(llm), folder=llm)
    folder = Path(str(llm)) if build.stage > 1 else None
    return Plan(str(path), build, [Supply.of(weights)], told, folder, folder, bert)


def needed_folder(folder: str | Path | None, argument: str, what: str, path: str | Path) -> Path:
    if folder is None:
        raise UsageError(
            f"{str(path)!r} does not bring {what}: give its folder with {argument}=FOLDER. {WHERE[argument]}"
        )
    return Path(folder)


def supply(file: Path) -> Supply:
    weights = Weights(file)
    return Supply(weights, {name: name for name in weights.held})


def adapters(folder: Path, build: Build) -> Supply:
    """The adapters as peft saves them. Raises UsageError where they are not those that the build has."""
    if not (folder / lora.WEIGHTS).is_file():
        raise UsageError(f"{str(folder)!r} holds no {lora.WEIGHTS}; it is only a part of a checkpoint")
    size, here = lora.read_size(folder), build.lora
    assert here is not None
    if (size.rank, size.alpha, set(size.targets)) != (here.rank, here.alpha, set(here.targets)):
        raise UsageError(f"the adapters in {str(folder)!r} are others than config.json tells of: {size} and {here}")
    weights = Weights(folder / lora.WEIGHTS)
    return Supply(weights, {in_model(name): name for name in weights.held})


def in_model(name: str) -> str:
    """An adapter's name as peft saves it -> as it is in our model."""
    stem, dot, kind = name.rpartition(".")
    return f"llm.{stem}.{lora.NAME}{dot}{kind}" if ADAPTER.search(name + ".") else f"llm.{name}"


def assembled(
    plan: Plan, *, dtype: torch.dtype, device: str | torch.device, merge: bool, partial: bool
) -> tuple[nn.Module, Account]:
    """The model with its weights. Names and shapes are settled before the first weight is read."""
    import torch

    build = plan.build
    model = empty(build)
    found = shapes_of(plan.supplies)
    wanted = shapes(model.state_dict())
    once = {name for name, first in twins(model).items() if name not in found and first in found}
    result = account(
        found,
        {name: shape for name, shape in wanted.items() if name not in once},
        build=build,
        from_stage=build.stage,
        llm_elsewhere=plan.llm is not None,
    )
    settle(result, found, wanted, sign=plan.sign, build=build, origin=plan.origin, partial=partial)
    speaker = None if plan.llm is None else language.llm(plan.llm, dtype=dtype, device=device)
    if not result.clear:
        model = seeded(build, seed=0, llm=speaker).to(device, dtype)
    elif speaker is not None:
        model = empty(build, llm=speaker)

    def dtype_of(name: str) -> torch.dtype:
        """Adapters are added to the weights with all their digits."""
        return torch.float32 if merge and ADAPTER.search(name) else dtype

    fill(model, plan.supplies, result.loaded, dtype_of=dtype_of, device=device)
    return model.to(device), result


def words(plan: Plan) -> Any:
    return None if plan.tokenizer is None else language.llm_tokenizer(plan.tokenizer)


def bert_words(plan: Plan) -> Any:
    return language.bert_tokenizer(plan.bert, plan.build)
