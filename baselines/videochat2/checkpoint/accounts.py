"""Every weight of a checkpoint and every weight of a model, accounted for: no name is passed over in silence."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from baselines.videochat2.checkpoint.causes import likely_cause, made_with_another
from baselines.videochat2.sizes import Build
from baselines.videochat2.weights.names import ADAPTER, COMPUTED, Sign
from mvbench.errors import ModelError

log = logging.getLogger(__name__)

Shape = tuple[int, ...]
Rules = Mapping[str, re.Pattern[str]]
"""Why a weight may be in the one and not in the other -> the names it allows."""

STAGE_1_ONLY = re.compile(r"temp|vision_temp_embed|(vision_proj|text_proj|itm_head|qformer\.cls)\..+")
TEXT_BRANCH = re.compile(
    r"qformer\.bert\.(embeddings\.(word|position)_embeddings\..+|encoder\.layer\.\d+\.(intermediate|output)\..+)"
)
NEW_AT_2 = re.compile(r"extra_query_tokens|projection\..+|llm\..+")
NEW_AT_3 = re.compile(r"llm\..+\.lora_[AB]\..+")


@dataclass(frozen=True, slots=True)
class Account:
    """What became of each name, in our words. `expected` and `unused` are by the rule that allows it.

    loaded: in both, of one shape. expected: in the model only, and it gets them from elsewhere. unused: in the file
    only, for nothing. missing, unknown, unfit: what no rule allows, the last with both shapes, file's first.
    """

    loaded: tuple[str, ...]
    expected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    unfit: Mapping[str, tuple[Shape, Shape]] = field(default_factory=dict)

    @property
    def clear(self) -> bool:
        return not (self.missing or self.unknown or self.unfit)

    def said(self) -> list[str]:
        """One line for each kind of what was not loaded, for people."""
        rules = [
            f"{len(names)} weights {verb}: {rule}"
            for verb, rules in (("not in the file", self.expected), ("of the file not used", self.unused))
            for rule, names in rules.items()
        ]
        return rules + self.troubles()

    def troubles(self) -> list[str]:
        """What no rule allows: the number, and the first three."""
        unfit = [f"{name} {list(here)} instead of {list(there)}" for name, (here, there) in self.unfit.items()]
        kinds = (
            ("of the model's weights are missing", self.missing),
            ("have another shape", unfit),
            ("belong nowhere", self.unknown),
        )
        return [f"{len(names)} {what}, such as {', '.join(names[:3])}" for what, names in kinds if names]


def account(
    found: Mapping[str, Shape],
    wanted: Mapping[str, Shape],
    *,
    build: Build,
    from_stage: int,
    llm_elsewhere: bool,
) -> Account:
    """Compare what a file holds with what a model wants, names in our words.

    from_stage: the stage of the file. Where it comes before the build's, what that stage lacks is expected.
    llm_elsewhere: the language model's own weights come from a folder of its own.
    """
    absent = absences(build, from_stage=from_stage, llm_elsewhere=llm_elsewhere)
    return compared(found, wanted, absent=absent, spare=leftovers(build, from_stage=from_stage))


def compared(
    found: Mapping[str, Shape],
    wanted: Mapping[str, Shape],
    *,
    absent: Rules,
    spare: Rules,
    fits: Callable[[str, Shape, Shape], bool] = lambda _, here, there: here == there,
) -> Account:
    """absent, spare: why the model may want what is not found, and why what is found may go unused."""
    expected, missing = sorted_out((name for name in wanted if name not in found), absent)
    unused, unknown = sorted_out((name for name in found if name not in wanted), spare)
    both = [name for name in wanted if name in found]
    unfit = {name: (found[name], wanted[name]) for name in both if not fits(name, found[name], wanted[name])}
    return Account(tuple(name for name in both if name not in unfit), expected, unused, missing, unknown, unfit)


def absences(build: Build, *, from_stage: int, llm_elsewhere: bool) -> dict[str, re.Pattern[str]]:
    """Why the model may want what the file does not hold."""
    rules = {}
    if llm_elsewhere:
        rules["the frozen language model, which has a folder of its own"] = FROZEN
    if from_stage < 2 <= build.stage:
        rules["new in stage 2"] = NEW_AT_2
    if from_stage < 3 <= build.stage:
        rules["the adapters, new in stage 3"] = NEW_AT_3
    if from_stage == 2 < build.stage:
        rules["the Q-Former's text branch, which stage 2 leaves out: load the file of stage 1 before"] = TEXT_BRANCH
    return rules


FROZEN = re.compile(rf"llm\.(?!.*{ADAPTER.pattern}).+")


def leftovers(build: Build, *, from_stage: int) -> dict[str, re.Pattern[str]]:
    """Why the file may hold what the model does not want."""
    rules = {"tables that are computed": COMPUTED}
    if from_stage == 1 < build.stage:
        rules["heads that only stage 1 trains"] = STAGE_1_ONLY
    if from_stage != 2 and not build.qformer.text:
        rules["the Q-Former's text branch, which this stage leaves out"] = TEXT_BRANCH
    return rules


def sorted_out(names: Iterable[str], rules: Rules) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Names by the first rule that allows them, and those that none does."""
    allowed: dict[str, list[str]] = {}
    others = []
    for name in names:
        rule = next((rule for rule, pattern in rules.items() if pattern.fullmatch(name)), None)
        if rule is None:
            others.append(name)
        else:
            allowed.setdefault(rule, []).append(name)
    return {rule: tuple(some) for rule, some in allowed.items()}, tuple(others)


def settle(
    result: Account,
    found: Mapping[str, Shape],
    wanted: Mapping[str, Shape],
    *,
    sign: Sign,
    build: Build,
    origin: str,
    partial: bool,
) -> None:
    """Raises ModelError for an account that is not clear, with the likely cause; `partial` warns instead.

    A file over Mistral may fit Vicuna in every shape: names that tell another language model are refused as well.
    """
    foreign = made_with_another(sign, build)
    if result.clear and not foreign:
        for line in result.said():
            log.info("%s: %s", origin, line)
        return
    trouble = "; ".join(result.troubles()) or "all shapes are the same"
    cause = foreign or likely_cause(found, wanted, sign=sign, build=build)
    if not partial:
        raise ModelError(f"{origin!r} does not fit {build.name}: {cause}. {trouble}")
    log.warning("%s is loaded in part (partial=true), what is missing stays random: %s. %s", origin, cause, trouble)
    for title, names in (
        ("missing", result.missing),
        ("other shape", tuple(result.unfit)),
        ("unknown", result.unknown),
    ):
        for name in names:
            log.warning("%s: %s", title, name)
