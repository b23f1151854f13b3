"""The room of STAR and Charades-STA: deeds leave no trace, lie in the middle square, and can be seen by their hues."""

from fractions import Fraction
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvbench.video.resize import resizer
from qa_gen.orbits import Orbit
from qa_gen.synth import film as films
from qa_gen.synth.home.casting import a_deed, room_with, some_things
from qa_gen.synth.home.colours import HUES
from qa_gen.synth.home.deeds import (
    DEEDS,
    GESTURES,
    LOOK_AROUND,
    STRETCH,
    TAKEN,
    THINGS,
    WAVE,
    Deed,
    infinitive,
    past,
    plain_gerund,
    plain_third,
    told,
)
from qa_gen.synth.home.filming import film
from qa_gen.synth.home.motion import AT_REST, moment
from qa_gen.synth.home.outline import boxes
from qa_gen.synth.home.picture import picture
from qa_gen.synth.home.seeing import coloured, things_in
from qa_gen.synth.home.stage import SPOTS, Stage, furnished
from qa_gen.synth.home.timeline import timeline
from qa_gen.synth.home.watching import watched
from qa_gen.synth.seeing import hues_of
from qa_gen.synth.sight import seen as seen_of
from qa_gen.synth.world import RGB

SEEDS = st.integers(0, 2**32)
EVERY_DEED = [Deed(verb, thing) for verb, things in DEEDS.items() for thing in things]
SLOT = 16


def square(rgb: RGB) -> RGB:
    return resizer("exact", side=224, max_pixels=None)(rgb)


def saturated(rgb: RGB, hue: str) -> np.ndarray:
    return coloured(hues_of(rgb[None]), hue)[0]


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        (Deed("take", "book"), ("took the book", "take the book", "takes a book", "taking a book")),
        (
            Deed("drink", "cup/glass/bottle"),
            (
                "drank from the cup/glass/bottle",
                "drink from the cup/glass/bottle",
                "drinks from a cup",
                "drinking from a cup",
            ),
        ),
        (
            Deed("sweep", "broom"),
            ("tidied up with the broom", "tidy up with the broom", "tidies up with a broom", "tidying up with a broom"),
        ),
        (Deed("eat", "sandwich"), ("ate the sandwich", "eat the sandwich", "eats a sandwich", "eating a sandwich")),
        (Deed("throw", "clothes"), ("threw the clothes", "throw the clothes", "throws some clothes", None)),
        (Deed("tidy", "blanket"), ("tidied up the blanket", "tidy up the blanket", "tidies up a blanket", None)),
    ],
)
def test_deeds_are_told_in_good_english(deed: Deed, words: tuple[str, str, str, str | None]) -> None:
    assert (past(deed), infinitive(deed), plain_third(deed)) == words[:3]
    assert words[3] in (plain_gerund(deed), None)


def test_a_caption_tells_all_deeds_in_their_order() -> None:
    assert told([STRETCH, Deed("open", "door"), WAVE]) == "A person stretches, then opens a door, then waves."


@given(SEEDS, st.integers(1, 8))
def test_things_of_a_room_differ_in_hue_and_place(seed: int, count: int) -> None:
    stage, names = some_things(Random(seed), count)
    assert len(names) == len(stage.places) == len({spot for _, spot in stage.places}) == count
    assert len({THINGS[name].hue for name in names}) == count
    assert all(stage.spot(name).kind in THINGS[name].places for name in names)


@given(SEEDS)
def test_what_stands_at_a_wall_has_that_wall_for_itself(seed: int) -> None:
    stage, _ = room_with(Random(seed), ["closet/cabinet"], others=4)
    wall = stage.spot("closet/cabinet")
    beside = [SPOTS[spot] for _, spot in stage.places if SPOTS[spot].side == wall.side]
    assert {spot.kind for spot in beside} <= {"wall", "floor"}
    assert stage.walled == {wall.side}


def test_more_things_than_places_are_refused() -> None:
    with pytest.raises(ValueError, match="no room for"):
        furnished(Random(0), ["closet/cabinet", "refrigerator", "door"])


