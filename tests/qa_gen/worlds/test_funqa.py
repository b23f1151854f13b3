"""Scenes that end otherwise than expected: what happens can be seen, and is told in the rows of the source."""

import json
from dataclasses import replace
from pathlib import Path, PurePosixPath

import numpy as np
import pytest

from qa_gen.synth.world import Place, Scene, Told
from qa_gen.synth.worlds.funqa import look, publish, scenes
from qa_gen.synth.worlds.funqa import orbit as making
from qa_gen.synth.worlds.funqa.stories import STORIES
from tests.qa_gen.worlds.as_shown import as_shown

TASKS = {"H": ["H1", "H2", "H3", "H4"], "C": ["C1", "C2", "C3", "C4", "C5"], "M": ["M1", "M2", "M3"]}


def orbit(index: int, *, seed: int = 0, split: str = "test") -> list[Scene]:
    return scenes(Place(seed, split, making.SOURCE, making.TASKS[0], index, 4 * index))  # type: ignore[arg-type]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_every_event_of_a_story_is_seen(story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "GENRES", (story.genre,))
    for start in range(0, len(story.events), 2):  # other four of its events each time
        turned = story.events[start:] + story.events[:start]
        monkeypatch.setattr(making, "STORIES", (replace(story, events=turned[:4]),))
        for scene in orbit(start):
            mark = scene.marks[0]
            for num_frames in (4, 16) if start % 4 == 0 else (4,):  # each event is among both
                assert (
                    look("unexpected_action", as_shown(scene, num_frames), mark.question, mark.choices) == mark.answer
                )


def test_before_the_event_all_clips_of_an_orbit_are_the_same_and_after_it_none() -> None:
    for index in range(12):
        films = [scene.film for scene in orbit(index)]
        (begin, end), *others = [json.loads(scene.records["rows"][0]["output"]) for scene in orbit(index)]
        assert others == [[begin, end]] * 3
        assert 0 < begin < end < films[0].num_frames - 1
        for number in (0, begin - 1):
            assert all(np.array_equal(film.frame(number), films[0].frame(number)) for film in films)
        assert len({film.frame(films[0].num_frames - 1).tobytes() for film in films}) == 4


def test_choices_are_about_equally_long() -> None:
    for index in range(120):
        lengths = [len(choice) for choice in orbit(index)[0].marks[0].choices]
        assert max(lengths) - min(lengths) <= 14


def test_sentences_are_filled_in() -> None:
    for index in range(60):
        for scene in orbit(index):
            texts = [*scene.captions, *scene.marks[0].choices, *(row["output"] for row in scene.records["rows"])]
            assert not any("{" in text for text in texts)


def test_captions_say_what_happens_in_this_clip_and_not_what_happens_in_another() -> None:
    for index in range(30):
        for scene in orbit(index):
            (mark,) = scene.marks
            for caption in scene.captions:
                assert [choice for choice in mark.choices if choice in caption] == [mark.choices[mark.answer]]


def test_each_genre_has_its_rows_and_its_folder() -> None:
    found = set()
    for index in range(12):
        for scene in orbit(index):
            path = PurePosixPath(scene.film.path)
            genre, _, number, start, end = path.stem.split("_")
            assert path.parent == PurePosixPath(
                "test", {"H": "test_humor", "C": "test_creative", "M": "test_magic"}[genre]
            )
            assert number.isdigit()
            assert int(end) - int(start) == scene.film.num_frames
            assert len(start) == len(end) == 4
            rows = scene.records["rows"]
            assert [row["task"] for row in rows] == TASKS[genre]
            assert {row["visual_input"] for row in rows} == {path.name}
            assert rows[1]["output"] == scene.marks[0].choices[scene.marks[0].answer]
            found.add(genre)
    assert found == set(TASKS)


@pytest.mark.parametrize("split", ["test", "train"])
def test_rows_of_all_videos_are_numbered_through(split, tmp_path: Path) -> None:
    made = [scene for index in range(3) for scene in orbit(index, split=split)]
    publish(tmp_path, lambda: [Told(scene.film.path, 15.0, 81, scene.records) for scene in made], split)
    rows = json.loads((tmp_path / f"FunQA_{split}.json").read_bytes())
    assert [row["ID"] for row in rows] == [f"{split}_{number}" for number in range(len(rows))]
    assert all(list(row) == ["instruction", "visual_input", "output", "task", "ID"] for row in rows)
    assert len(rows) == 4 * (4 + 5 + 3)
    assert all(scene.film.path.startswith(f"{split}/{split}_") for scene in made)
