import json
import os
import re
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from mvbench import registry
from mvbench.cli import COMMANDS, main
from tests.data_folder import item, write

HEAVY = {"numpy", "av", "PIL", "torch", "transformers", "pandas", "scipy", "ray", "openai", "rich", "decord", "jinja2"}


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mvbench", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["eval", "--help"],
        ["score", "--help"],
        ["data", "verify", "--help"],
        ["data", "download", "--help"],
        ["doctor", "--help"],
        ["import", "--help"],
    ],
)
def test_help_answers_at_once_and_loads_nothing_heavy(words: list[str]) -> None:
    script = (
        "import sys\nfrom mvbench.cli import main\ncode = main(sys.argv[1:])\n"
        "print(sorted(name for name in sys.modules if '.' not in name), file=sys.stderr)\nsys.exit(code)"
    )
    before = os.times()
    done = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=False)
    after = os.times()
    assert done.returncode == 0
    assert "usage" in done.stdout
    loaded = set(json.loads(done.stderr.strip().replace("'", '"')))
    assert not loaded & HEAVY
    cpu_seconds = after.children_user + after.children_system - before.children_user - before.children_system
    assert cpu_seconds < 0.3


def test_the_overview_lists_every_command_with_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    for command in ("eval", "score", "tasks", "models", "data", "peek"):
        (line,) = [line for line in lines if line.startswith(f"  {command} ")]
        assert len(line.split()) > 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["evla"], "command 'evla' is unknown; did you mean 'eval'?"),
        (["eval", "--framse", "8"], "unknown argument '--framse'; did you mean '--frames'?"),
        (["eval", "--framse=8"], "did you mean '--frames'?"),
        (["eval", "demo"], "argument 'demo' is unknown"),
        (["data", "--dta", "x", "verify"], "unknown argument '--dta'"),
        (["qa-gen", "--varient", "balanced", "--out", "x"], "did you mean '--variant'?"),
        (["qa-gen", "mine"], "action 'mine' is unknown (known: report; `mvbench qa-gen --help` lists the flags)"),
        (["qa-gen", "report", "demo", "--sources", "x"], "argument '--sources' has no place here"),
        (["eval", "--model", "orakle", "--data", "demo"], "model 'orakle' is unknown; did you mean 'oracle'?"),
        (["eval", "--model", "oracle", "--data", "dmo"], "is no folder and no data set; did you mean 'demo'?"),
        (["eval", "--model", "oracle", "--data", "demo", "--frames", "many"], "frames is 'many'"),
        (
            ["eval", "--model", "oracle", "--data", "demo", "--tasks", "action_sequenc"],
            "did you mean 'action_sequence'",
        ),
        (["eval", "--model", "oracle", "--data", "demo", "--protocol", "mvbenhc"], "did you mean 'mvbench'?"),
        (["eval", "--model", "oracle", "--data", "demo", "--frames", "8", "--fps", "1"], "exclude each other"),
        (["eval", "--model", "oracle", "--data", "demo", "--max-frames", "8"], "--max-frames 8 goes with --fps"),
        (["eval", "--model", "oracle", "--data", "demo", "--sampling", "fps"], "--sampling fps needs --fps"),
        (["eval", "--model", "oracle", "--data", "demo", "--model-args", "a=1"], "no argument 'a'; it takes"),
        (
            ["eval", "--model", "random", "--data", "demo", "--model-args", "api_key=x"],
            "api_key of model 'random' is refused",
        ),
        (["eval", "--model", "replay", "--data", "demo"], "model 'replay' needs path"),
        (["eval", "--model", "replay", "--data", "demo", "--model-args", "path=/no/such"], "cannot read the replies"),
        (["eval", "--model", "random", "--data", "demo", "--seed", "9" * 25], "whole number"),
        (["eval", "--model", "random", "--data", "demo", "--gen-kwargs", f"x={10**25}"], "cannot be written down"),
        (["eval", "--model", "random", "--data", "demo", "--set", "models.random=3"], "must be a table of tables"),
        (["eval", "--model", "random", "--data", "demo", "--subset", "maxi"], "it must be mini"),
        (
            ["eval", "--model", "random", "--data", "demo", "--out", "/", "--fresh"],
            "it is no run; choose another --out",
        ),
        (["eval", "--model", "rand\x1b[2Jom", "--data", "demo"], "model 'rand\\x1b[2Jom' is unknown"),
        (
            ["eval", "--model", "random", "--data", "~no-such-user/x"],
            "data is '~no-such-user/x'; it must begin with `~` only for",
        ),
        (["eval", "--model", "random", "--data", "demo", "--out", "~no-such-user/x"], "the home of somebody"),
        (["eval", "--model", "random", "--data", "demo", "--model-args", "a=~no-such-user/x"], "the home of somebody"),
        (["eval", "--model", "random", "--data", "demo", "--set", "out=~no-such-user/x"], "the home of somebody"),
        (["score", "~no-such-user/x"], "RUN is '~no-such-user/x'"),
        (["tasks", "--tasks-file", "~no-such-user/x"], "--tasks-file is '~no-such-user/x'"),
        (["data", "verify", "~no-such-user/x"], "the home of somebody"),
        (["score", "nowhere", "--scoring", "oficial"], "did you mean 'official'?"),
        (["score", "nowhere"], "'nowhere' is no run folder"),
        (["peek", "moving_direction:99", "--data", "demo"], "has moving_direction:0 to moving_direction:3"),
        (["peek", "moving_directoin:1", "--data", "demo"], "did you mean 'moving_direction'?"),
        (["data", "verify", "nowhere"], "is no folder and no data set"),
        (["data", "verfy", "demo"], "action 'verfy' is unknown; did you mean 'verify'?"),
    ],
)
@pytest.mark.usefixtures("demo_dir")
def test_a_mistake_is_one_line_with_the_way_out(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("mvbench: ")
    assert message in captured.err
    assert not list(tmp_path.iterdir()), "a mistake leaves nothing behind"


def test_everything_that_is_missing_is_named_in_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["eval"]) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    for words in ("no model: give --model", "--data DIR", "mvbench.toml", "--data demo"):
        assert words in message
    assert main(["eval", "--model", "replay"]) == 2
    message = capsys.readouterr().err
    for words in ("model 'replay' needs path", "[models.replay]", "--data DIR"):
        assert words in message


