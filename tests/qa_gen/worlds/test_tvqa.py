"""The world of TVQA: the same eight events in five orders, and talk that is heard from whom one sees speak."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import orjson
import pytest
from PIL import Image

from qa_gen.splits import Split
from qa_gen.synth import film as films
from qa_gen.synth.seeing import hues_of
from qa_gen.synth.sight import seen
from qa_gen.synth.world import RGB, Place, Scene, Told
from qa_gen.synth.worlds import tvqa
from qa_gen.synth.worlds.tvqa import story
from qa_gen.synth.worlds.tvqa.cast import CLIPS, LINES, NAMES, SHOWS, TAG, clip_name
from qa_gen.synth.worlds.tvqa.oracle import LEAST_CHROMA, near

TASK = "episodic_reasoning"
INDICES = range(8)
INDEX_BETWEEN_ACTS = 0
"""An orbit in which somebody acts on both sides of the anchor."""


def place(index: int, split: Split = "test") -> Place:
    return Place(3, split, "tvqa", TASK, index, 5 * index)


def clips(index: int) -> tuple[story.Script, list[tuple[story.Event, ...]]]:
    """What the scenes of an orbit are made from."""
    told = story.script(place(index).rng("script"))
    return told, story.members(told, place(index).rng("members"))


def told_of(scenes: Iterable[Scene]) -> Callable[[], list[Told]]:
    scenes = list(scenes)
    return lambda: [
        Told(scene.film.path, float(scene.film.fps), scene.film.num_frames, scene.records, scene.captions)
        for scene in scenes
    ]


@pytest.mark.parametrize("index", INDICES)
def test_everybody_acts_once_and_over_the_orbit_once_in_each_of_five_slots(index: int):
    told, members = clips(index)
    for events in members:
        acts = [event.subject for event in events[: story.NUM_SLOTS] if event.kind == "act"]
        assert sorted(acts) == sorted(told.people)
    for slot in range(story.NUM_SLOTS):
        there = Counter(events[slot].subject for events in members)
        assert set(there.values()) in ({1}, {5})
    assert {events[told.answer_slot].subject for events in members} == set(told.people)


@pytest.mark.parametrize("index", INDICES)
def test_the_anchor_happens_once_in_the_whole_clip_right_beside_the_answer(index: int):
    told, members = clips(index)
    for events in members:
        anchors = [slot for slot, event in enumerate(events) if event.subject == told.anchor]
        assert anchors == [told.anchor_slot]
        assert told.answer_slot - told.anchor_slot == (1 if told.relation == "after" else -1)
        assert events[told.answer_slot].kind == "act"
        assert all(event.kind != "act" for event in events[story.NUM_SLOTS :])


@pytest.mark.parametrize("index", INDICES)
def test_clips_last_60_to_90_seconds_at_3_pictures_a_second(index: int):
    for scene in tvqa.scenes(place(index)):
        assert scene.film.fps == 3
        assert 60 <= scene.film.num_frames / 3 <= 90
        assert (scene.film.width, scene.film.height) == (320, 180)


def test_each_slot_begins_at_rest_and_leaves_no_trace():
    told, _ = clips(0)
    film = tvqa.scenes(place(0))[0].film
    rest = film.frame(0)
    for slot in range(1, story.NUM_SLOTS + 1):
        assert np.array_equal(film.frame(slot * told.slot_frames), rest)
        assert not np.array_equal(film.frame(slot * told.slot_frames - told.slot_frames // 2), rest)
    assert np.array_equal(film.frame(film.num_frames - 1), rest)


def test_after_the_window_all_clips_of_an_orbit_are_the_same():
    told, _ = clips(1)
    all_films = [scene.film for scene in tvqa.scenes(place(1))]
    for index in range(story.NUM_SLOTS * told.slot_frames, told.num_frames, 7):
        assert len({film.frame(index).tobytes() for film in all_films}) == 1


@pytest.mark.parametrize("index", INDICES)
def test_dialogue_tells_nothing_and_is_the_same_in_all_clips(index: int):
    told, _ = clips(index)
    scenes = tvqa.scenes(place(index))
    lines = scenes[0].records["subtitles"]
    assert all(scene.records["subtitles"] == lines for scene in scenes)
    end = story.END_SECONDS[told.slot_frames]
    for line in lines:
        assert 0 < line["start"] < line["end"] <= told.num_frames / 3 + 0.01
        assert line["end"] < end or line["start"] > end
        assert line["text"].startswith("(") == (line["start"] > end)
    assert lines == sorted(lines, key=lambda line: line["start"])


def test_lines_name_nobody_and_nothing_that_can_be_seen():
    words = {word.lower() for line in LINES for word in re.findall(r"\w+", line)}
    shown = {"camera", "book", "cup", "bottle", "shoe", "hat", "teddy", "key", *story.PROPS, "television", "bird"}
    assert not words & (shown | {name.lower() for name in TAG})


@pytest.mark.parametrize("index", range(3))
def test_who_is_seen_to_speak_is_the_speaker_of_the_subtitle(index: int, tmp_path: Path):
    scene = tvqa.scenes(place(index))[0]
    films.write(scene.film, tmp_path)
    people = {scene.records["question"][f"a{number}"] for number in range(5)}
    heard = 0
    for line in scene.records["subtitles"]:
        number = round((line["start"] + line["end"]) / 2 * 3)
        picture = np.asarray(Image.open(tmp_path / scene.film.path / f"{number:05d}.jpg").convert("RGB"))
        speaker = re.match(r"\((\w+):\)", line["text"])
        assert speaking(picture, people) == (speaker[1] if speaker else None)
        heard += speaker is not None
    assert heard > 3


def speaking(picture: RGB, people: set[str]) -> str | None:
    """The name whose tag hangs right below the bubble, if there is one."""
    white = picture.min(axis=-1) > 240
    solid = np.argwhere(np.logical_and.reduce([white[:, step : 316 + step] for step in range(5)]))  # letters are thin
    if len(solid) < 40:
        return None
    row, column = np.add(np.median(solid, axis=0), (16, 2))
    below = picture[44:]
    tags = {
        name: np.argwhere(near(below, TAG[name]) & hues_of(below).strong(chroma=LEAST_CHROMA)).mean(axis=0)
        for name in people
    }
    return min(tags, key=lambda name: float(np.hypot(tags[name][0] + 44 - row, tags[name][1] - column)))


@pytest.mark.parametrize("index", INDICES)
def test_the_record_spans_the_anchor_and_the_answer(index: int):
    told, _ = clips(index)
    first = min(told.anchor_slot, told.answer_slot)
    for scene in tvqa.scenes(place(index)):
        start, end = map(float, scene.records["question"]["ts"].split("-"))
        assert (round(start * 3), round(end * 3)) == (
            1 + first * told.slot_frames,
            1 + (first + 2) * told.slot_frames,
        )


@pytest.mark.parametrize("index", INDICES)
def test_captions_tell_what_happens_next_to_the_anchor(index: int):
    for scene in tvqa.scenes(place(index)):
        (mark,) = scene.marks
        who, rest = mark.question.removesuffix("?").split(" ", 1)
        assert who == "Who"
        assert scene.captions[0] == f"{mark.choices[mark.answer]} {rest}."
        act, relation, anchor = re.split(r" right (after|before) ", rest)
        pair = [f"{mark.choices[mark.answer]} {act}", anchor]
        assert ", then ".join(pair if relation == "before" else pair[::-1]).lower() in scene.captions[1].lower()


@pytest.mark.parametrize(("split", "name"), [("test", "tvqa_val.jsonl"), ("train", "tvqa_train.jsonl")])
def test_files_hold_the_keys_of_the_release_and_nothing_else(split: Split, name: str, tmp_path: Path):
    scenes = tvqa.scenes(place(0, split)) + tvqa.scenes(place(1, split))
    tvqa.publish(tmp_path, told_of(scenes), split)
    files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    clips_there = sorted(Path(scene.film.path).name for scene in scenes)
    assert files == sorted(
        [name, "tvqa_preprocessed_subtitles.jsonl", *(f"tvqa_subtitles/{clip}.srt" for clip in clips_there)]
    )
    questions = [orjson.loads(line) for line in (tmp_path / name).read_bytes().splitlines()]
    assert [set(question) for question in questions] == [
        {"qid", "q", "a0", "a1", "a2", "a3", "a4", "answer_idx", "ts", "vid_name", "show_name"}
    ] * 10
    assert [question[f"a{question['answer_idx']}"] for question in questions] == [
        scene.marks[0].choices[scene.marks[0].answer] for scene in scenes
    ]
    subtitles = (tmp_path / "tvqa_preprocessed_subtitles.jsonl").read_bytes().splitlines()
    assert [set(orjson.loads(line)) for line in subtitles] == [{"vid_name", "sub"}] * 10
    assert {key for line in subtitles for said in orjson.loads(line)["sub"] for key in said} == {"text", "start", "end"}


def test_both_forms_of_the_subtitles_say_the_same(tmp_path: Path):
    tvqa.publish(tmp_path, told_of(tvqa.scenes(place(0))), "test")
    for row in map(orjson.loads, (tmp_path / "tvqa_preprocessed_subtitles.jsonl").read_bytes().splitlines()):
        srt = (tmp_path / "tvqa_subtitles" / f"{row['vid_name']}.srt").read_text("utf-8")
        cues = re.findall(r"00:(\d\d):(\d\d),(\d{3}) --> 00:(\d\d):(\d\d),(\d{3})\n(.+)\n", srt)
        times = [60 * int(m) + int(s) + int(f) / 1000 for cue in cues for m, s, f in (cue[:3], cue[3:6])]
        assert [cue[6] for cue in cues] == [line["text"] for line in row["sub"]]
        assert times == pytest.approx([line[key] for line in row["sub"] for key in ("start", "end")])


def test_clips_have_names_of_their_own_in_the_form_of_the_source():
    numbers = [*range(0, CLIPS, 97), CLIPS - 1]
    for show in SHOWS:
        names = {clip_name(show, number, "test") for number in numbers}
        assert len(names) == len(numbers)
        assert all(re.fullmatch(rf"{show.prefix}s\d\de\d\d_seg\d\d_clip_\d\d", name) for name in names)
    with pytest.raises(ValueError, match="has no name"):
        clip_name(SHOWS[0], CLIPS, "test")


def test_every_name_has_one_colour():
    assert sum(len(names) for names in NAMES.values()) == len(TAG)


@pytest.mark.slow
def test_the_eye_follows_the_order_of_what_happens(tmp_path: Path):
    told, members = clips(INDEX_BETWEEN_ACTS)
    before_anchor = told.anchor_slot - (told.answer_slot - told.anchor_slot)
    for scene, events in zip(tvqa.scenes(place(INDEX_BETWEEN_ACTS)), members, strict=True):
        films.write(scene.film, tmp_path)
        (mark,) = scene.marks
        for num_frames in (8, 16, 32):
            frames = seen(tmp_path, scene.film, mark.orbit, num_frames)
            assert tvqa.look(TASK, frames, mark.question, mark.choices) == mark.answer
            backwards = tvqa.look(TASK, frames[::-1], mark.question, mark.choices)
            assert mark.choices[backwards] == events[before_anchor].subject
