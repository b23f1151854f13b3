"""Conformance kit for authors of models: `check_model(MyModel)` in a test of your own, under pytest or without.

The requests are made from drawn clips by the path that an evaluation takes. What the rules say in full is in
`mvbench.model`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mvbench.testing.kit import RAISED, Build, Kit, TellTimes, in_words
from mvbench.testing.rules import FOUNDATIONS, NEEDS, RULES

__all__ = ["Broken", "ContractBroken", "check_model"]


@dataclass(frozen=True, slots=True)
class Broken:
    """One thing that a model does against a rule of the contract."""

    rule: str
    why: str


class ContractBroken(AssertionError):
    """Everything that was found, one line each."""

    def __init__(self, model: str, broken: Sequence[Broken]) -> None:
        self.broken = tuple(broken)
        lines = [f"  {one.rule}: {one.why}" for one in broken]
        super().__init__("\n".join([f"model {model!r} breaks the contract in {len(lines)} places:", *lines]))


def check_model(build: Build, *, told_times: TellTimes | None = None) -> None:
    """Raise ContractBroken, an AssertionError, that lists every rule which the model breaks.

    `build` is called as `build(generation=Generation(...))`: a model class, or a `functools.partial` of one with its
    other arguments. `told_times(model, request)` reads back the seconds that the model would tell about the frames of
    a request, for instance out of its rendered prompt; they are then compared with the true ones.

    Asks some hundred short questions; weights are loaded by up to five builds.
    """
    kit = Kit(build, told_times)
    broken: list[Broken] = []
    for rule, check in RULES.items():
        if {one.rule for one in broken} & NEEDS.get(rule, set()):
            continue
        try:
            for why in check(kit):
                broken.append(Broken(rule, why))  # one by one, so that it stays where the check then raises
        except RAISED as error:
            broken.append(Broken(rule, f"raised {in_words(error)}"))
        if broken and rule in FOUNDATIONS:
            break
    if broken:
        raise ContractBroken(kit.title, broken)
