"""What flags and meta files tell of a model."""

import json
from pathlib import Path

import pytest

from leaderboard.details import Details, billions, from_file, from_flags
from leaderboard.entry import DataSet, Standing
from mvbench.errors import DataError, UsageError
from tests.leaderboard import made


@pytest.mark.parametrize(
    ("text", "size"),
    [("7B", 7), ("7b", 7), ("7 B", 7), ("500M", 0.5), ("0.5", 0.5), (13, 13), (1.5, 1.5), ("72.7B", 72.7)],
)
def test_sizes_are_read_as_models_are_named(text: object, size: float) -> None:
    assert billions(text) == size


@pytest.mark.parametrize(
    "text", ["", "big", "-7B", "0", "7T", True, None, [7], "1e3", "nan", "9" * 400, "7BB", "\u0667B"]
)
def test_what_is_no_size_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="must be a size"):
        billions(text)


def test_flags_win_over_the_meta_file_and_what_neither_tells_stays(tmp_path: Path) -> None:
    file = tmp_path / "meta.toml"
    file.write_text('model = "From File"\nparameters = "7B"\ntrained_on = ["STAR", "CLEVRER"]\nstanding = "rerun"\n')
    told = from_flags({"model": ["Old", "From Flag"], "trained_on": ["TVQA, ,NTU RGB+D"], "board": "b"})
    entry = told.over(from_file(file)).applied(made.entry("x", link="https://example.org"))
    assert (entry.model, entry.parameters_billion, entry.standing) == ("From Flag", 7.0, Standing.RERUN)
    assert entry.trained_on == ("TVQA", "NTU RGB+D")
    assert entry.link == "https://example.org"


def test_the_revision_of_the_data_goes_to_the_data() -> None:
    entry = Details(data_revision="2024-06-13").applied(made.entry("x", data=DataSet("MVBench", hash="ab")))
    assert entry.data == DataSet("MVBench", "2024-06-13", "ab")


@pytest.mark.parametrize("text", ["original", "2024-06-13"])
def test_the_public_set_has_two_revisions(text: str) -> None:
    assert from_flags({"data_revision": [text]}).data_revision == text


def test_a_revision_that_never_was_is_refused_with_those_that_were() -> None:
    with pytest.raises(UsageError, match=r"^--data-revision is 'v2'; it must be one of original, 2024-06-13$"):
        from_flags({"data_revision": ["v2"]})


def test_json_says_the_same_as_toml(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('model = "M"\nparameters = 7\ntype = "VideoLLM"\ntrained_on = "A, B"\n')
    (tmp_path / "a.json").write_text(
        json.dumps({"model": "M", "parameters": 7, "type": "VideoLLM", "trained_on": ["A", "B"]})
    )
    assert from_file(tmp_path / "a.toml") == from_file(tmp_path / "a.json")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("m.toml", "frames = 16\nresolution = 448\ndate = 2024-06-13\ndata_revision = 2024-06-13\n"),
        ("m.json", '{"frames": 16, "resolution": 448, "date": "2024-06-13", "data_revision": "2024-06-13"}'),
    ],
)
def test_a_number_or_a_date_needs_no_quotes(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    told = Details(frames="16", resolution="448", date="2024-06-13", data_revision="2024-06-13")
    assert from_file(tmp_path / name) == told


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("m.toml", b'modle = "x"', "m.toml: 'modle' is unknown; did you mean 'model'"),
        ("m.json", b'{\n"modle": "x"}', "m.json:2: 'modle' is unknown; did you mean 'model'"),
        ("m.json", b'{"model": 7}', "m.json:1: model is 7; it must be a text"),
        ("m.json", b'{"model": ""}', "must be a text"),
        ("m.json", b'{"model": ["x"]}', "must be a text"),
        ("m.json", b'{"frames": true}', "frames is True; it must be a text"),
        ("m.json", b'{"trained_on": [1]}', "must be names"),
        ("m.json", b'{"standing": "reproduced"}', "must be one of self-reported, rerun"),
        ("m.json", b'{"type": "VideoLM"}', "did you mean 'VideoLLM'"),
        ("m.json", b'{"model": "a", "model": "b"}', "comes twice"),
        ("m.json", b"[1]", "must be an object"),
        ("m.json", b"{}" + b" " * 300_000, "more than 262,144 bytes"),
        ("m.toml", b"\xff", "not UTF-8"),
        ("m.toml", b"model = ", "is not TOML"),
        ("m.toml", b"a=" + b"[" * 50 + b"]" * 50, "deep"),
    ],
)  # fmt: skip
def test_a_meta_file_that_says_it_wrongly_is_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises((UsageError, DataError)) as caught:
        from_file(tmp_path / name)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_flag_names_itself() -> None:
    with pytest.raises(UsageError, match=r"^--language-model is ''; it must be a text$"):
        from_flags({"language_model": [""]})
