"""What would have happened cannot be read off what did: no look at the video without a thought finds the answer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from qa_gen.synth.world import Place
from qa_gen.synth.worlds import clevrer as world
from qa_gen.synth.worlds.clevrer import camera
from qa_gen.synth.worlds.clevrer.take import Take, collided, from_record

Floats = npt.NDArray[np.float64]

ORBITS = 60
RUNNER, REMOVED, FIRST_GOAL = 0, 1, 2
LAST = 127

MARGIN = 0.12
"""Above chance. Of 180 questions that is more than three standard deviations."""


@dataclass(frozen=True)
class Item:
    """A question: the video, its goals, and which of them is right."""

    take: Take
    right: int

    @property
    def goals(self) -> list[int]:
        return list(range(FIRST_GOAL, len(self.take.things)))

    def at(self, frame: int, disc: int) -> Floats:
        """Place on the plane."""
        return np.asarray(self.take.motion.location[frame, disc])

    def seen(self, frame: int, disc: int) -> Floats:
        """Place in the picture."""
        return camera.all_seen_at(self.at(frame, disc))


def orbit(index: int) -> Iterator[Item]:
    for scene in world.scenes(Place(31, "test", world.SOURCE, "counterfactual_inference", index, 4 * index)):
        take, (mark,) = from_record(scene.records["clevrer"]), scene.marks
        names = [thing.name for thing in take.things]
        yield Item(take, names.index(mark.choices[mark.answer].split(" collides with the ")[1]) - FIRST_GOAL)


@cache
def orbits() -> list[list[Item]]:
    return [list(orbit(index)) for index in range(ORBITS)]


def apart(first: Floats, second: Floats) -> float:
    return float(np.hypot(*(first - second)))


def cosine(first: Floats, second: Floats) -> float:
    return float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second)))


Rule = Callable[[Item, int], float]
"""How much a goal looks like the right one."""

RULES: dict[str, Rule] = {
    "moved most": lambda item, goal: apart(item.at(0, goal), item.at(LAST, goal)),
    "hit by the removed thing": lambda item, goal: frozenset((REMOVED, goal)) in collided(item.take),
    "behind the removed thing in the first frame": lambda item, goal: cosine(
        item.at(0, goal) - item.at(0, RUNNER), item.at(0, REMOVED) - item.at(0, RUNNER)
    ),
    "behind the removed thing in the last frame": lambda item, goal: cosine(
        item.at(LAST, goal) - item.at(LAST, RUNNER), item.at(LAST, REMOVED) - item.at(LAST, RUNNER)
    ),
    "nearest the removed thing in the first frame": lambda item, goal: -apart(item.at(0, REMOVED), item.at(0, goal)),
    "nearest the runner in the first frame": lambda item, goal: -apart(item.at(0, RUNNER), item.at(0, goal)),
    "nearest the removed thing in the last frame": lambda item, goal: (
        -apart(item.at(LAST, REMOVED), item.at(LAST, goal))
    ),
    "seen nearest the removed thing in the last frame": lambda item, goal: (
        -apart(item.seen(LAST, REMOVED), item.seen(LAST, goal))
    ),
    "seen nearest the runner in the last frame": lambda item, goal: (
        -apart(item.seen(LAST, RUNNER), item.seen(LAST, goal))
    ),
}


def score(rule: Rule) -> tuple[float, float]:
    """Shares of the questions that a rule answers, of goals that look alike any, and that chance answers."""
    shares, chances = [], []
    for item in (item for members in orbits() for item in members):
        looks = [rule(item, goal) for goal in item.goals]
        best = [goal for goal, value in enumerate(looks) if value >= max(looks) - 1e-9]
        shares.append((item.right in best) / len(best))
        chances.append(1 / len(looks))
    return float(np.mean(shares)), float(np.mean(chances))


@pytest.mark.parametrize("name", RULES)
def test_what_happens_does_not_point_at_what_would_have_happened(name: str) -> None:
    share, chance = score(RULES[name])
    assert share <= chance + MARGIN


def test_where_the_runner_is_headed_tells_the_answer() -> None:
    share, _ = score(lambda item, goal: cosine(item.at(0, goal) - item.at(0, 0), item.at(20, 0) - item.at(0, 0)))
    assert share == 1.0


def test_members_begin_with_the_same_picture() -> None:
    for members in orbits():
        first = members[0].take.motion
        assert all(np.array_equal(item.take.motion.location[0], first.location[0]) for item in members)
        assert all(np.array_equal(item.take.motion.yaw[0], first.yaw[0]) for item in members)


def test_no_goal_is_touched_or_moves() -> None:
    for item in (item for members in orbits() for item in members):
        assert collided(item.take) == {frozenset((RUNNER, REMOVED))}
        assert not item.take.motion.moving[:, FIRST_GOAL:].any()


def test_everything_stays_in_the_picture() -> None:
    assert all(item.take.motion.inside.all() for members in orbits() for item in members)
