"""Videos are looked for where orbits say, in the usual places, and below the root of the source."""

from pathlib import Path

import pytest

from mvbench.errors import DataError
from qa_gen.orbits import Orbit
from qa_gen.sources.folder import SourceFolder
from qa_gen.sources.videos import Videos
from tests.qa_gen.sources.samples import write_json, write_orbit

WAYS = ("videos/{}", "clips/{}", "{}")


def videos_of(path: Path, *, inner: str = "") -> Videos:
    write_json(path / inner / "main.json", [])
    files = SourceFolder(path)
    files.require("main.json")
    return Videos(files)


def test_locations_begin_where_an_orbit_says(tmp_path: Path):
    orbit = Orbit(orbit="o", task="t", member=0, k=2, video="clips/A{}.mp4")
    assert videos_of(tmp_path).locations("A{}.mp4", WAYS, (orbit,)) == (
        "clips/A{}.mp4",
        "videos/A{}.mp4",
        "A{}.mp4",
    )


def test_orbits_and_locations_of_a_source_one_folder_down_begin_with_that_folder(tmp_path: Path):
    write_orbit(tmp_path / "STAR", "clips/A.mp4", record="q1")
    videos = videos_of(tmp_path, inner="STAR")
    (orbit,) = videos.orbits("A.mp4", record="q1")
    assert orbit.video == "STAR/clips/A.mp4"
    assert videos.orbits("A.mp4", record="q2") == ()
    assert videos.locations("A.mp4", WAYS, (orbit,)) == (
        "STAR/clips/A.mp4",
        "STAR/videos/A.mp4",
        "STAR/A.mp4",
        "videos/A.mp4",
        "clips/A.mp4",
        "A.mp4",
    )


def test_orbits_that_lie_elsewhere_are_those_of_another_source(tmp_path: Path):
    write_orbit(tmp_path / "other", "A.mp4")
    assert videos_of(tmp_path).orbits("A.mp4") == ()


def test_broken_orbits_one_folder_down_are_named_with_it(tmp_path: Path):
    write_json(tmp_path / "STAR" / "orbits.json", [5])
    with pytest.raises(DataError, match=r"^STAR/orbits\.json, row 0 is no object$"):
        videos_of(tmp_path, inner="STAR")
