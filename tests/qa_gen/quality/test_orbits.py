import pytest

from mvbench.orbits import orbit_of
from qa_gen.quality.orbits import group_of
from qa_gen.quality.orbits import orbits as orbits_in
from tests.qa_gen.quality.trial import orbits, sample


def test_complete_orbits_are_counted_with_their_questions():
    found = orbits_in([*orbits(3, k=4), *orbits(0), sample(99, "ab", 0)])
    assert (found.count, found.complete, found.questions_in_complete, found.faults) == (3, 3, 12, {})


@pytest.mark.parametrize(
    ("mates", "reason"),
    [
        ([("abc", 0), ("abc", 1)], "members are missing"),
        ([("abc", 0), ("abc", 1), ("abc", 1)], "an option is right more than once"),
        ([("abc", 0), ("abc", None), ("abc", None)], "an option is right more than once"),
        ([("abc", 0), ("acb", 1), ("abc", 2)], "options differ"),
        ([("abc", 0), ("abd", 1), ("abc", 2)], "options differ"),
    ],
)
def test_an_orbit_is_incomplete_for_one_reason(mates, reason):
    found = orbits_in([sample(number, *mate, orbit="o") for number, mate in enumerate(mates)])
    assert (found.complete, found.faults) == (0, {reason: 1})


def test_mates_that_ask_different_things_are_no_orbit():
    mates = [sample(0, "ab", 0, orbit="o", question="Up?"), sample(1, "ab", 1, orbit="o", question="Down?")]
    assert orbits_in(mates).faults == {"questions differ": 1}


@pytest.mark.parametrize("value", [None, "", 3, ["o"], {"orbit": "o"}])
def test_what_is_no_name_of_an_orbit_is_none(value):
    alone = sample(0, "ab", 0, video="v", orbit=value)
    assert orbit_of(alone) is None
    assert group_of(alone) == group_of(sample(1, "cd", 0, video="v"))


def test_an_orbit_named_like_a_video_is_not_its_group():
    video = sample(0, "ab", 0, video="v")
    assert group_of(sample(1, "ab", 0, orbit=video.cluster)) != group_of(video)
