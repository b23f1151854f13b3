"""FunQA: all that was said of a video, in whatever order its rows stand."""

import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest

from mvbench.errors import DataError
from qa_gen.sources.funqa import Said
from tests.qa_gen.sources.samples import facts_of, write_json, write_orbit

VIDEO = "H_A_9001_0100_0290.mp4"


def row(task: str, output: Any, *, video: Any = VIDEO, **more: Any) -> dict[str, Any]:
    return {"instruction": "Tell.", "visual_input": video, "output": output, "task": task} | more


def test_the_sample_is_read():
    facts, rejects = facts_of("funqa")
    assert not rejects.counts
    humor, creative, magic = facts
    assert (humor.video, humor.kind, humor.moment, humor.creativity) == (VIDEO, "humor", (41, 122), None)
    assert humor.cut_frames == (100, 290)
    assert humor.descriptions == (
        Said(
            id="test_1",
            instruction="What is the funny moment in the video?",
            text="A man carefully lowers a cake onto a table; the table tips over and the cake slides into the sink.",
        ),
    )
    assert [said.text for said in humor.titles] == ["The cake takes a swim"]
    assert humor.videos[:2] == (f"test/test_humor/{VIDEO}", f"test_humor/{VIDEO}")
    assert (creative.kind, creative.creativity, creative.moment) == ("creative", 14.0, (0, 309))
    assert (magic.kind, magic.titles, len(magic.reasons)) == ("magic", (), 1)


def test_rows_of_one_video_are_gathered_wherever_they_stand(tmp_path: Path):
    rows = [
        row("H2", "one", ID="test_5"),
        row("M2", "other", video="M_B_1_0_9.mp4"),
        row("H2", "two", instruction="Describe it."),
        row("H3", "because"),
        row("H4", "one", ID="test_5"),
    ]
    facts, rejects = facts_of("funqa", write_json(tmp_path / "FunQA_test.json", rows))
    assert dict(rejects.counts) == {"ID comes twice": 1}
    assert facts[0].titles == ()
    assert [fact.video for fact in facts] == [VIDEO, "M_B_1_0_9.mp4"]
    assert [(said.instruction, said.text) for said in facts[0].descriptions] == [
        ("Tell.", "one"),
        ("Describe it.", "two"),
    ]
    assert [said.text for said in facts[0].reasons] == ["because"]


@pytest.mark.parametrize(
    ("output", "moment"),
    [
        ("[41, 122]", (41, 122)),
        ([41, 122], (41, 122)),
        ("From frame 41 to frame 122.", (41, 122)),
        ("[0, 0]", (0, 0)),
        ("[122, 41]", None),
        ("early on", None),
        ("[1, 2, 3]", None),
        ("[41.5, 122.5]", None),
    ],
)
def test_a_moment_is_read_however_it_is_written_and_may_be_missing(
    tmp_path: Path, output: Any, moment: tuple[int, int] | None
):
    (fact,), rejects = facts_of("funqa", write_json(tmp_path / "FunQA_test.json", [row("H1", output)]))
    assert fact.moment == moment
    assert not rejects.counts


@pytest.mark.parametrize(("output", "score"), [("14", 14.0), (0, 0.0), (7.5, 7.5), ("very", None), ("nan", None)])
def test_a_score_may_be_missing(tmp_path: Path, output: Any, score: float | None):
    rows = [row("C5", output, video="C_A_1_0_9.mp4")]
    (fact,), _ = facts_of("funqa", write_json(tmp_path / "FunQA_test.json", rows))
    assert fact.creativity == score


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row("H6", "x"), "task is none of the twelve"),
        (row("M4", "x"), "task is none of the twelve"),
        (row("H2", None), "no output"),
        (row("H2", " "), "output is empty"),
        (row("H2", {"a": 1}), "no output"),
        (row("H2", "x", video="../../a.mp4"), "visual_input is no plain relative path"),
        (row("H2", "x", video=None), "visual_input is no path"),
        (row("H2", "x", instruction=None), "no instruction"),
        (row("M2", "x"), "task is of another kind than the video's first one"),
        ("H2", "no object"),
    ],
)
def test_a_bad_row_is_counted_and_the_others_are_read(tmp_path: Path, bad: Any, reason: str):
    rows = [row("H2", "good"), bad, row("H4", "also good")]
    (fact,), rejects = facts_of("funqa", write_json(tmp_path / "FunQA_test.json", rows))
    assert [said.text for said in (*fact.descriptions, *fact.titles)] == ["good", "also good"]
    assert dict(rejects.counts) == {reason: 1}


def test_the_training_split_and_the_orbit_of_a_video_are_found(tmp_path: Path):
    write_json(tmp_path / "FunQA_train.json", [row("H2", "x", video=f"train_humor/{VIDEO}")])
    write_orbit(tmp_path, f"train/train_humor/{VIDEO}")
    (fact,), _ = facts_of("funqa", tmp_path, split="train")
    assert (fact.video, fact.videos[0]) == (VIDEO, f"train/train_humor/{VIDEO}")
    assert len(fact.orbits) == 1


def test_annotations_are_read_inside_their_archive(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "annotation_with_id.zip", "w") as archive:
        archive.writestr("annotation_with_id/FunQA_test.json", orjson.dumps([row("H2", "x")]))
    (fact,), _ = facts_of("funqa", tmp_path)
    assert fact.video == VIDEO


def test_missing_annotations_are_said(tmp_path: Path):
    with pytest.raises(DataError, match=r"holds no FunQA_test\.json"):
        facts_of("funqa", tmp_path)
