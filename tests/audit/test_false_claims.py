"""How often something is claimed that is not so: counted over many audits of models made up by chance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from mvbench.audit.claims import Claim, claimed
from mvbench.audit.steps import Step, with_claims
from mvbench.contrasts import Contrast, Pair, contrast
from mvbench.statistics import Estimate

pytestmark = pytest.mark.slow

DRAWS, TASKS, PER_TASK = 400, 4, 40
MOST = 0.06
Right = npt.NDArray[np.bool_]
Draw = Callable[[np.random.Generator, float], Right]


def alone(rng: np.random.Generator, mean: float) -> Right:
    """Verdicts on unrelated questions, some of them harder than others."""
    hard = rng.uniform(mean - 0.2, mean + 0.2, TASKS * PER_TASK)
    return rng.random(len(hard)) < hard


def in_pairs(rng: np.random.Generator, mean: float) -> Right:
    """Verdicts that two questions about one video always share."""
    return np.repeat(alone(rng, mean)[::2], 2)


def compared(full: Right, other: Right, *, together: int) -> Contrast:
    """Full minus the other, where so many neighbours share a video."""
    return contrast(
        [
            Pair(str(place), str(place // PER_TASK), str(place // together), float(one), float(two))
            for place, (one, two) in enumerate(zip(full, other, strict=True))
        ]
    )


@pytest.mark.parametrize(("draw", "together"), [(alone, 1), (in_pairs, 2)])
def test_a_model_as_good_as_one_blind_view_is_hardly_ever_said_to_use_the_video(draw: Draw, together: int) -> None:
    """The hardest case: the other two blind views are far below."""
    rng = np.random.default_rng(7)
    claims = [
        claimed(
            [compared(full, draw(rng, share), together=together) for share in (0.5, 0.2, 0.2)],
            margin=2.0,
        )
        for full in (draw(rng, 0.5) for _ in range(DRAWS))
    ]
    assert claims.count(Claim.MORE) / DRAWS <= MOST
    assert claims.count(Claim.LESS) == 0


def test_a_model_as_good_as_every_blind_view_is_said_to_use_the_video_next_to_never() -> None:
    rng = np.random.default_rng(8)
    claims = [
        claimed([compared(full, alone(rng, 0.4), together=1) for _ in range(3)], margin=2.0)
        for full in (alone(rng, 0.4) for _ in range(DRAWS))
    ]
    assert (claims.count(Claim.MORE) + claims.count(Claim.LESS)) / DRAWS <= 0.02


def test_a_difference_as_large_as_the_margin_is_hardly_ever_called_none() -> None:
    rng = np.random.default_rng(9)
    claims = [claimed([compared(alone(rng, 0.65), alone(rng, 0.50), together=1)], margin=15.0) for _ in range(DRAWS)]
    assert claims.count(Claim.SAME) / DRAWS <= MOST


def test_a_difference_of_none_is_called_so_where_the_questions_are_enough() -> None:
    rng = np.random.default_rng(10)
    claims = [claimed([compared(alone(rng, 0.5), alone(rng, 0.5), together=1)], margin=20.0) for _ in range(200)]
    assert claims.count(Claim.SAME) / 200 >= 0.9


def test_of_all_claims_about_single_rungs_hardly_ever_one_is_false() -> None:
    rng = np.random.default_rng(11)
    names = ("middle", "shuffle", "reverse", "swap", "frames-8", "frames-4")
    nothing = Estimate(50.0, None, None, None)
    wrong = 0
    for _ in range(DRAWS):
        full = alone(rng, 0.5)
        steps = [Step("full", 160, 0, True, nothing, None, {})]
        steps += [Step(name, 160, 0, True, nothing, compared(full, alone(rng, 0.5), together=1), {}) for name in names]
        wrong += any(step.claim in (Claim.MORE, Claim.LESS) for step in with_claims(steps, margin=2.0))
    assert wrong / DRAWS <= MOST
