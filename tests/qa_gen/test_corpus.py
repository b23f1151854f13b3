"""`mvbench synth`: the same corpus however it is made, by one process or several, in one go or after a kill."""

import errno
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mvbench.cli import main
from qa_gen import SOURCES
from qa_gen.orbits import Orbit
from qa_gen.synth import film as films
from qa_gen.synth.plan import SIZES, by_questions, by_videos
from qa_gen.synth.world import Film, Told
from qa_gen.synth.worlds import world

MOMENTS = ["--sources", "moments_in_time", "--verbosity", "error"]
"""The quickest world to draw: 65 frames of 256 x 256."""


def synth(out: Path, *words: str) -> int:
    return main(["synth", "--out", str(out), *words])


def command(out: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "mvbench", "synth", "--out", str(out), *words]


def content(folder: Path) -> dict[str, bytes]:
    """Every file but `synth.json` and the lock, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("synth.json", ".lock")
    }


@pytest.fixture(scope="module")
def eight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two orbits of videos, made in one process and one go."""
    out = tmp_path_factory.mktemp("eight") / "corpus"
    assert synth(out, *MOMENTS, "--per-task", "8", "--workers", "1") == 0
    return out


@pytest.fixture(scope="module")
def sixteen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four orbits, made in two processes and one go."""
    out = tmp_path_factory.mktemp("sixteen") / "corpus"
    assert synth(out, *MOMENTS, "--per-task", "16", "--workers", "2") == 0
    return out


def test_tiny_has_ten_questions_of_every_task_and_only_whole_orbits() -> None:
    plan = by_questions(SOURCES, SIZES["tiny"], seed=0, split="test")
    orbits: dict[str, list[int]] = {}
    for place in plan:
        orbits.setdefault(place.task, []).append(world(place.source).orbit_size(place.task, place.index))
    assert len(orbits) == 20
    for task, sizes in orbits.items():
        assert sum(sizes) >= 10 > sum(sizes[:-1]), task
        if len(set(sizes)) == 1:
            assert len(sizes) == {2: 5, 3: 4, 4: 3, 5: 2}[sizes[0]]


def test_videos_of_a_source_are_numbered_without_a_gap() -> None:
    for source in SOURCES:
        following = 0
        for place in by_questions([source], 25, seed=0, split="test"):
            assert place.first_video == following
            following += world(source).orbit_size(place.task, place.index)


@pytest.mark.parametrize("videos", [1, 7, 100, 333])
def test_so_many_videos_are_spread_over_all_tasks(videos: int) -> None:
    plan = by_videos(SOURCES, videos, seed=0, split="train")
    sizes = [world(place.source).orbit_size(place.task, place.index) for place in plan]
    assert videos <= sum(sizes) < videos + 5
    per_task = [sum(place.task == task for place in plan) for source in SOURCES for task in world(source).TASKS]
    assert max(per_task) - min(per_task) <= 1


def test_a_small_corpus_is_the_beginning_of_every_task_of_a_larger_one() -> None:
    few = {(place.task, place.index) for place in by_questions(SOURCES, 10, seed=0, split="test")}
    assert few < {(place.task, place.index) for place in by_questions(SOURCES, 50, seed=0, split="test")}


def test_the_corpus_holds_videos_files_of_the_source_orbits_and_captions(eight: Path) -> None:
    files = set(content(eight))
    videos = {name for name in files if name.endswith(".mp4")}
    assert len(videos) == 8
    assert files - videos == {
        "moments_in_time/moments_categories.txt",
        "moments_in_time/validationSet.csv",
        "moments_in_time/orbits.json",
        "moments_in_time/captions.json",
    }
    captions = json.loads((eight / "moments_in_time" / "captions.json").read_bytes())
    assert {f"moments_in_time/{row['video']}" for row in captions} == videos
    rows = json.loads((eight / "moments_in_time" / "orbits.json").read_bytes())
    assert {f"moments_in_time/{row['video']}" for row in rows} == videos
    assert all({"orbit", "task", "member", "k", "video", "dials"} <= row.keys() for row in rows)


def test_facts_say_what_was_ordered_with_which_code_and_what_came_of_it(eight: Path) -> None:
    facts = json.loads((eight / "synth.json").read_bytes())
    assert facts["order"]["seed"] == 0
    assert facts["order"]["questions"] == 8
    assert facts["made_with"].keys() >= {"code", "numpy", "pillow", "av", "libavcodec"}
    assert facts["made"]["moments_in_time"]["questions"] == {"fine_grained_action": 8}
    assert facts["finished"] is True


def test_several_processes_make_the_same_bytes(eight: Path, tmp_path: Path) -> None:
    assert synth(tmp_path / "again", *MOMENTS, "--per-task", "8", "--workers", "2") == 0
    assert content(tmp_path / "again") == content(eight)


def test_annotations_are_the_same_without_videos(eight: Path, tmp_path: Path) -> None:
    assert synth(tmp_path / "bare", *MOMENTS, "--per-task", "8", "--annotations-only") == 0
    drawn = content(eight)
    assert content(tmp_path / "bare") == {name: data for name, data in drawn.items() if not name.endswith(".mp4")}


def test_another_seed_and_the_other_split_have_other_videos(eight: Path, tmp_path: Path) -> None:
    seen = {data for name, data in content(eight).items() if name.endswith(".mp4")}
    for number, words in enumerate((["--seed", "1"], ["--split", "train"])):
        out = tmp_path / str(number)
        assert synth(out, *MOMENTS, "--per-task", "4", *words) == 0
        videos = {data for name, data in content(out).items() if name.endswith(".mp4")}
        assert len(videos) == 4
        assert not videos & seen
        seen |= videos


def test_the_same_command_over_a_finished_corpus_prints_its_result_and_draws_nothing(
    eight: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("drawn again")

    monkeypatch.setattr(films, "write", refuse)
    before = content(eight)
    assert synth(eight, *MOMENTS, "--per-task", "8") == 0
    assert "moments_in_time" in capsys.readouterr().out
    assert content(eight) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--seed", "1", "--per-task", "8", "--sources", "moments_in_time"], "seed: 0 there, 1 now"),
        (["--per-task", "9", "--sources", "moments_in_time"], "questions: 8 there, 9 now"),
        (["--per-task", "8", "--sources", "funqa"], 'sources: ["moments_in_time"] there, ["funqa"] now'),
        (["--per-task", "8", "--sources", "moments_in_tim"], "did you mean 'moments_in_time'?"),
        (["--per-task", "8", "--sources", " , "], "--sources names none"),
        (["--per-task", "0"], "must be a whole number of at least 1"),
        (["--seed", "-1"], "must be a whole number of at least 0"),
        (["--size", "huge"], "--size 'huge' is unknown"),
        (["--size", "tiny", "--videos", "5"], "not allowed with argument"),
    ],
)
def test_a_different_order_is_refused_in_one_line(
    words: list[str], said: str, eight: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = content(eight)
    assert synth(eight, *words) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert content(eight) == before


def test_a_foreign_folder_is_neither_written_to_nor_moved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.txt").write_text("all of it")
    assert synth(tmp_path, *MOMENTS, "--fresh") == 2
    assert "holds 'thesis.txt' but no synth.json" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"format": 1, "order": 3}'])
def test_damaged_facts_are_one_line(damage: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "synth.json").write_bytes(damage)
    assert synth(tmp_path, *MOMENTS) == 2
    assert "is damaged; --fresh moves the folder aside" in capsys.readouterr().err


def test_fresh_moves_the_old_corpus_aside(tmp_path: Path) -> None:
    out = tmp_path / "corpus"
    words = [*MOMENTS, "--per-task", "4", "--annotations-only"]
    assert synth(out, *words) == 0
    assert synth(out, *words, "--seed", "1", "--fresh") == 0
    assert json.loads((out / "synth.json").read_bytes())["order"]["seed"] == 1
    assert json.loads((tmp_path / "corpus.old" / "synth.json").read_bytes())["order"]["seed"] == 0


def test_other_code_does_not_finish_what_this_code_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*MOMENTS, "--per-task", "4", "--annotations-only"]
    assert synth(tmp_path / "corpus", *words) == 0
    file = tmp_path / "corpus" / "synth.json"
    facts = json.loads(file.read_bytes())
    facts["made_with"]["code"] = "00000000"
    file.write_text(json.dumps(facts))
    assert synth(tmp_path / "corpus", *words) == 0  # a finished one stays good
    file.write_text(json.dumps(facts | {"finished": False}))
    capsys.readouterr()
    assert synth(tmp_path / "corpus", *words) == 2
    assert 'holds another unfinished corpus (code: "00000000" there' in capsys.readouterr().err


def test_a_missing_encoder_is_named_before_anything_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(films, "CODINGS", {".mp4": films.Coding("libnothing", {})})
    assert synth(tmp_path / "corpus", *MOMENTS, "--per-task", "4") == 2
    assert ".mp4 videos need the encoder libnothing" in capsys.readouterr().err
    assert not list(tmp_path.rglob("*.mp4"))


def test_no_room_for_a_file_is_one_line_and_the_corpus_goes_on_when_there_is(eight: Path, tmp_path: Path) -> None:
    out = tmp_path / "corpus"
    smallest = min(len(data) for name, data in content(eight).items() if name.endswith(".mp4"))

    def starve() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (smallest + 1, smallest + 1))

    words = [*MOMENTS, "--per-task", "8", "--workers", "2"]
    done = subprocess.run(command(out, *words), capture_output=True, text=True, preexec_fn=starve, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1, done.stderr
    assert "File too large; what is finished is kept" in done.stderr
    assert subprocess.run(command(out, *words), stdout=subprocess.DEVNULL, check=False).returncode == 0
    assert content(out) == content(eight)


def test_what_was_made_before_a_failure_is_kept_and_not_made_again(
    eight: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "corpus"
    words = [*MOMENTS, "--per-task", "8", "--workers", "1"]
    write = films.write
    drawn: list[str] = []

    def fail_at_the_seventh(film: Film, folder: Path) -> None:
        if len(drawn) == 6:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(film, folder)
        drawn.append(film.path)

    monkeypatch.setattr(films, "write", fail_at_the_seventh)
    assert synth(out, *words) == 2
    assert "No space left on device; what is finished is kept" in capsys.readouterr().err
    assert len(list(out.rglob("*.jsonl"))) == 1
    monkeypatch.setattr(films, "write", lambda film, folder: (write(film, folder), drawn.append(film.path)))
    assert synth(out, *words) == 0
    assert len(drawn) == len(set(drawn)) == 8
    assert content(out) == content(eight)


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_corpus_stopped_again_and_again_ends_up_the_same(how: signal.Signals, sixteen: Path, tmp_path: Path) -> None:
    out = tmp_path / "corpus"
    words = [*MOMENTS, "--per-task", "16", "--workers", "1"]
    for least in (2, 6, 11):
        with subprocess.Popen(
            command(out, *words),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # in the background it would be ignored
        ) as process:
            until = time.monotonic() + 60
            while process.poll() is None and len(list(out.rglob("*.mp4"))) < least and time.monotonic() < until:
                time.sleep(0.01)
            process.send_signal(how)
            process.wait(timeout=60)
        assert not json.loads((out / "synth.json").read_bytes())["finished"]
    assert subprocess.run(command(out, *words), stdout=subprocess.DEVNULL, check=False).returncode == 0
    assert content(out) == content(sixteen)
    assert not [path for path in out.rglob("*") if path.name.startswith(".") and path.name != ".lock"]


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_nothing(sixteen: Path, tmp_path: Path) -> None:
    out = tmp_path / "corpus"
    words = [*MOMENTS, "--per-task", "16", "--workers", "2"]
    with subprocess.Popen(command(out, *words), stdout=subprocess.DEVNULL) as process:
        children = Path(f"/proc/{process.pid}/task")
        until = time.monotonic() + 60
        while not list(out.rglob("*.mp4")) and time.monotonic() < until:
            time.sleep(0.01)
        found = [int(pid) for thread in children.iterdir() for pid in (thread / "children").read_text().split()]
        os.kill(found[0], signal.SIGKILL)
        assert process.wait(timeout=60) == 0
    assert content(out) == content(sixteen)


@pytest.mark.parametrize("source", ["paxion_actionbench", "vlnce"])
def test_a_video_is_coded_to_the_same_bytes_whatever_lies_in_memory(source: str) -> None:
    """Matroska would write a random number, and a part of x264 reads memory that it never wrote."""
    code = (
        "import hashlib, sys\n"
        "from qa_gen.synth.film import encoded\n"
        "from qa_gen.synth.plan import by_questions\n"
        "from qa_gen.synth.worlds import world\n"
        "place = by_questions([sys.argv[1]], 1, seed=0, split='test')[0]\n"
        "print(hashlib.sha256(encoded(world(sys.argv[1]).scenes(place)[0].film)).hexdigest())\n"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", code, source],
            env=os.environ | {"MALLOC_PERTURB_": perturbed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for perturbed in ("1", "2")
    }
    assert len(hashes) == 1


@pytest.mark.parametrize("kind", ["file", "broken link"])
def test_an_out_that_is_no_folder_is_one_line(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "corpus"
    if kind == "file":
        out.write_text("mine")
    else:
        out.symlink_to(tmp_path / "nowhere")
    assert synth(out, *MOMENTS) == 2
    assert f"is a {kind}, and a folder is to lie there" in capsys.readouterr().err


def test_no_sheet_is_drawn_of_what_another_version_made(
    eight: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "corpus"
    words = [*MOMENTS, "--per-task", "4", "--annotations-only"]
    assert synth(out, *words, "--contact-sheet") == 0
    assert (out / "contact-sheet.jpg").stat().st_size > 5_000
    facts = json.loads((out / "synth.json").read_bytes())
    facts["made_with"]["code"] = "00000000"
    (out / "synth.json").write_text(json.dumps(facts))
    assert synth(out, *words, "--contact-sheet") == 2
    assert "made by another version" in capsys.readouterr().err


def test_a_second_process_on_one_corpus_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "corpus"
    words = [*MOMENTS, "--per-task", "8"]
    with subprocess.Popen(command(out, *words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as first:
        until = time.monotonic() + 60
        while not (out / "synth.json").exists() and time.monotonic() < until:
            time.sleep(0.01)
        second = subprocess.run(command(out, *words), capture_output=True, text=True, check=False)
        assert first.wait(timeout=60) == 0
    assert second.returncode == 2
    assert "another process is writing" in second.stderr


def test_all_that_is_told_of_a_scene_survives_the_way_through_a_part() -> None:
    from qa_gen.synth.corpus import row

    place = by_questions(["star"], 1, seed=0, split="test")[0]
    for scene in world("star").scenes(place):
        line = json.loads(json.dumps(row(scene)))
        told = Told(**line | {"orbits": [Orbit(**orbit) for orbit in line["orbits"]]})
        assert told.video == scene.film.path
        assert list(told.orbits) == [mark.orbit for mark in scene.marks]
