from pathlib import Path

import pytest

from mvbench.config import literal, resolve, table
from mvbench.errors import UsageError
from mvbench.settings import EvalSettings


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No settings but those a test writes: `mvbench.toml` here, `config.toml` below `user`."""
    (tmp_path / "here").mkdir()
    (tmp_path / "user").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr("mvbench.config.user_config_path", lambda name: tmp_path / "user")
    return tmp_path


def settings(environ: dict[str, str] | None = None, overrides: tuple[str, ...] = (), **given: object) -> EvalSettings:
    return resolve(EvalSettings, given, overrides, environ=environ or {})[0]


def test_the_strongest_source_wins_and_is_named(nowhere: Path) -> None:
    (nowhere / "user/config.toml").write_text('frames = 1\nfps = 1.0\nseed = 1\ndata = "user"\nworkers = 1\n')
    Path("mvbench.toml").write_text("frames = 2\nfps = 2.0\nseed = 2\nworkers = 2\n")
    environ = {"MVBENCH_FRAMES": "3", "MVBENCH_FPS": "3", "MVBENCH_SEED": "3"}
    got, sources = resolve(EvalSettings, {"frames": ["4"], "fps": ["4"]}, ["frames=5"], environ=environ)
    assert (got.frames, got.fps, got.seed, got.workers, got.data, got.repeats) == (5, 4.0, 3, 2, "user", 1)
    assert {name: sources[name] for name in ("frames", "fps", "seed", "workers", "data", "repeats")} == {
        "frames": "--set",
        "fps": "--fps",
        "seed": "MVBENCH_SEED",
        "workers": "./mvbench.toml",
        "data": "user config.toml",
        "repeats": "default",
    }


def test_tables_merge_key_by_key(nowhere: Path) -> None:
    (nowhere / "user/config.toml").write_text('[models.videochat2]\nllm = "user"\nbert = "user"\n[gen_kwargs]\na = 1\n')
    Path("mvbench.toml").write_text('[models.videochat2]\nllm = "here"\n[models.hf]\ndtype = "bfloat16"\n')
    got = settings({"MVBENCH_GEN_KWARGS": "b=2"}, ("models.videochat2.dtype=float16",), gen_kwargs=["c=3", "a=4"])
    assert got.models == {
        "videochat2": {"llm": "here", "bert": "user", "dtype": "float16"},
        "hf": {"dtype": "bfloat16"},
    }
    assert got.gen_kwargs == {"a": 4, "b": 2, "c": 3}


def test_defaults_are_not_shared() -> None:
    settings(model_args=["a=1"])
    assert settings().model_args == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("framse = 8", "./mvbench.toml: unknown setting 'framse'; did you mean 'frames'?"),
        ("frames = 0", "frames is 0; it must be a whole number of at least 1"),
        ("frames = true", "frames is True"),
        ('frames = "many"', "frames is 'many'"),
        ("fps = -1", "must be a number above 0"),
        ('decoder = "opencv"', "must be one of pyav, decord"),
        ('resize = "exakt"', "did you mean 'exact'?"),
        ("limit = 1.5", "a whole number of questions, or a share below 1"),
        ("max_errors = 5", "must be a share such as 5% or 0.05"),
        ("subtitles = 3", "must be true or false"),
        ('model_args = ["a"]', "must be a table"),
        ("frames = ", "is not TOML|not TOML"),
    ],
)
def test_a_wrong_setting_is_refused_by_source_key_and_value(text: str, words: str) -> None:
    Path("mvbench.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        settings()
    assert any(part in str(caught.value) for part in words.split("|"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("text", "share"), [("5%", 0.05), ("0.1", 0.1), ("0", 0.0), ("12.5 %", 0.125)])
def test_the_share_of_errors_is_a_percentage_or_a_fraction(text: str, share: float) -> None:
    assert settings(max_errors=[text]).max_errors == pytest.approx(share)


def test_a_table_from_the_command_line_holds_toml_literals_or_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    text = "path=~/model,dtype=bfloat16,batch=8,ratio=1e-3,flag=true,sizes=[1,2],name='a,b',date=2024-01-01,url=http://a:1/v1"
    assert table(text) == {
        "path": "/home/someone/model",
        "dtype": "bfloat16",
        "batch": 8,
        "ratio": 0.001,
        "flag": True,
        "sizes": [1, 2],
        "name": "a,b",
        "date": "2024-01-01",
        "url": "http://a:1/v1",
    }


def test_a_literal_cannot_bring_further_keys() -> None:
    assert literal("1\nother = 2") == "1\nother = 2"


@pytest.mark.parametrize("text", ["novalue", "=3"])
def test_a_table_without_a_key_or_value_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="must look like key=value"):
        settings(model_args=[text])


def test_an_override_needs_a_value() -> None:
    with pytest.raises(UsageError, match="--set 'frames' must look like"):
        settings(overrides=("frames",))


def test_the_words_a_flag_takes_are_those_there_are() -> None:
    from mvbench.scoring import JUDGES
    from mvbench.settings import JUDGE
    from mvbench.views import VIEWS

    assert [settings(view=[view]).view for view in VIEWS] == list(VIEWS)
    assert [JUDGE(judge) for judge in JUDGES] == list(JUDGES)
