import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mvbench.errors import Failure
from mvbench.report import strips
from mvbench.report.strips import Strip, strip
from mvbench.types import Clip
from tests.video import draw


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw.video(tmp_path_factory.mktemp("video") / "clip.mp4", range(40))


def numbers_of(made: Strip, count: int) -> list[int]:
    """The numbers that the tiles carry, in their order."""
    with Image.open(io.BytesIO(made.webp)) as picture:
        assert picture.size == (made.columns * made.width, made.rows * made.height)
        rgb = np.asarray(picture.convert("RGB"))
    corners = [(made.height * (place // made.columns), made.width * (place % made.columns)) for place in range(count)]
    return [draw.number_of(rgb[top : top + made.height, left : left + made.width]) for top, left in corners]


def test_tiles_are_the_frames_of_those_numbers(video: Path, tmp_path: Path) -> None:
    indices = (0, 7, 8, 39)
    made = strip(Clip(video, "video"), indices, "pyav", tmp_path)
    assert numbers_of(made, 4) == list(indices)
    assert (made.columns, made.rows, made.width, made.height) == (4, 1, 112, 84)


def test_more_than_a_row_goes_on_in_the_next(video: Path, tmp_path: Path) -> None:
    made = strip(Clip(video, "video"), tuple(range(20)), "pyav", tmp_path)
    assert (made.columns, made.rows) == (16, 2)
    assert numbers_of(made, 20) == list(range(20))


def test_a_strip_made_before_is_not_decoded_again(video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = strip(Clip(video, "video"), (1, 2), "pyav", tmp_path / "kept")
    monkeypatch.setattr(strips, "open_source", None)
    assert strip(Clip(video, "video"), (1, 2), "pyav", tmp_path / "kept") == first
    with pytest.raises(TypeError):
        strip(Clip(video, "video"), (1, 3), "pyav", tmp_path / "kept")


def test_a_kept_strip_that_is_broken_is_made_again(video: Path, tmp_path: Path) -> None:
    first = strip(Clip(video, "video"), (1,), "pyav", tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_bytes(b"RIFF")
    assert strip(Clip(video, "video"), (1,), "pyav", tmp_path) == first
    assert path.read_bytes() == first.webp


def test_another_content_is_another_strip(video: Path, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(video.read_bytes())
    before = strip(Clip(path, "video"), (3,), "pyav", tmp_path / "kept")
    draw.video(path, range(30, 50))
    after = strip(Clip(path, "video"), (3,), "pyav", tmp_path / "kept")
    assert (numbers_of(before, 1), numbers_of(after, 1)) == ([3], [33])
    assert before.fingerprint != after.fingerprint


def test_a_cache_that_cannot_be_written_costs_only_time(video: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file")
    assert numbers_of(strip(Clip(video, "video"), (5,), "pyav", tmp_path / "kept"), 1) == [5]


@pytest.mark.parametrize("indices", [(40,), (0, 400)])
def test_a_frame_the_file_does_not_have_is_a_failure(video: Path, tmp_path: Path, indices: tuple[int, ...]) -> None:
    with pytest.raises(Failure, match=r"bounds: frames .* has 39 as its last"):
        strip(Clip(video, "video"), indices, "pyav", tmp_path)


def test_a_video_that_is_gone_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="missing"):
        strip(Clip(tmp_path / "gone.mp4", "video"), (0,), "pyav", tmp_path)


def test_frame_folders_are_counted_from_one_and_may_differ_in_size(tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    for number, size in ((1, (128, 96)), (2, (96, 96)), (3, (128, 96))):
        Image.fromarray(draw.picture(number, width=size[0], height=size[1])).save(folder / f"{number:05d}.png")
    made = strip(Clip(folder, "frames"), (1, 2, 3), "pyav", tmp_path / "kept")
    assert numbers_of(made, 3) == [1, 2, 3]
    with pytest.raises(Failure, match="bounds"):
        strip(Clip(folder, "frames"), (0,), "pyav", tmp_path / "kept")
