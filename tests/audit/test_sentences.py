"""What is said about findings, word for word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from mvbench.audit.claims import Claim
from mvbench.audit.findings import Findings
from mvbench.audit.floor import Floor
from mvbench.audit.positions import Letter, Positions
from mvbench.audit.sentences import sentences
from mvbench.audit.steps import Step, with_claims
from mvbench.audit.turning import Flipped, Turned
from mvbench.contrasts import Contrast
from mvbench.statistics import Estimate
from tests.audit.made import gain

EVEN = Positions(200, 0, (Letter("A", 100, 104, 50.0, 43.0, 57.0),), 0.6, 3, 0.9)
WIDE = gain(1.5, -4, 7, detectable=7.9)


def step(name: str, found: Contrast | None, *, accuracy: float = 40, sound: bool = True) -> Step:
    errors = 0 if sound else 30
    return Step(name, 200, errors, sound, Estimate(accuracy, 3, accuracy - 6, accuracy + 6), found, {})


def findings(
    video: Claim | None, steps: Mapping[str, Contrast], *, best: str | None = "zeros", full: bool = True
) -> Findings:
    every = [step("full", None, sound=full), *(step(name, found) for name, found in steps.items())]
    return Findings("parsed", 2.0, 200, with_claims(every, margin=2.0), best, video, None, None, EVEN, None, (), {}, ())


@pytest.mark.parametrize(
    ("claim", "found", "sentence"),
    [
        (
            Claim.MORE,
            gain(21.3, 18, 24.6),
            "uses the video: gain +21.3 [+18.0, +24.6] over the best blind view (zeros)",
        ),
        (
            Claim.UNCLEAR,
            WIDE,
            "cannot tell whether it uses the video: gain +1.5 [-4.0, +7.0] over the best blind view (zeros) at "
            "n = 200, which can show 7.9 or more",
        ),
        (
            Claim.UNCLEAR,
            gain(1.5, None, None),
            "cannot tell whether it uses the video: gain +1.5 over the best blind view (zeros) at n = 200",
        ),
        (
            Claim.SAME,
            gain(0.02, -1, 1.1),
            "no better with the video, within ±2 points of each blind view: gain 0.0 [-1.0, +1.1] over the best blind "
            "view (zeros)",
        ),
        (
            Claim.LESS,
            gain(-5, -9, -1),
            "worse with the video than with any blind view: gain -5.0 [-9.0, -1.0] over the best blind view (zeros)",
        ),
    ],
)
def test_the_headline_says_what_the_test_allows(claim: Claim, found: Contrast, sentence: str) -> None:
    made = findings(claim, {"none": found, "zeros": found})
    assert next(sentences(made)) == sentence
    alone = findings(claim, {"zeros": found})
    assert next(sentences(alone)) == sentence.replace("the best blind view", "the only blind view")


def test_without_sound_answers_nothing_is_claimed() -> None:
    without = list(sentences(findings(None, {}, best=None)))
    assert (
        without[0]
        == "nothing can be said about the use of the video without sound replies to any of none, zeros, noise"
    )
    broken = list(sentences(findings(None, {"zeros": gain(5, 1, 9), "shuffle": gain(5, 1, 9)}, full=False)))
    assert broken[:2] == [
        "full: 30 errors in 200 questions, more than allowed: no claim rests on it",
        "nothing can be said about the use of the video without sound replies to full",
    ]
    assert not any("order" in sentence for sentence in broken)
    assert not any("letter" in sentence for sentence in broken)


@pytest.mark.parametrize(
    ("name", "found", "sentence"),
    [
        ("middle", gain(9, 5, 13), "uses more than the middle frame: +9.0 [+5.0, +13.0] over middle"),
        ("shuffle", WIDE, "cannot tell whether the order of the frames helps: +1.5 [-4.0, +7.0] over shuffle"),
        ("reverse", gain(0, -1, 1), "no better than on reverse, within ±2 points: 0.0 [-1.0, +1.0]"),
        ("swap", gain(-5, -9, -1), "does worse on the clips as they are than on swap: -5.0 [-9.0, -1.0]"),
        ("frames-8", gain(9, 5, 13), "uses more than 8 frames: +9.0 [+5.0, +13.0] over frames-8"),
        ("fps-0.5", WIDE, "cannot tell whether more than 0.5 frames per second help: +1.5 [-4.0, +7.0] over fps-0.5"),
    ],
)
def test_each_rung_is_told_about_by_its_own_test(name: str, found: Contrast, sentence: str) -> None:
    assert sentence in list(sentences(findings(Claim.UNCLEAR, {"zeros": WIDE, name: found})))


def test_one_of_many_rungs_must_pass_a_test_corrected_for_all_of_them() -> None:
    lucky = gain(3, 0.1, 5.9, p=0.04)
    alone = list(sentences(findings(Claim.UNCLEAR, {"zeros": WIDE, "shuffle": lucky})))
    assert "uses the order of the frames: +3.0 [+0.1, +5.9] over shuffle" in alone
    many = {"zeros": WIDE, "shuffle": lucky, "middle": WIDE, "reverse": WIDE}
    said = list(sentences(findings(Claim.UNCLEAR, many)))
    assert "cannot tell whether the order of the frames helps: +3.0 [+0.1, +5.9] over shuffle" in said


def test_rotations_and_repeats_are_no_claims_of_their_own() -> None:
    made = findings(Claim.UNCLEAR, {"zeros": WIDE, "rotation-1": gain(9, 5, 13), "repeat-batch": gain(9, 5, 13)})
    assert [found.name for found in made.steps if found.claim] == []


def test_a_gain_below_the_noise_floor_is_said() -> None:
    made = findings(Claim.MORE, {"zeros": gain(1.0, 0.5, 1.5)})
    quiet = Floor("repeat-batch", 200, 0.5, 0.5, gain(0, -1, 1))
    noisy = Floor("repeat-decoder", 190, 1.5, 3.0, gain(0.2, -1, 1.4))
    said = list(sentences(replace(made, floors=(quiet, noisy))))
    assert said[1] == "the gain is smaller than the noise floor: repeat-decoder alone changes 1.5 % of the verdicts"
    assert "noise floor: repeat-batch changes 0.5 % of the verdicts and 0.5 % of the choices, 0.0 [-1.0, +1.0]" in said
    still = Floor("repeat-batch", 200, 0.0, 0.0, gain(0, -1, 1))
    assert "noise floor: repeat-batch changes no choice in 200 questions" in list(
        sentences(replace(made, floors=(still,)))
    )
    assert not any("smaller" in sentence for sentence in sentences(replace(made, floors=(quiet,))))


def test_a_preferred_letter_is_named_where_the_test_shows_one() -> None:
    skewed = Positions(200, 3, (Letter("A", 50, 90, 1, 0, 2), Letter("B", 150, 110, 1, 0, 2)), 32.0, 1, 1e-8)
    said = list(sentences(replace(findings(None, {}, best=None), positions=skewed)))
    assert (
        "prefers letters: A is chosen 90 times and right 50 times (chi-square 32.0, 1 df, p < 0.001); 3 replies name "
        "no letter" in said
    )
    assert "no preference for a letter to be seen: chi-square 0.6, 3 df, p = 0.900" in list(
        sentences(findings(None, {}, best=None))
    )


@pytest.mark.parametrize(
    ("won", "shift", "heading"),
    [
        (gain(60, 40, 80), gain(50, 30, 70), "follows the clip backwards"),
        (gain(60, 40, 80), gain(0, -5, 5), "cannot tell whether it follows the clip backwards"),
        (gain(1.0, 0.4, 1.6), gain(0, -0.5, 0.5), "cannot tell whether it follows the clip backwards"),
        (gain(-60, -80, -40), gain(0, -5, 5), "keeps to the old answer backwards"),
    ],
)
def test_following_the_clip_backwards_takes_another_answer_than_forwards(
    won: Contrast, shift: Contrast, heading: str
) -> None:
    flipped = Flipped(40, kept=20.0, flipped=80.0, before=30.0, gain=won, shift=shift)
    said = list(sentences(replace(findings(None, {}, best=None), reversal=Turned((), flipped, 0, None))))
    words = "of 40 reversed clips with another right choice, 80.0 % get it (30.0 % forwards) and 20.0 % the old one"
    assert f"{heading}: {words}" in said


def test_what_is_left_out_is_said_with_its_reason() -> None:
    made = replace(
        findings(None, {}, best=None),
        left_out={"zeros": "as it is", "noise": "as it is", "swap": "other"},
        without_swap=("action_count",),
    )
    said = list(sentences(made))
    assert "left out: zeros, noise (as it is)" in said
    assert "left out: swap (other)" in said
    assert "swap leaves out action_count: one video only" in said
