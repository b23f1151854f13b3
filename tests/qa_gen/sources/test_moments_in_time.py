"""Moments in Time: a label for every clip, out of a list of labels."""

from pathlib import Path

import pytest

from mvbench.errors import DataError
from qa_gen.sources.folder import SourceFolder
from qa_gen.sources.moments_in_time import Moment, read_categories, words_of
from qa_gen.sources.rejects import Rejects
from tests.qa_gen.sources.samples import SAMPLES, facts_of, write_json, write_orbit


def write(folder: Path, rows: str, categories: str | None = None, *, name: str = "validationSet.csv") -> Path:
    if categories is not None:
        write_json(folder / "moments_categories.txt", categories.encode())
    return write_json(folder / name, rows.encode())


def test_the_sample_is_read():
    facts, rejects = facts_of("moments_in_time")
    assert not rejects.counts
    assert [fact.label for fact in facts] == ["bathing", "watering", "washing", "bubbling", "juggling"]
    assert facts[1] == Moment(
        label="watering",
        num_agreeing=4,
        num_disagreeing=1,
        videos=(
            "validation/watering/yt-XXexampleAA_105.mp4",
            "videos/validation/watering/yt-XXexampleAA_105.mp4",
            "watering/yt-XXexampleAA_105.mp4",
        ),
    )
    assert facts[1].words == ("watering",)


def test_categories_are_read_with_and_without_numbers_and_their_bad_lines_counted(tmp_path: Path):
    labels = ("bathing", "watering", "washing", "bubbling", "juggling")
    assert read_categories(SourceFolder(SAMPLES / "moments_in_time"), rejects=Rejects("moments_in_time")) == labels
    rejects = Rejects("moments_in_time")
    write_json(
        tmp_path / "moments_categories.txt", b"playing+music\nStroking/petting,7\n\nplaying+music,1\n,3\na,b\nc\xff,1\n"
    )
    assert read_categories(SourceFolder(tmp_path), rejects=rejects) == ("playing+music", "stroking/petting")
    assert dict(rejects.counts) == {
        "label is empty": 1,
        "index of a category is no whole number": 1,
        "label holds what is no text": 1,
    }
    (tmp_path / "moments_categories.txt").unlink()
    assert read_categories(SourceFolder(tmp_path), rejects=rejects) == ()


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("opening", ("opening",)),
        ("playing+music", ("playing music",)),
        ("stroking/petting", ("stroking", "petting")),
        ("adult+female+singing/humming", ("adult female singing", "humming")),
        ("a++b/", ("a b",)),
    ],
)
def test_labels_are_written_as_people_write(label: str, words: tuple[str, ...]):
    assert words_of(label) == words


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("playing+music/a.mp4,playing+music,3,0", ("playing+music", 3, 0)),
        ("validation/opening/a.mp4,opening,3,0", ("opening", 3, 0)),
        ("stroking/petting/a.mp4,stroking/petting,3,0", ("stroking/petting", 3, 0)),
        ("Opening/a.mp4,Opening ,3, 0", ("opening", 3, 0)),
        ("opening/a.mp4,opening", ("opening", None, None)),
        ("opening/a.mp4,opening,,", ("opening", None, None)),
        ("a.mp4,opening,3,0,more", ("opening", 3, 0)),
        ('"opening/a,b.mp4",opening,3,0', ("opening", 3, 0)),
    ],
)
def test_rows_that_differ_a_little_are_read(tmp_path: Path, row: str, expected: tuple[object, ...]):
    (fact,), rejects = facts_of("moments_in_time", write(tmp_path, f"{row}\r\n"))
    assert not rejects.counts
    assert (fact.label, fact.num_agreeing, fact.num_disagreeing) == expected
    assert fact.videos[0].startswith("validation/")
    assert not fact.videos[0].startswith("validation/validation")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("filename,label,agree,disagree", "file name has no ending"),
        ("opening/a.mp4", "fewer than two columns"),
        ("opening/a.mp4,,3,0", "label is empty"),
        ("../opening/a.mp4,opening,3,0", "file name is no plain relative path"),
        ("/etc/passwd,opening,3,0", "file name is no plain relative path"),
        ("opening/a.mp4,closing,3,0", "label is not the folder of the clip"),
        ("rolling/a.mp4,rolling,3,0", "label is not among the categories"),
        ("opening/a\rb.mp4,opening,3,0", "no row of CSV"),
        ('"opening/a.mp4,opening,3,0', "no row of CSV"),
        ('opening/a.mp4,"opening,3,0', "no row of CSV"),
    ],
)
def test_a_bad_row_is_counted_and_the_others_are_read(tmp_path: Path, row: str, reason: str):
    folder = write(tmp_path, f"{row}\nopening/b.mp4,opening,3,0\n", "opening,0\nclosing,1\nlabel,2")
    facts, rejects = facts_of("moments_in_time", folder)
    assert [fact.videos[-1] for fact in facts] == ["opening/b.mp4"]
    assert dict(rejects.counts) == {reason: 1}


@pytest.mark.parametrize("counts", ["many,0", "-1,0", "2.5,0", "\u0663,0"])
def test_a_bad_number_of_workers_is_counted_and_unknown(tmp_path: Path, counts: str):
    folder = write(tmp_path, f"opening/a.mp4,opening,{counts}\nopening/b.mp4,opening,3,0\n")
    facts, rejects = facts_of("moments_in_time", folder)
    assert [(fact.num_agreeing, fact.num_disagreeing) for fact in facts] == [(None, 0), (3, 0)]
    assert dict(rejects.counts) == {"number of workers is no whole number": 1}


def test_a_clip_that_comes_twice_is_read_once(tmp_path: Path):
    rows = "opening/a.mp4,opening,3,0\nvalidation/opening/a.mp4,opening,2,1\nopening/b.mp4,opening,3,0\n"
    facts, rejects = facts_of("moments_in_time", write(tmp_path, rows))
    assert [(fact.videos[0], fact.num_agreeing) for fact in facts] == [
        ("validation/opening/a.mp4", 3),
        ("validation/opening/b.mp4", 3),
    ]
    assert dict(rejects.counts) == {"file name comes twice": 1}


def test_a_stray_quote_costs_its_own_clip_only(tmp_path: Path):
    rows = '"opening/a.mp4,opening,3,0\n' + "".join(f"opening/{n}.mp4,opening,3,0\n" for n in range(5000))
    facts, rejects = facts_of("moments_in_time", write(tmp_path, rows))
    assert len(facts) == 5000
    assert dict(rejects.counts) == {"no row of CSV": 1}


def test_the_training_split_and_the_orbit_of_a_clip_are_found(tmp_path: Path):
    write(tmp_path, "opening/a.mp4,opening,3,0\n", name="trainingSet.csv")
    write_orbit(tmp_path, "training/opening/a.mp4")
    (fact,), _ = facts_of("moments_in_time", tmp_path, split="train")
    assert fact.videos[0] == "training/opening/a.mp4"
    assert len(fact.orbits) == 1


def test_missing_annotations_are_said(tmp_path: Path):
    with pytest.raises(DataError, match=r"holds no validationSet\.csv"):
        facts_of("moments_in_time", tmp_path)