@given(SEEDS, st.sampled_from(EVERY_DEED), st.floats(0, 1))
@settings(max_examples=200, deadline=None)
def test_what_is_done_lies_in_the_middle_square(seed: int, deed: Deed, time: float) -> None:
    stage = furnished(Random(seed), [deed.thing])
    margin = (stage.width - stage.height) / 2
    _, box = boxes(stage, deed, time)
    assert box is not None
    assert margin <= box[0] < box[2] <= stage.width - margin
    assert 0 <= box[1] < box[3] <= stage.height


@pytest.mark.parametrize("deed", [*EVERY_DEED, *GESTURES], ids=str)
def test_a_deed_begins_and_ends_at_rest(deed: Deed) -> None:
    stage = furnished(Random(1), [deed.thing] if deed.thing else ["book"])
    assert moment(stage, deed, 0.0) == moment(stage, deed, 1.0) == AT_REST
    assert np.array_equal(picture(stage, deed, 0, SLOT), picture(stage, LOOK_AROUND, 0, SLOT))
    assert not np.array_equal(picture(stage, deed, SLOT // 4, SLOT), picture(stage, deed, 0, SLOT))


def test_a_picture_cannot_be_written_into() -> None:
    stage, (name,) = some_things(Random(2), 1)
    with pytest.raises(ValueError, match="read-only"):
        picture(stage, a_deed(Random(2), name), 3, SLOT)[0, 0] = 0


@pytest.mark.parametrize("deed", EVERY_DEED, ids=str)
def test_the_box_of_a_thing_is_where_its_hue_is(deed: Deed) -> None:
    stage = furnished(Random(5), [deed.thing])
    _, box = boxes(stage, deed, 6 / SLOT)
    assert box is not None
    there = saturated(picture(stage, deed, 6, SLOT), THINGS[deed.thing].hue)
    rows, columns = np.nonzero(there)
    assert box[0] <= np.median(columns) <= box[2]
    assert box[1] <= np.median(rows) <= box[3]


@pytest.mark.parametrize("seed", range(5))
def test_nothing_but_things_has_a_strong_hue(seed: int) -> None:
    shown = square(picture(furnished(Random(seed), []), LOOK_AROUND, 0, SLOT))
    assert {hue: saturated(shown, hue).sum() for hue in HUES} == dict.fromkeys(HUES, 0)


@pytest.mark.parametrize("seed", range(4))
def test_a_thing_is_seen_to_be_away_when_it_is_used_and_only_then(seed: int) -> None:
    rng = Random(seed)
    stage, names = some_things(rng, 6)
    deeds = [a_deed(rng, name) for name in names]
    frames = np.stack([square(picture(stage, deed, step, SLOT)) for deed in deeds for step in (4, 12)])
    for number, seen in enumerate(things_in(frames, names)):
        assert list(seen.frames) == [2 * number, 2 * number + 1]


@pytest.mark.parametrize("deed", [deed for deed in EVERY_DEED if deed.verb != "take"], ids=str)
@pytest.mark.parametrize("step", [SLOT // 4, SLOT // 2, 3 * SLOT // 4])
def test_what_few_frames_show_of_a_deed_differs_from_holding_the_thing(deed: Deed, step: int) -> None:
    stage = furnished(Random(3), [deed.thing])
    plain = Deed("take", deed.thing) if deed.thing in TAKEN else LOOK_AROUND
    shown, held = (square(picture(stage, one, step, SLOT)).astype(np.int16) for one in (deed, plain))
    assert (np.abs(shown - held).max(axis=2) > 40).sum() >= 500  # of 50,176


def programmes(rng: Random) -> list[tuple[Stage, list[Deed]]]:
    """Every deed once, eight to a room, gestures among them where no more things have hues or places of their own."""
    left, made = rng.sample(EVERY_DEED, len(EVERY_DEED)), []
    while left:
        chosen: list[Deed] = []
        for deed in left:
            if THINGS[deed.thing].hue in {THINGS[one.thing].hue for one in chosen}:
                continue
            try:
                furnished(rng, [one.thing for one in (*chosen, deed)])
            except ValueError:  # no place is left for it
                continue
            chosen.append(deed)
        left = [deed for deed in left if deed not in chosen]
        filled = chosen + [rng.choice((WAVE, STRETCH, LOOK_AROUND)) for _ in range(8 - len(chosen))]
        made.append((furnished(rng, [deed.thing for deed in chosen]), rng.sample(filled, 8)))
    return made


def as_seen(deeds: list[Deed]) -> list[Deed | None]:
    return [None if deed in GESTURES else deed for deed in deeds]


def things_of(deeds: list[Deed]) -> list[str]:
    return [deed.thing for deed in deeds if deed.thing]


@pytest.mark.parametrize("seed", range(2))
def test_verb_and_thing_of_every_deed_are_seen_in_two_frames_of_it(seed: int) -> None:
    shown = programmes(Random(seed))
    assert {deed for _, deeds in shown for deed in deeds} - set(GESTURES) == set(EVERY_DEED)
    for stage, deeds in shown:
        frames = np.stack([square(picture(stage, deed, step, SLOT)) for deed in deeds for step in (4, 12)])
        assert watched(frames, things_of(deeds), slots=8) == as_seen(deeds)


def test_frames_that_show_only_rest_show_no_deed() -> None:
    stage, names = some_things(Random(4), 5)
    frames = np.stack([square(picture(stage, LOOK_AROUND, 0, SLOT))] * 4)
    assert watched(frames, names, slots=8) == [None] * 8


@pytest.mark.slow
@pytest.mark.parametrize("seed", [10, 11])
def test_verb_and_thing_of_every_deed_are_seen_in_coded_files(tmp_path: Path, seed: int) -> None:
    found = []
    for number, (stage, deeds) in enumerate(programmes(Random(seed))):
        line = timeline([], deeds, [WAVE], slot_frames=SLOT, fps=Fraction(8), left_away=SLOT - 1)
        clip = film(f"{number}.mp4", stage, line)
        films.write(clip, tmp_path)
        orbit = Orbit(
            orbit="one", task="any", member=0, k=1, video=clip.path, record=None, dials={},
            start_seconds=line.start_seconds, end_seconds=line.end_seconds,
        )  # fmt: skip
        for num_frames in (8, 16, 32):
            watched_deeds = watched(seen_of(tmp_path, clip, orbit, num_frames), things_of(deeds), slots=8)
            found += [one == other for one, other in zip(watched_deeds, as_seen(deeds), strict=True)]
    assert np.mean(found) >= 0.98


@given(st.integers(1, 3), st.integers(0, 2), st.integers(0, 2), st.sampled_from([8, 9, 10, 12, 12.5, 25]), st.data())
def test_the_window_is_a_whole_number_of_slots(
    j: int, before: int, after: int, fps: float, data: st.DataObject
) -> None:
    slot = 8 * j
    skipped = data.draw(st.integers(0, slot - 1)) if before else 0
    left_away = data.draw(st.integers(0, slot - 1)) if after else 0
    line = timeline(
        [WAVE] * before,
        [STRETCH] * 8,
        [WAVE] * after,
        slot_frames=slot,
        fps=Fraction(fps),
        skipped=skipped,
        left_away=left_away,
    )
    first, last = round(line.start_seconds * fps), round(line.end_seconds * fps)
    assert last - first == 64 * j
    assert 0 <= first < last <= line.num_frames
    assert line.at(first) == (STRETCH, 0)
    assert line.at(last - 1) == (STRETCH, slot - 1)
    assert {line.at(index)[0] for index in range(first, last)} == {STRETCH}
    assert {line.at(index)[0] for index in range(first)} <= {WAVE}


def test_deeds_that_are_cut_are_not_told() -> None:
    line = timeline([WAVE], [STRETCH], [WAVE], slot_frames=8, fps=Fraction(10), skipped=3, left_away=2)
    assert line.shown == (STRETCH,)
    whole = timeline([WAVE], [STRETCH], [WAVE], slot_frames=8, fps=Fraction(10))
    assert whole.shown == (WAVE, STRETCH, WAVE)
