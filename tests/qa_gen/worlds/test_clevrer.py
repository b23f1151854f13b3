"""The world of CLEVRER: how its things move, what its programs answer, what its files say, and what can be seen."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from math import hypot
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_gen.sources.clevrer import read
from qa_gen.sources.rejects import Rejects
from qa_gen.splits import Split
from qa_gen.synth import film as films
from qa_gen.synth.sight import seen
from qa_gen.synth.world import Place, Scene, Told
from qa_gen.synth.worlds import clevrer as world
from qa_gen.synth.worlds.clevrer import camera
from qa_gen.synth.worlds.clevrer.drawing import picture
from qa_gen.synth.worlds.clevrer.oracle import look
from qa_gen.synth.worlds.clevrer.physics import REST_SPEED, Law, Leg, run
from qa_gen.synth.worlds.clevrer.programs import NoAnswer, Truth, answer
from qa_gen.synth.worlds.clevrer.take import Take, collided, from_record, shoot, without
from qa_gen.synth.worlds.clevrer.things import COLOURS, MATERIALS, SHAPES, Thing
from qa_gen.synth.worlds.clevrer.tracks import material_of, shape_of, tracks
from tests.qa_gen.sources.samples import SAMPLES
from tests.qa_gen.worlds.as_shown import as_shown, centre

RECORD = "clevrer"
places = st.floats(-2.0, 2.0)
speeds = st.floats(-1.5, 1.5)


def place(task: str, index: int = 0, *, seed: int = 7, split: Split = "test") -> Place:
    return Place(seed, split, world.SOURCE, task, index, 1000 * world.TASKS.index(task) + 4 * index)


def scenes(task: str, count: int = 6) -> Iterator[list[Scene]]:
    return (world.scenes(place(task, index)) for index in range(count))


def take_of(scene: Scene) -> Take:
    """As it comes back from what is kept of a scene."""
    return from_record(orjson.loads(orjson.dumps(scene.records[RECORD])))


# How things move.


def test_a_thing_slows_down_and_stops_for_good() -> None:
    law = Law(drag=1.0)
    went = run({0: Leg(0.0, 0.0, 0.0, 1.0, 0.0)}, [0.2], law, seconds=10.0)
    (_, stopped) = went.legs[0]
    assert law.seconds(stopped.clock) == pytest.approx(np.log(1.0 / REST_SPEED))
    assert (stopped.x, stopped.speed) == (pytest.approx(1.0 - REST_SPEED), 0.0)


def test_equal_things_that_meet_full_on_exchange_their_speeds() -> None:
    starts = {0: Leg(0.0, -1.0, 0.0, 0.5, 0.0), 1: Leg(0.0, 0.4, 0.0, 0.0, 0.0)}
    went = run(starts, [0.2, 0.2], Law(bounce=1.0), seconds=5.0)
    (hit,) = went.hits
    assert (hit.clock, hit.x, hit.y) == (pytest.approx(2.0), pytest.approx(0.2), 0.0)
    assert went.legs[0][-1].speed == 0.0
    assert went.legs[1][-1].speed_x == pytest.approx(0.5)


@given(st.lists(st.tuples(places, places, speeds, speeds), min_size=2, max_size=5), st.floats(0.0, 1.0))
def test_a_run_ends_and_keeps_momentum_and_distance(states: list[tuple[float, ...]], drag: float) -> None:
    starts = {disc: Leg(0.0, *state) for disc, state in enumerate(states)}
    spots = [(leg.x, leg.y) for leg in starts.values()]
    if any(hypot(a - c, b - d) < 0.41 for n, (a, b) in enumerate(spots) for c, d in spots[:n]):
        return
    law = Law(drag=drag, bounce=0.9)
    went = run(starts, [0.2] * len(states), law, seconds=5.0)
    for clock in np.linspace(0.0, law.clock(5.0), 40):
        now = [went.leg(disc, clock) for disc in starts]
        assert all(hypot(a.x - b.x, a.y - b.y) > 0.4 - 1e-6 for n, a in enumerate(now) for b in now[:n])
    for hit in went.hits:
        before, after = (
            sum(went.leg(disc, clock).speed_x for disc in (hit.first, hit.second))
            for clock in (hit.clock - 1e-9, hit.clock)
        )
        stopped = any(leg.clock >= hit.clock and not leg.speed for disc in starts for leg in went.legs[disc])
        assert stopped or after == pytest.approx(before, abs=1e-6)


@given(places, places)
def test_a_pixel_belongs_to_one_place(x: float, y: float) -> None:
    assert camera.place_of(*camera.seen_at(x, y)) == (pytest.approx(x), pytest.approx(y))
    assert camera.all_seen_at(np.array([[x, y]]))[0].tolist() == pytest.approx(camera.seen_at(x, y))


def test_y_goes_right_in_the_picture_and_x_down() -> None:
    assert camera.seen_at(0.0, 1.0)[0] > camera.seen_at(0.0, 0.0)[0] + 100
    assert camera.seen_at(1.0, 0.0)[1] > camera.seen_at(0.0, 0.0)[1] + 40


# What programs answer.

CUBE, BALL, POST = Thing("red", "metal", "cube"), Thing("cyan", "rubber", "sphere"), Thing("blue", "metal", "cylinder")


def billiards() -> Take:
    """The red cube hits the cyan ball, which hits the blue post: all in a row, the post at the right."""
    starts = [Leg(0.0, 0.0, -1.8, 0.0, 1.0), Leg(0.0, 0.0, -0.6, 0.0, 0.0), Leg(0.0, 0.0, 0.6, 0.0, 0.0)]
    return shoot([CUBE, BALL, POST], starts, Law(drag=0.05))


@pytest.mark.parametrize(
    ("program", "right"),
    [
        ("objects start get_frame filter_moving count", "1"),
        ("objects null filter_moving count", "3"),
        ("objects metal filter_material start get_frame filter_stationary unique query_shape", "cylinder"),
        ("objects red filter_color start get_frame filter_moving exist", "yes"),
        ("objects sphere filter_shape end get_frame filter_moving exist", "no"),
        ("events objects filter_collision count", "2"),
        ("events objects filter_in count", "0"),
        ("events objects blue filter_color filter_out exist", "yes"),
        ("all_events objects red filter_color unique filter_collision objects blue filter_color unique "
         "filter_collision unique all_events objects cyan filter_color unique get_counterfact belong_to", "yes"),
        ("all_events objects red filter_color unique filter_collision objects blue filter_color unique "
         "filter_collision unique all_events objects cyan filter_color unique get_counterfact belong_to negate", "no"),
        ("objects red filter_color unique events events objects blue filter_color unique filter_collision unique "
         "filter_ancestor belong_to", "yes"),
    ],
)  # fmt: skip
def test_programs_are_answered_from_what_happened(program: str, right: str) -> None:
    assert answer(program.split(), Truth(billiards())) == right


def test_a_program_that_wants_the_only_one_of_several_has_no_answer() -> None:
    with pytest.raises(NoAnswer, match="3"):
        answer(["objects", "null", "filter_moving", "unique", "query_color"], Truth(billiards()))


def test_without_the_ball_the_cube_meets_the_post() -> None:
    assert collided(billiards()) == {frozenset((0, 1)), frozenset((1, 2))}
    assert collided(without(billiards(), 1)) == {frozenset((0, 2))}


# What the orbits promise.


@pytest.mark.parametrize("task", world.TASKS)
def test_things_of_a_video_have_different_colours_and_start_apart(task: str) -> None:
    for members in scenes(task):
        for scene in members:
            take = take_of(scene)
            assert len({thing.colour for thing in take.things}) == len(take.things) <= len(COLOURS)
            legs = [legs[0] for legs in take.run.legs.values()]
            assert all(hypot(a.x - b.x, a.y - b.y) > 0.42 for n, a in enumerate(legs) for b in legs[:n])


@pytest.mark.parametrize("task", world.TASKS)
def test_members_have_the_same_things(task: str) -> None:
    for members in scenes(task):
        assert len({take_of(scene).things for scene in members}) == 1


@pytest.mark.parametrize("task", world.TASKS)
def test_what_moves_moves_clearly_and_what_rests_rests(task: str) -> None:
    for members in scenes(task):
        for scene in members:
            speed = np.linalg.norm(take_of(scene).motion.velocity, axis=2)
            assert speed[speed > 0].min() > 0.95 * REST_SPEED


@pytest.mark.parametrize("task", ["object_existence", "moving_direction"])
def test_every_video_has_one_that_is_it_backwards(task: str) -> None:
    for members in scenes(task, 3):
        first = [scene.film.frame(0).tobytes() for scene in members]
        last = [scene.film.frame(127).tobytes() for scene in members]
        quarter = [scene.film.frame(31).tobytes() for scene in members]
        late = [scene.film.frame(96).tobytes() for scene in members]
        assert Counter(first) == Counter(last)
        assert Counter(quarter) == Counter(late)
        assert all(one != other for one, other in zip(first, last, strict=True))


@pytest.mark.parametrize("task", ["moving_direction", "moving_count", "moving_attribute"])
def test_things_are_at_the_same_places_halfway(task: str) -> None:
    for members in scenes(task):
        halfway = [take_of(scene).motion.location[63:65].mean(axis=0) for scene in members]
        assert all(np.allclose(one, halfway[0], atol=1e-3) for one in halfway)


def test_existence_asks_for_what_is_true_at_one_end_only() -> None:
    forms = set()
    for members in scenes("object_existence", 12):
        (question,) = {scene.marks[0].question for scene in members}
        for scene in members:
            motion = take_of(scene).motion
            moving, inside = motion.moving[:, 0], motion.inside[:, 0]
            assert moving[0] != moving[127]
            assert not moving[63]
            assert inside[63]
            right = scene.marks[0].choices[scene.marks[0].answer]
            truth = {
                "moving": moving[0 if "begins" in question else 127],
                "stationary": not moving[0 if "begins" in question else 127],
                "enter": inside[127] and not inside[0],
                "exit": inside[0] and not inside[127],
            }
            word = next(word for word in truth if word in question)
            forms.add((word, question.split()[-1]))
            assert right == ("yes" if truth[word] else "no")
    assert len(forms) == 6


def test_directions_are_well_away_from_level_and_upright() -> None:
    for members in scenes("moving_direction"):
        for scene in members:
            (left, top), (right, bottom) = camera.all_seen_at(take_of(scene).motion.location[[0, 127], 0]).tolist()
            answer_text = scene.marks[0].choices[scene.marks[0].answer]
            assert answer_text.startswith("Up" if bottom < top else "Down")
            assert answer_text.endswith("right." if right > left else "left.")
            assert min(abs(right - left), abs(bottom - top)) > 70


def test_counts_are_those_of_moving_things_of_the_kind() -> None:
    for members in scenes("moving_count", 8):
        for scene in members:
            take, mark = take_of(scene), scene.marks[0]
            kinds = [word for word in (*MATERIALS, *SHAPES) if word in mark.question]
            moving = [
                thing
                for thing, moves in zip(take.things, take.motion.moving.any(axis=0), strict=True)
                if moves and all(kind in (thing.material, thing.shape) for kind in kinds)
            ]
            assert mark.choices[mark.answer] == str(len(moving))
            assert not take.hits


def test_the_named_attribute_belongs_to_the_only_one_that_differs() -> None:
    for members in scenes("moving_attribute"):
        for scene in members:
            take, mark = take_of(scene), scene.marks[0]
            moves = take.motion.moving.any(axis=0) == ("is moving" in mark.question)
            (thing,) = (thing for thing, differs in zip(take.things, moves, strict=True) if differs)
            assert mark.choices[mark.answer] in (thing.colour, thing.shape, thing.material)


def test_what_would_happen_does_not_happen_and_the_removed_thing_is_involved() -> None:
    for members in scenes("counterfactual_inference"):
        for scene in members:
            take, mark = take_of(scene), scene.marks[0]
            by_name = {thing.name: disc for disc, thing in enumerate(take.things)}
            pairs = [
                frozenset(by_name[name.removeprefix("The ")] for name in choice.split(" collides with the "))
                for choice in mark.choices
            ]
            factual, otherwise = collided(take), collided(without(take, 1))
            assert [pair in otherwise for pair in pairs] == [n == mark.answer for n in range(len(pairs))]
            assert pairs[mark.answer] not in factual
            assert frozenset((0, 1)) in factual


@pytest.mark.parametrize("task", world.TASKS)
def test_the_orbits_question_stands_among_those_of_the_video(task: str) -> None:
    for members in scenes(task):
        for scene in members:
            (mark,) = scene.marks
            rows = {str(row["question_id"]): row for row in scene.records[RECORD]["questions"]}
            if task == "moving_direction":
                assert mark.orbit.record is None
                continue
            row = rows[str(mark.orbit.record)]
            assert row["question"] == mark.question
            right = mark.choices[mark.answer]
            if task == "counterfactual_inference":
                assert [choice["choice"] for choice in row["choices"]] == list(mark.choices)
                assert [choice["choice"] for choice in row["choices"] if choice["answer"] == "correct"] == [right]
            else:
                assert row["answer"] == right


def test_some_questions_have_several_right_choices_and_some_none() -> None:
    numbers = Counter(
        sum(choice["answer"] == "correct" for choice in row["choices"])
        for members in scenes("counterfactual_inference", 8)
        for scene in members
        for row in scene.records[RECORD]["questions"]
        if "choices" in row
    )
    assert numbers[0] and numbers[1] and numbers[2] + numbers[3]
    kinds = {
        row["question_type"]
        for members in scenes("counterfactual_inference", 8)
        for scene in members
        for row in scene.records[RECORD]["questions"]
    }
    assert kinds == {"descriptive", "explanatory", "predictive", "counterfactual"}


# What the files say.


def told(members: list[Scene]) -> list[Told]:
    return [
        Told(scene.film.path, 25.0, scene.film.num_frames, orjson.loads(orjson.dumps(scene.records)))
        for scene in members
    ]


def keys_of(value: Any) -> Any:
    """The keys of a JSON value, of lists those of the first element."""
    if isinstance(value, dict):
        return {key: keys_of(inner) for key, inner in value.items()}
    return [keys_of(value[0])] if isinstance(value, list) and value else type(value).__name__


@pytest.mark.parametrize(("split", "folder", "first"), [("test", "validation", 10_000), ("train", "train", 0)])
def test_files_lie_and_look_as_those_of_the_source(split: Split, folder: str, first: int, tmp_path: Path) -> None:
    members = world.scenes(place("counterfactual_inference", split=split))
    kept = told(members)
    world.publish(tmp_path, lambda: iter(kept), split)
    index = first + 1000 * world.TASKS.index("counterfactual_inference")
    shelf = f"{index:05d}-{index + 1000:05d}"
    assert members[0].film.path == f"video_{folder}/video_{shelf}/video_{index:05d}.mp4"
    path = tmp_path / f"annotation_{folder}/annotation_{shelf}/annotation_{index:05d}.json"
    written = json.loads(path.read_bytes())
    sample = json.loads(
        (SAMPLES / "clevrer/annotation_validation/annotation_10000-11000/annotation_10000.json").read_bytes()
    )
    written_keys, sample_keys = keys_of(written), keys_of(sample)
    sample_keys["motion_trajectory"][0]["objects"][0]["velocity"] = ["float"]  # 0 where nothing moves, in the sample
    assert written_keys == sample_keys
    assert len(written["motion_trajectory"]) == 128
    (first_scene, *_) = json.loads((tmp_path / f"{folder}.json").read_bytes())
    assert first_scene.keys() == {"scene_index", "video_filename", "questions"}
    assert first_scene["video_filename"] == f"video_{index:05d}.mp4"


def test_locations_velocities_and_events_agree(tmp_path: Path) -> None:
    members = [
        scene for task in ("object_existence", "counterfactual_inference") for scene in world.scenes(place(task))
    ]
    kept = told(members)
    world.publish(tmp_path, lambda: iter(kept), "test")
    rejects = Rejects("clevrer")
    videos = list(read(tmp_path, rejects=rejects))
    assert not rejects.counts
    for video, scene in zip(videos, members, strict=True):
        take, motion = take_of(scene), video.motion
        assert motion is not None
        assert np.allclose(motion.location[..., :2], take.motion.location, atol=1e-5)
        steps = np.diff(motion.location[..., :2].astype(np.float64), axis=0) * 25.0
        middle = (motion.velocity[1:, :, :2] + motion.velocity[:-1, :, :2]) / 2
        jumps = np.abs(steps - middle).max(axis=2)
        allowed = np.full(jumps.shape, 0.05)
        for early, late in pairwise(range(128)):
            for disc in range(len(take.things)):
                if np.abs(np.diff(motion.velocity[[early, late], disc, :2], axis=0)).max() > 0.08:
                    allowed[early, disc] = np.inf
        assert (jumps < allowed).all()
        assert [(hit.frame, hit.objects) for hit in motion.collisions] == [
            (frame, (hit.first, hit.second)) for frame, hit in take.hits
        ]
        for hit in motion.collisions:
            first, second = motion.location[hit.frame, list(hit.objects), :2]
            assert np.linalg.norm(first - second) < 0.5


def test_publishing_again_writes_the_same_bytes(tmp_path: Path) -> None:
    kept = told(world.scenes(place("moving_count")))
    written = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        world.publish(tmp_path / name, lambda: iter(kept), "test")
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        written.append([path.read_bytes() for path in files])
    assert written[0] == written[1]


# What can be seen.


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("material", MATERIALS)
def test_every_colour_shape_and_material_is_told_from_the_others(material: str, shape: str) -> None:
    spots = [(row, column) for row in (60, 160, 260) for column in (115, 205, 295)]
    things = [Thing(colour, material, shape) for colour in COLOURS]
    starts = [
        Leg(0.0, *camera.place_of(column, row), 0.0, 0.0, 0.4 * number)
        for number, (row, column) in enumerate(spots[: len(things)])
    ]
    frames = np.stack([centre(picture(shoot(things, starts, Law()), "a plane", 0))] * 2)
    found = tracks(frames)
    assert found.keys() == set(COLOURS)
    assert {shape_of(track) for track in found.values()} == {shape}
    assert {material_of(track, frames) for track in found.values()} == {material}
    assert not any(track.moved for track in found.values())


@pytest.mark.parametrize("task", world.TASKS)
def test_a_wrong_label_would_be_caught(task: str) -> None:
    """The oracle tells all members of an orbit apart, from their pictures alone."""
    members = world.scenes(place(task, 1))
    shown = [look(task, as_shown(scene, 8), scene.marks[0].question, scene.marks[0].choices) for scene in members]
    assert shown == [scene.marks[0].answer for scene in members]


@pytest.mark.slow
def test_the_fact_survives_coding(tmp_path: Path) -> None:
    for task, index in (("moving_count", 2), ("counterfactual_inference", 1)):
        scene = world.scenes(place(task, index))[-1]
        films.write(scene.film, tmp_path)
        (mark,) = scene.marks
        for num_frames in (8, 16, 32):
            frames = seen(tmp_path, scene.film, mark.orbit, num_frames)
            assert look(task, frames, mark.question, mark.choices) == mark.answer


def test_a_frame_is_not_changed_by_drawing_others() -> None:
    film = world.scenes(place("moving_direction"))[0].film
    first = film.frame(3).copy()
    film.frame(90)
    assert np.array_equal(film.frame(3), first)