def test_other_harnesses_words_are_understood(tmp_path: Path) -> None:
    write(tmp_path / "data", {"action_antonym": [item(n) for n in range(4)]})
    (tmp_path / "replies.jsonl").write_text('{"sample_id": "action_antonym/0000", "reply": "A"}\n')
    words = [
        "--model",
        "replay",
        "--model_args",
        f"path={tmp_path / 'replies.jsonl'}",
        "--data",
        str(tmp_path / "data"),
    ]
    words += ["--batch_size", "2", "--output_path", str(tmp_path / "run"), "--gen_kwargs", "temperature=0"]
    words += ["--limit", "1", "--seed", "3", "--verbosity", "WARNING", "--log_samples"]
    assert main(["eval", *words]) == 0
    resolved = json.loads((tmp_path / "run/run.json").read_text())["arguments"]["resolved"]
    assert (resolved["batch_size"], resolved["gen_kwargs"], resolved["seed"]) == (2, {"temperature": 0}, 3)


def test_tasks_and_models_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tasks"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in ("action_sequence", "counterfactual_inference", "Cognition", "start-end"))
    assert main(["models"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in ("first-choice", "random", "oracle", "replay", "path"))
    listed_oracle = re.search(r"^oracle +accuracy=1.0 +Answers from", listed, re.MULTILINE)
    assert listed_oracle, "what the harness gives is no argument"


def test_the_module_is_the_command() -> None:
    done = run("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("mvbench 0.")


def test_a_misspelt_variable_is_no_silent_default(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MVBENCH_FRAME", "3")
    assert main(["eval", "--model", "random", "--data", "demo"]) == 2
    assert "MVBENCH_FRAME: unknown setting 'frame'; did you mean 'frames'?" in capsys.readouterr().err


def test_settings_of_a_run_do_not_reach_peek_and_verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], numbered_dir: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mvbench.toml").write_text(f'limit = 2\nout = "foo"\ntasks = "AS"\ndata = "{numbered_dir}"\n')
    assert main(["peek", "MD:5", "--frames", "2"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mvbench.toml", "peek-moving_direction-0005.png"]
    assert main(["data", "verify", str(numbered_dir), "--tasks", "MD"]) == 0
    assert "all 8 questions can be shown" in capsys.readouterr().out


def test_text_from_outside_reaches_no_terminal_as_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    evil = "\x1b[2Jevil\x1b]52;c;AAAA\x07\u202e"
    data = write(tmp_path / "data", {"action_antonym": [item(question=evil, candidates=[evil, "b"], answer=evil)]})
    assert main(["peek", "AA:0", "--data", str(data), "--view", "none", "--show-answer"]) == 0
    assert main(["eval", "--model", "oracle", "--data", str(data), "--view", "none"]) == 0
    assert main(["data", "verify", str(data)]) == 3
    captured = capsys.readouterr()
    for text in (captured.out, captured.err):
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert "evil" in captured.out


def test_verbosity_and_the_nearest_flag_are_known_to_a_commands_own_commands(
    numbered_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["data", "verify", str(numbered_dir), "--tasks", "ST", "--frames", "1"]
    assert main([*words, "--verbosity", "warning"]) == 0
    assert capsys.readouterr().err == ""
    assert main(["data", "--verbosity", "error", *words[1:]]) == 0
    assert capsys.readouterr().err == ""
    assert main([*words, "--outt", "x"]) == 2
    assert "did you mean '--out'" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["qa-gen", "synth", "data", "doctor"])
def test_help_fits_the_terminal_but_for_what_is_laid_out_by_hand(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    assert main([command, "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert not [line for line in lines if len(line) > 70 and not line.startswith("  ")]


def test_a_broken_command_of_another_package_breaks_no_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = EntryPoint("theirs", "no_such_package.command", COMMANDS)
    ours = registry.registered
    monkeypatch.setattr(registry, "registered", lambda group: {**ours(group), "theirs": theirs})
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert "eval " in said
    assert "command 'theirs' cannot be loaded from no_such_package.command" in said
    assert main(["theirs"]) == 2
    assert "No module named 'no_such_package'" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_output_that_cannot_be_written_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-c", "from mvbench.cli import run; run()", "--help"]
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr == "mvbench: the output cannot be written: No space left on device\n"
