"""`mvbench data download` against a hub on this machine that can be told to fail."""

import errno
import hashlib
import io
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import warnings
import zipfile
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvbench import archives, tasks
from mvbench.cli import main
from mvbench.download import RemoteFile, Source, digest_of, download, files_for
from mvbench.errors import DataError
from mvbench.tasks import choose, public_tasks
from tests.hub import COMMIT, REPO, Hub, packed, public_files, serving
from tests.test_isolation import wait_until

CHUNK_BYTES = 10 * 2**20
"""The library hands on what it receives in pieces of this size."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """The public layout, and a client in this process that asks for it there, in small pieces and without patience."""
    from huggingface_hub import constants, file_download
    from huggingface_hub.utils import _http, close_session

    with serving(public_files()) as hub:
        monkeypatch.setattr(constants, "ENDPOINT", hub.url)
        monkeypatch.setattr(
            constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.url + "/{repo_id}/resolve/{revision}/{filename}"
        )
        monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 100)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
        for module in (file_download, _http):
            monkeypatch.setattr(module, "time", Impatient)
        yield hub
        close_session()


class Impatient:
    """The clock of the library's retries."""

    @staticmethod
    def sleep(seconds: float) -> None:
        pass


def run(out: Path, *words: str, verbosity: str = "info") -> int:
    return main(["data", "--verbosity", verbosity, "download", "--out", str(out), *words])


def command(out: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "mvbench", "data", "download", "--out", str(out), *words]


def quiet(out: Path, *words: str) -> list[str]:
    start, rest = command(out, *words)[:4], command(out, *words)[4:]
    return [*start, "--verbosity", "error", *rest]


def environment(hub: Hub, **more: str) -> dict[str, str]:
    plain = {"HF_ENDPOINT": hub.url, "HF_HUB_DISABLE_TELEMETRY": "1", "HF_TOKEN_PATH": os.devnull}
    return os.environ | plain | more


def content(folder: Path) -> dict[str, str]:
    """The hash of every file of a data folder, without what the command keeps for itself."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".download" not in path.parts
    }


def kept_apart(folder: Path) -> set[str]:
    """What the command keeps for itself when it is done with everything."""
    return {path.name for path in (folder / ".download").iterdir()} - {".lock"}


def largest_part(folder: Path) -> int:
    """How many bytes of the file under way have been written; others are renamed while this looks."""
    sizes = [0]
    for path in (folder / ".download").glob("*.part"):
        with suppress(FileNotFoundError):
            sizes.append(path.stat().st_size)
    return max(sizes)


def test_the_public_set_becomes_a_data_folder_that_loads(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "MVBench"
    assert run(out) == 0
    dataset = tasks.load(out)
    assert len(dataset.tasks) == 20
    located = {sample.id: sample.located for sample in dataset.samples}
    assert {name for name, how in located.items() if how == "missing"} == {
        "fine_grained_pose/0000",
        "fine_grained_pose/0001",
    }
    assert located["object_existence/0001"] == "data0613"
    assert not list(out.rglob("*.zip"))
    assert not (out / "assert").exists()
    assert kept_apart(out) == {"source.json", "unpacked"}
    captured = capsys.readouterr()
    assert "19 of 20 tasks are complete" in captured.out
    assert "Fine-grained Pose: 2 questions lack their video" in captured.out
    assert str(out / "video/nturgbd") in captured.out
    assert captured.out.splitlines()[-1] == f"Next: mvbench data verify {out}"
    assert "are free in" in captured.err
    assert "HTTP Request" not in captured.err


def test_the_same_command_over_a_finished_folder_asks_nothing(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "data"
    assert run(out) == 0
    printed, before = capsys.readouterr().out, content(out)
    hub.requests.clear()
    assert run(out) == 0
    assert hub.requests == []
    assert capsys.readouterr().out == printed
    assert content(out) == before


def test_what_somebody_deleted_is_fetched_again_and_nothing_else(hub: Hub, tmp_path: Path) -> None:
    out = tmp_path / "data"
    assert run(out) == 0
    before = content(out)
    shutil.rmtree(out / "video/clevrer")
    (out / "json/action_count.json").unlink()
    hub.transfers.clear()
    assert run(out) == 0
    assert content(out) == before
    assert [seen.path for seen in hub.transfers] == ["json/action_count.json", "video/clevrer.zip"]


def test_a_clip_that_was_lost_is_brought_back_and_what_was_changed_stays(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "data"
    assert run(out) == 0
    before = content(out)
    star = out / "video/star/Charades_v1_480"
    (star / "AS0.mp4").unlink()
    (star / "AS1.mp4").write_bytes(b"re-encoded")
    same_size = bytes(star.joinpath("AP0.mp4").stat().st_size)
    (star / "AP0.mp4").write_bytes(same_size)
    (star / "mine.mp4").write_bytes(b"added, so that the number of files is what it was")
    mine = {path: digest for path, digest in content(out).items() if digest != before.get(path)}
    assert len(mine) == 3
    hub.transfers.clear()
    assert run(out) == 0
    assert [seen.path for seen in hub.transfers] == ["video/star.zip"]
    assert "video/star.zip: not all that was unpacked from it is there" in capsys.readouterr().err
    assert content(out) == before | mine
    assert kept_apart(out) == {"source.json", "unpacked"}
    hub.requests.clear()
    assert run(out) == 0
    assert hub.requests == [], "everything is in its place"
    assert content(out) == before | mine


def test_a_marker_of_an_early_version_knows_no_files_and_is_believed(hub: Hub, tmp_path: Path) -> None:
    out = tmp_path / "data"
    assert run(out, "--tasks", "AS") == 0
    for marker in (out / ".download/unpacked").iterdir():
        known = json.loads(marker.read_text())
        tops = sorted({name.partition("/")[0] for name in known["files"]})
        marker.write_text(json.dumps({"archive": known["archive"], "unpacked": tops}))
    (out / "video/star/Charades_v1_480/AS0.mp4").unlink()
    hub.transfers.clear()
    assert run(out, "--tasks", "AS") == 0
    assert hub.transfers == []
    shutil.rmtree(out / "video/star")
    assert run(out, "--tasks", "AS") == 0
    assert [seen.path for seen in hub.transfers] == ["video/star.zip"]
    assert (out / "video/star/Charades_v1_480/AS0.mp4").is_file()


@pytest.mark.parametrize("linked", ["video", "video/star", "json"])
def test_what_a_link_leads_to_another_disk_is_copied_there(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linked: str
) -> None:
    out, disk = tmp_path / "data", tmp_path / "disk"
    assert run(out) == 0
    before = content(out)
    (out / linked).rename(disk)
    (out / linked).symlink_to(disk, target_is_directory=True)
    lost = [path for path in disk.rglob("*") if path.stem in ("AS0", "AS1", "action_sequence")]
    assert lost
    for path in lost:
        path.unlink()
    monkeypatch.setattr(Path, "rename", rename_on_one_disk(disk, Path.rename))
    assert run(out) == 0
    assert content_through(out, linked) == before
    assert not list(disk.rglob(".*"))


def test_a_folder_that_is_copied_to_another_disk_is_there_whole_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    (tmp_path / "video").symlink_to(disk, target_is_directory=True)
    archive = packed({f"star/{number}.mp4": bytes(100) for number in range(4)})
    monkeypatch.setattr(Path, "rename", rename_on_one_disk(disk, Path.rename))
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copytree", full_disk)
        with pytest.raises(OSError, match="No space left"):
            unpacked(tmp_path, archive)
    assert not list(disk.iterdir())
    (disk / ".star.part").mkdir()
    (disk / ".star.part/half").write_bytes(b"of a killed command")
    assert len(unpacked(tmp_path, archive)) == 4
    assert set(content(disk)) == {f"star/{number}.mp4" for number in range(4)}
    assert not (tmp_path / "staging").exists()


def rename_on_one_disk(disk: Path, rename: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
    """`Path.rename` as it would be if a folder lay on a disk of its own."""

    def renamed(path: Path, target: Path) -> Path:
        if path.resolve().is_relative_to(disk) != target.parent.resolve().is_relative_to(disk):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        return rename(path, target)

    return renamed


def full_disk(source: Path, target: Path) -> None:
    target.mkdir()
    (target / "half").write_bytes(b"h")
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def content_through(folder: Path, link: str) -> dict[str, str]:
    """The content of a data folder with what lies behind one link in it."""
    behind = {f"{link}/{name}": digest for name, digest in content((folder / link).resolve()).items()}
    return dict(sorted((content(folder) | behind).items()))


def test_the_help_says_how_much_it_is_and_what_is_not_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "download", "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "some 17 GB" in said
    assert "NTU RGB+D (Fine-grained Pose) are not among them" in said


def test_some_tasks_need_only_their_own_files(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "data"
    assert run(out, "--tasks", "OE,ST") == 0
    fetched = {seen.path for seen in hub.transfers}
    assert {path for path in fetched if path.startswith("json/")} == {
        "json/object_existence.json",
        "json/scene_transition.json",
    }
    assert {path for path in fetched if path.endswith(".zip")} == {
        "video/clevrer.zip",
        "video/scene_qa.zip",
        "video/data0613.zip",
    }
    assert "2 of 2 tasks are complete" in capsys.readouterr().out
    hub.transfers.clear()
    assert run(out) == 0
    assert not fetched & {seen.path for seen in hub.transfers}
    assert len(tasks.load(out).tasks) == 20


@pytest.mark.parametrize("task", public_tasks(), ids=lambda task: task.key)
def test_every_task_alone_gets_its_archive(task: tasks.Task) -> None:
    files = [RemoteFile(path, 1, "0" * 40) for path in public_files()]
    paths = {file.path for file in files_for(files, [task])}
    assert {path for path in paths if path.startswith("json/")} == {f"json/{task.json}"}
    archive = f"video/{task.folder.split('/')[0]}.zip"
    assert {path for path in paths if path.endswith(".zip")} == {archive, "video/data0613.zip"} & set(public_files())


def test_files_that_are_no_archives_are_chosen_by_their_folder() -> None:
    """The pre-cut branch has its clips one by one."""
    names = ["test.json", "star/Charades_segment/a.mp4", "clevrer/video_validation/b.mp4", "ssv2_video_mp4/c.mp4"]
    files = [RemoteFile(name, 1, "0" * 40) for name in names]
    chosen = choose(public_tasks(), "AS")
    # What no task is known to have may be needed.
    assert [file.path for file in files_for(files, chosen)] == [names[0], names[1], names[3]]


def test_a_broken_connection_is_taken_up_where_it_broke(hub: Hub, tmp_path: Path) -> None:
    hub.files["video/star.zip"] = packed({f"star/{n}.mp4": os.urandom(1000) for n in range(10)})
    size = len(hub.files["video/star.zip"])
    hub.cut_after["video/star.zip"] = [1030, 2040]
    assert run(tmp_path / "data") == 0
    seen = [seen for seen in hub.transfers if seen.path == "video/star.zip"]
    assert [one.start for one in seen] == [0, 1000, 3000]
    assert sum(one.sent for one in seen) < size + 100


def test_a_server_that_ignores_ranges_costs_time_but_no_bytes(hub: Hub, tmp_path: Path) -> None:
    hub.ranges = False
    hub.cut_after["video/tvqa.zip"] = [250]
    assert run(tmp_path / "data") == 0
    assert (tmp_path / "data/video/tvqa/frames_fps3_hq/ER0.mp4/00001.jpg").is_file()


def test_a_part_that_is_longer_than_the_file_is_no_part_of_it(hub: Hub, tmp_path: Path) -> None:
    out = tmp_path / "data"
    hub.cut_after["video/star.zip"] = [250] + [0] * 10
    assert run(out, "--tasks", "AS") == 2
    (part,) = (out / ".download").glob("*.part")
    part.write_bytes(part.read_bytes() * 100)
    hub.cut_after.clear()
    assert run(out, "--tasks", "AS") == 0


def test_a_log_file_gets_a_line_now_and_then(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("mvbench.download.LINE_SECONDS", -1)
    assert run(tmp_path / "data", "--tasks", "AS") == 0
    assert "video/star.zip: 200B of 1.01kB" in capsys.readouterr().err
    assert run(tmp_path / "quiet", "--tasks", "AS", verbosity="warning") == 0
    assert capsys.readouterr().err == ""


def test_a_connection_that_stays_broken_is_one_line_and_the_next_command_goes_on(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "data"
    hub.cut_after["video/star.zip"] = [250] + [0] * 10
    assert run(out, verbosity="error") == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "run the same command again" in message
    assert not (out / "video/star").exists()
    hub.cut_after.clear()
    hub.transfers.clear()
    assert run(out) == 0
    (seen,) = [seen for seen in hub.transfers if seen.path == "video/star.zip"]
    assert seen.start == 200


@pytest.mark.parametrize("path", ["video/star.zip", "json/action_count.json"])
def test_bytes_that_are_not_what_the_hub_announced_are_refused_and_fetched_anew(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    out = tmp_path / "data"
    whole = hub.files[path]
    facts = hub.sibling(path)
    hub.files[path] = whole[:100] + bytes([whole[100] ^ 1]) + whole[101:]
    hub.lies[path] = facts
    assert run(out, verbosity="error") == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert f"{path} arrived damaged" in message
    assert not (out / path).exists()
    assert not (out / "video/star").exists()
    hub.files[path] = whole
    assert run(out) == 0


@pytest.mark.parametrize(("size", "message"), [(50, "more of"), (5000, "should be of size 5000")])
def test_a_file_of_another_size_than_announced_is_refused(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str], size: int, message: str
) -> None:
    hub.lies["README.md"] = {"size": size}
    hub.files["README.md"] = b"x" * 60
    assert run(tmp_path / "data", verbosity="error") == 2
    assert message in capsys.readouterr().err
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.part")) <= 60


def test_a_hub_never_writes_more_than_it_announced(hub: Hub, tmp_path: Path) -> None:
    hub.lies["README.md"] = {"size": 1000}
    hub.files["README.md"] = b"x" * 1_000_000
    assert run(tmp_path / "data", verbosity="error") == 2
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.part")) <= 1000


@pytest.mark.parametrize(
    ("part", "status", "code", "times", "message"),
    [
        ("/api/", 401, None, 9, "refuses access to OpenGVLab/MVBench at http://127.0.0.1"),
        ("/api/", 404, "RepoNotFound", 9, "there is no data set OpenGVLab/MVBench at http://127.0.0.1"),
        ("/api/", 403, None, 9, "refuses access to OpenGVLab/MVBench"),
        ("/api/", 429, None, 9, "asks to wait"),
        ("/api/", 503, None, 9, "has trouble"),
        ("/resolve/", 401, "GatedRepo", 9, "accept its conditions: do so at http://127.0.0.1"),
        ("/resolve/", 403, None, 9, "check --repo and the token in HF_TOKEN"),
        ("/resolve/", 404, "EntryNotFound", 9, "no longer has a file"),
        ("/resolve/", 429, None, 9, "asks to wait"),
        ("/resolve/", 500, None, 9, "has trouble"),
    ],
)
def test_what_the_hub_refuses_is_one_line_with_the_way_out(
    hub: Hub,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    part: str,
    status: int,
    code: str | None,
    times: int,
    message: str,
) -> None:
    hub.refuse[part] = (status, code, times)
    assert run(tmp_path / "data", verbosity="error") == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert message in said
    if part == "/api/":
        assert not list(tmp_path.iterdir()), "a mistake leaves nothing behind"
    hub.refuse.clear()
    assert run(tmp_path / "data") == 0


def test_being_asked_to_wait_a_little_is_no_error_and_said_once(tmp_path: Path) -> None:
    with serving(public_files()) as hub:
        hub.refuse["/resolve/"] = (429, None, 1)
        words = quiet(tmp_path / "data", "--tasks", "AS")
        words[words.index("error")] = "warning"
        done = subprocess.run(words, env=environment(hub), capture_output=True, text=True, check=False)
    assert done.returncode == 0
    starts = [line[:23].rstrip() for line in done.stderr.splitlines()]
    assert starts == ["mvbench: HTTP Error 429", "mvbench: Rate limited."]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--repo", "not a name"], "--repo is 'not a name'; it must look like OpenGVLab/MVBench"),
        (["--repo", "someone/else"], "there is no data set someone/else"),
        (["--revision", "mian"], "has no revision 'mian'; check --revision"),
        (["--tasks", "action_sequenc"], "did you mean 'action_sequence'?"),
        (["--out", "~no-such-user/x"], "the home of somebody"),
        (["--outt", "x"], "unknown argument '--outt'"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing_behind(
    hub: Hub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["data", "download", *words]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert message in captured.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "listed",
    [
        {"rfilename": "../outside.json"},
        {"rfilename": "/etc/outside.json"},
        {"rfilename": "json/\x1b[2J.json"},
        {"size": -1},
        {"size": None},
        {"size": 1.5},
        {"blobId": "../../outside"},
        {"blobId": None},
    ],
)
def test_a_list_that_cannot_be_meant_is_refused(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str], listed: dict[str, Any]
) -> None:
    hub.lies["README.md"] = listed
    assert run(tmp_path / "data") == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "the hub's list of OpenGVLab/MVBench cannot be meant" in message
    assert not list(tmp_path.iterdir())


def test_what_is_no_hub_is_one_line(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hub.refuse["/api/"] = (200, "none", 1)
    assert run(tmp_path / "data") == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "is no hub; check HF_ENDPOINT" in message


def test_a_folder_of_something_else_is_refused(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/thesis.tex").write_text("mine")
    assert run(tmp_path / "data") == 2
    assert "holds 'thesis.tex', and was not made by this command" in capsys.readouterr().err
    assert run(tmp_path / "data", "--fresh") == 2
    assert (tmp_path / "data/thesis.tex").read_text() == "mine"
    assert hub.requests == []


def test_another_revision_over_a_download_is_refused_until_it_is_moved_aside(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "data"
    assert run(out, "--tasks", "AS") == 0
    assert run(out, "--tasks", "AS", "--revision", COMMIT) == 0, "the same commit by its own name"
    assert run(out, "--tasks", "AS", "--revision", "video") == 2
    assert "holds OpenGVLab/MVBench at main, not OpenGVLab/MVBench at video" in capsys.readouterr().err
    assert run(out, "--tasks", "AS", "--revision", COMMIT, "--fresh") == 0
    assert content(tmp_path / "data.old") == content(out)


def test_a_record_that_was_changed_leads_nowhere(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "data"
    assert run(out, "--tasks", "AS") == 0
    path = out / ".download/source.json"
    whole = path.read_text()
    for broken in ("", "[]", "{}", whole.replace("json/action_sequence.json", "../x"), whole.replace('"sha', "\\")):
        if broken == whole:
            continue
        path.write_text(broken)
        capsys.readouterr()
        assert run(out, "--tasks", "AS") == 2
        assert "is not what this mvbench writes" in capsys.readouterr().err


def test_somebody_elses_file_in_the_place_of_one_is_not_overwritten(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "data"
    assert run(out, "--tasks", "AS") == 0
    (out / "json/action_count.json").write_text("mine")
    assert run(out) == 2
    assert "action_count.json' is not what the hub has" in capsys.readouterr().err
    assert (out / "json/action_count.json").read_text() == "mine"


def test_too_little_room_is_said_before_a_byte_is_fetched(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(5000))
    assert run(tmp_path / "data", verbosity="error") == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "are needed in" in message
    assert "5.00kB are free" in message
    assert hub.transfers == []


def test_the_room_needed_is_for_all_that_is_not_here_and_for_unpacking_the_largest_archive(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "free")
    sizes = {path: len(held) for path, held in hub.files.items() if not path.startswith((".", "assert/"))}
    largest = max(size for path, size in sizes.items() if path.endswith(".zip"))
    hub.cut_after["video/vlnqa.zip"] = [250] + [0] * 10
    needed = sum(sizes.values()) + largest
    for free in (needed - 1, needed):
        monkeypatch.setattr(shutil, "disk_usage", lambda path, free=free: usage(free))
        assert run(tmp_path / "data") == 2
        assert bool(hub.transfers) == (free == needed), "the second comes as far as the connection that breaks"
    hub.cut_after.clear()
    left = sizes["video/vlnqa.zip"]
    for free, code in ((2 * left - 201, 2), (2 * left - 200, 0)):
        monkeypatch.setattr(shutil, "disk_usage", lambda path, free=free: usage(free))
        assert run(tmp_path / "data") == code


def test_room_that_is_gone_when_an_archive_is_to_be_unpacked_is_one_line_and_keeps_the_archive(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usage = namedtuple("usage", "free")
    rooms = iter([10**9, 10])
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda path: usage(next(rooms)))
        assert run(tmp_path / "data", verbosity="error") == 2
    assert "to be unpacked, but 10.0B are free" in capsys.readouterr().err
    (first,) = [seen.path for seen in hub.transfers if seen.path.endswith(".zip")]
    hub.transfers.clear()
    assert run(tmp_path / "data") == 0
    assert first not in {seen.path for seen in hub.transfers}


def test_a_full_disk_is_one_line_and_the_next_command_goes_on(tmp_path: Path) -> None:
    import resource

    files = public_files() | {"video/star.zip": packed({"star/x.mp4": os.urandom(3 * CHUNK_BYTES)})}
    with serving(files) as hub:
        out = tmp_path / "data"
        words = quiet(out, "--tasks", "AS")

        def starve() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (25 * 10**6, 25 * 10**6))

        done = subprocess.run(
            words, env=environment(hub), capture_output=True, text=True, preexec_fn=starve, check=False
        )
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert "File too large; what has arrived is kept" in done.stderr
        assert subprocess.run(words, env=environment(hub), stdout=subprocess.DEVNULL, check=False).returncode == 0
        starts = [seen.start for seen in hub.transfers if seen.path == "video/star.zip"]
        assert starts[0] == 0
        assert starts[1] >= 2 * CHUNK_BYTES
        assert (out / "video/star/x.mp4").stat().st_size == 3 * CHUNK_BYTES


def test_a_disk_that_fills_while_unpacking_is_not_taken_for_a_damaged_archive(tmp_path: Path) -> None:
    import resource

    def starve() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))

    packed_well = written(("star/Charades_v1_480/AS0.mp4", bytes(600_000)), compression=zipfile.ZIP_DEFLATED)
    with serving(public_files() | {"video/star.zip": packed_well}) as hub:
        words = quiet(tmp_path / "data", "--tasks", "AS")
        done = subprocess.run(
            words, env=environment(hub), capture_output=True, text=True, preexec_fn=starve, check=False
        )
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert "File too large; what has arrived is kept" in done.stderr
        assert not (tmp_path / "data/video/star").exists()
        hub.transfers.clear()
        assert subprocess.run(words, env=environment(hub), stdout=subprocess.DEVNULL, check=False).returncode == 0
        assert hub.transfers == []


def test_without_a_network_or_offline_it_is_one_line(tmp_path: Path) -> None:
    with serving(public_files()) as hub:
        out = tmp_path / "data"
        words = quiet(out, "--tasks", "AS")
        offline = environment(hub, HF_HUB_OFFLINE="1")
        for variables, message in (
            (offline, "HF_HUB_OFFLINE is set, and not all of OpenGVLab/MVBench is here yet"),
            (
                environment(hub, HF_ENDPOINT="http://127.0.0.1:9"),
                "cannot fetch OpenGVLab/MVBench at http://127.0.0.1:9",
            ),
        ):
            done = subprocess.run(words, env=variables, capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr.count("\n")) == (2, 1)
            assert message in done.stderr
            assert not out.exists()
        assert hub.requests == []
        assert subprocess.run(words, env=environment(hub), stdout=subprocess.DEVNULL, check=False).returncode == 0
        hub.requests.clear()
        done = subprocess.run(words, env=offline, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr, hub.requests) == (0, "", [])


def test_the_token_of_the_environment_is_shown_to_the_hub_and_to_nobody_else(tmp_path: Path) -> None:
    with serving(public_files()) as hub:
        words = quiet(tmp_path / "data", "--tasks", "AS")
        assert subprocess.run(words, env=environment(hub, HF_TOKEN="hf_secret"), check=False).returncode == 0
        assert {token for path, token in hub.tokens.items() if not path.startswith("/blobs/")} == {"Bearer hf_secret"}
        assert hub.tokens["/blobs/video/star.zip"] is None
        assert "hf_secret" not in (tmp_path / "data/.download/source.json").read_text()


def test_the_stand_in_is_a_hub_to_the_librarys_own_downloader(hub: Hub, tmp_path: Path) -> None:
    from huggingface_hub import snapshot_download

    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    snapshot_download(REPO, repo_type="dataset", local_dir=theirs, cache_dir=tmp_path / "cache", max_workers=1)
    source = download(ours, repo=REPO)
    assert isinstance(source, Source)
    for name in (path for path in public_files() if path.startswith("json/")):
        assert (ours / name).read_bytes() == (theirs / name).read_bytes() == hub.files[name]


# ---------------------------------------------------------------------------------------------------------------------
# Killed and interrupted


def test_a_download_killed_in_the_middle_of_a_file_goes_on_in_the_middle_of_it(tmp_path: Path) -> None:
    star = packed({f"star/Charades_v1_480/{n}.mp4": os.urandom(5 * 10**6) for n in range(6)})
    with serving(public_files() | {"video/star.zip": star}) as hub:
        undisturbed, out = tmp_path / "undisturbed", tmp_path / "killed"
        assert subprocess.run(command(undisturbed), env=environment(hub), capture_output=True).returncode == 0
        hub.hold_after["video/star.zip"] = 25 * 10**6
        hub.transfers.clear()
        with subprocess.Popen(
            command(out), env=environment(hub), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            assert wait_until(lambda: largest_part(out) == 2 * CHUNK_BYTES, seconds=20)
            process.kill()
        hub.hold_after.clear()
        hub.release.set()
        assert not (out / "video/star").exists()
        first = {seen.path for seen in hub.transfers}
        hub.transfers.clear()
        assert subprocess.run(command(out), env=environment(hub), capture_output=True).returncode == 0
        assert content(out) == content(undisturbed)
        again = {seen.path: seen.start for seen in hub.transfers}
        assert again["video/star.zip"] == 2 * CHUNK_BYTES
        assert first & set(again) == {"video/star.zip"}, "what was whole is not fetched again"


def heed_interrupts() -> None:
    """As on a terminal: what a shell starts in the background ignores them, and so do its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupt_says_how_to_go_on_and_does_not_leave_half_an_archive(tmp_path: Path) -> None:
    star = packed({"star/Charades_v1_480/AS0.mp4": os.urandom(3 * 10**7)})
    with serving(public_files() | {"video/star.zip": star}) as hub:
        out = tmp_path / "data"
        hub.hold_after["video/star.zip"] = 25 * 10**6
        with subprocess.Popen(
            command(out, "--tasks", "AS"),
            env=environment(hub),
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=heed_interrupts,
        ) as process:
            assert wait_until(lambda: largest_part(out) == 2 * CHUNK_BYTES, seconds=20)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=20)
        assert process.returncode == 130
        assert "The same command resumes" in said
        assert "Traceback" not in said
        hub.hold_after.clear()
        hub.release.set()
        assert subprocess.run(command(out, "--tasks", "AS"), env=environment(hub), capture_output=True).returncode == 0
        assert [seen.start for seen in hub.transfers if seen.path == "video/star.zip"] == [0, 2 * CHUNK_BYTES]


KILLED_AT = """
import os, signal, sys
from mvbench import archives, download
from mvbench.cli import main

module, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
ours, calls = getattr(sys.modules["mvbench." + module], name), 0

def deadly(*words, **named):
    global calls
    calls += 1
    result = None if count > 0 and calls == count else ours(*words, **named)
    if calls == abs(count):
        os.kill(os.getpid(), signal.SIGKILL)
    return result

setattr(sys.modules["mvbench." + module], name, deadly)
sys.exit(main(sys.argv[4:]))
"""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("undisturbed") / "data"
    with serving(public_files()) as hub:
        subprocess.run(command(out), env=environment(hub), check=True, capture_output=True)
    return out


@pytest.mark.parametrize(
    ("module", "name", "count"),
    [
        ("archives", "write_member", 1),
        ("archives", "write_member", -3),
        ("archives", "move_into", 1),
        ("archives", "move_into", -2),
        ("download", "unpack", -1),
        ("download", "write_atomically", -1),
        ("download", "write_atomically", -2),
        ("download", "digest_of", -1),
        ("download", "digest_of", 25),
    ],
)
def test_a_kill_while_unpacking_leaves_nothing_half_and_nothing_is_fetched_twice(
    undisturbed: Path, tmp_path: Path, module: str, name: str, count: int
) -> None:
    out = tmp_path / "data"
    with serving(public_files()) as hub:
        words = ["data", "download", "--out", str(out)]
        killed = subprocess.run(
            [sys.executable, "-c", KILLED_AT, module, name, str(count), *words],
            env=environment(hub),
            capture_output=True,
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL
        whole = content(undisturbed)
        assert content(out).items() <= whole.items(), "whatever lies there is whole"
        assert subprocess.run(command(out), env=environment(hub), capture_output=True).returncode == 0
        assert content(out) == whole
        assert kept_apart(out) == kept_apart(undisturbed)
        paths = [seen.path for seen in hub.transfers]
        assert len(paths) == len(set(paths)), "nothing is fetched twice"


def test_two_downloads_into_one_folder_do_not_mix(tmp_path: Path) -> None:
    with serving(public_files()) as hub:
        out = tmp_path / "data"
        hub.hold_after["README.md"] = 3
        first = threading.Thread(
            target=subprocess.run, args=(command(out),), kwargs={"env": environment(hub), "capture_output": True}
        )
        first.start()
        assert wait_until(lambda: any(seen.path == "README.md" for seen in hub.transfers), seconds=20)
        second = subprocess.run(command(out), env=environment(hub), capture_output=True, text=True, check=False)
        hub.hold_after.clear()
        hub.release.set()
        first.join()
        assert second.returncode == 2
        assert "another process is writing" in second.stderr


# ---------------------------------------------------------------------------------------------------------------------
# Archives


def special(name: str, mode: int, content: bytes = b"/etc/passwd") -> tuple[zipfile.ZipInfo, bytes]:
    member = zipfile.ZipInfo(name)
    member.create_system = 3
    member.external_attr = mode << 16
    return member, content


def encrypted() -> bytes:
    """An archive whose only member claims to be encrypted, in both of its headers."""
    plain = bytearray(packed({"star/a.mp4": b"secret"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        plain[plain.index(signature) + offset] |= 1
    return bytes(plain)


def written(*members: tuple[zipfile.ZipInfo | str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of what these archives are for
        with zipfile.ZipFile(stream, "w", compression) as archive:
            for member, content in members:
                archive.writestr(member, content, compress_type=compression)
    return stream.getvalue()


def claiming(size: int) -> bytes:
    """An archive whose central directory claims another size for its member than it has."""
    plain = bytearray(packed({"star/a.mp4": b"x" * 1000}))
    directory = plain.index(b"PK\x01\x02")
    plain[directory + 24 : directory + 28] = size.to_bytes(4, "little")
    return bytes(plain)


def flipped(compression: int = zipfile.ZIP_STORED) -> bytes:
    """An archive with one bit of its member's data turned."""
    plain = bytearray(written(("star/a.mp4", os.urandom(5000)), compression=compression))
    plain[len(plain) // 2] ^= 4
    return bytes(plain)


GOOD = ("star/good.mp4", b"good")

HOSTILE = {
    "parent": (written(GOOD, ("../outside.mp4", b"x")), "no plain path"),
    "parent within": (written(GOOD, ("star/../../outside.mp4", b"x")), "no plain path"),
    "absolute": (written(GOOD, ("/outside.mp4", b"x")), "no plain path"),
    "drive": (written(GOOD, ("C:/outside.mp4", b"x")), "no plain path"),
    "backslash": (written(GOOD, ("..\\outside.mp4", b"x")), "no plain path"),
    "control character": (written(GOOD, ("star/\x1b[2J.mp4", b"x")), "no plain path"),
    "link": (written(GOOD, special("star/link", stat.S_IFLNK | 0o777)), "a link or a device"),
    "device": (written(GOOD, special("star/null", stat.S_IFCHR | 0o666)), "a link or a device"),
    "pipe": (written(GOOD, special("star/pipe", stat.S_IFIFO | 0o666)), "a link or a device"),
    "encrypted": (encrypted(), "which is encrypted"),
    "twice": (written(GOOD, ("star/a.mp4", b"1"), ("star/a.mp4", b"2")), "twice"),
    "file and folder": (written(GOOD, ("star/a", b"1"), ("star/a/b.mp4", b"2")), "twice"),
    "bomb": (
        written(("star/a.mp4", bytes(3_000_000)), compression=zipfile.ZIP_DEFLATED),
        "more than 100 times its size is not unpacked",
    ),
    "claims more": (claiming(2000), "cannot be unpacked|has not the 2,000 bytes"),
    "claims less": (claiming(10), "cannot be unpacked"),
    "claims terabytes": (claiming(2**32 - 2), "more than 100 times"),
    "flipped": (flipped(), "cannot be unpacked"),
    "flipped deflate": (flipped(zipfile.ZIP_DEFLATED), "cannot be unpacked"),
    "flipped bzip2": (flipped(zipfile.ZIP_BZIP2), "cannot be unpacked"),
    "flipped lzma": (flipped(zipfile.ZIP_LZMA), "cannot be unpacked"),
    "no archive": (b"<html>not found</html>", "cannot be unpacked"),
    "cut": (packed({"star/a.mp4": b"x" * 1000})[:-200], "cannot be unpacked"),
    "empty": (b"", "cannot be unpacked"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_archive_is_one_line_and_leaves_nothing(tmp_path: Path, kind: str) -> None:
    archive_bytes, message = HOSTILE[kind]
    (tmp_path / "in").mkdir()
    (tmp_path / "in/x.whole").write_bytes(archive_bytes)
    before = content(tmp_path)
    with pytest.raises(DataError, match=message) as caught:
        archives.unpack(
            tmp_path / "in/x.whole", tmp_path / "out/video", staging=tmp_path / "in/staging", name="video/star.zip"
        )
    assert "video/star.zip" in str(caught.value)
    assert content(tmp_path) == before
    assert not (tmp_path / "in/staging").exists()


def test_a_hostile_archive_from_the_hub_is_one_line_and_the_others_stay(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.files["video/star.zip"] = HOSTILE["parent"][0]
    assert run(tmp_path / "data", verbosity="error") == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "video/star.zip holds '../outside.mp4'" in message
    assert not (tmp_path / "data/video/star").exists()
    assert not list(tmp_path.rglob("outside.mp4"))
    assert (tmp_path / "data/video/clevrer").is_dir()


def unpacked(tmp_path: Path, archive_bytes: bytes) -> list[str]:
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "archive").write_bytes(archive_bytes)
    return archives.unpack(tmp_path / "archive", tmp_path / "video", staging=tmp_path / "staging", name="a.zip")


def test_archives_that_share_a_folder_are_merged(tmp_path: Path) -> None:
    first, second = ["star/x/a.mp4", "star/x/same.mp4"], ["c.mp4", "star/x/b.mp4", "star/x/same.mp4"]
    assert unpacked(tmp_path, packed(dict.fromkeys(first, b"1"))) == first
    assert unpacked(tmp_path, packed(dict.fromkeys(second, b"1"))) == second
    assert set(content(tmp_path / "video")) == {"c.mp4", "star/x/a.mp4", "star/x/b.mp4", "star/x/same.mp4"}


@pytest.mark.parametrize("there", ["other content", "a folder", "a broken link"])
def test_an_archive_never_replaces_what_lies_there(tmp_path: Path, there: str) -> None:
    place = tmp_path / "video/star/a.mp4"
    place.parent.mkdir(parents=True)
    if there == "a folder":
        place.mkdir()
    elif there == "a broken link":
        place.symlink_to(tmp_path / "nowhere")
    else:
        place.write_bytes(b"mine")
    with pytest.raises(DataError, match="something else; move that away first"):
        unpacked(tmp_path, packed({"star/a.mp4": b"abcd", "star/b.mp4": b"b"}))
    assert not (tmp_path / "video/star/b.mp4").exists()
    assert not (tmp_path / "nowhere").exists()


def test_hidden_names_at_the_top_of_an_archive_are_left_out(tmp_path: Path) -> None:
    members = {".DS_Store": b"x", ".download/unpacked/0.json": b"{}", "./star/a.mp4": b"a", "star/.b.mp4": b"b"}
    assert unpacked(tmp_path, packed(members)) == ["star/.b.mp4", "star/a.mp4"]
    assert set(content(tmp_path / "video")) == {"star/a.mp4", "star/.b.mp4"}


def test_folders_and_modes_in_an_archive_do_no_harm(tmp_path: Path) -> None:
    directory = special("star/empty/", stat.S_IFDIR | 0o000, b"")
    setuid = special("star/run.mp4", stat.S_IFREG | stat.S_ISUID | 0o777, b"x")
    unpacked(tmp_path, written(("./", b""), directory, setuid))
    mode = (tmp_path / "video/star/run.mp4").stat().st_mode
    assert not mode & (stat.S_ISUID | stat.S_IXUSR | stat.S_IWOTH)


NAMES = st.text(st.sampled_from("ab./\\:\x00\n é"), min_size=1, max_size=12).filter(lambda name: name[0] != "\0")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(NAMES, st.binary(max_size=20)), min_size=1, max_size=4))
def test_whatever_an_archive_names_nothing_is_written_outside(
    tmp_path_factory: pytest.TempPathFactory, members: list[tuple[str, bytes]]
) -> None:
    root = tmp_path_factory.mktemp("names")
    try:
        archive_bytes = written(*members)
    except ValueError:  # a name that zipfile cannot write down either
        return
    home = root / "a/b"
    home.mkdir(parents=True)
    try:
        unpacked(home, archive_bytes)
    except (DataError, OSError):
        assert set(content(root)) == {"a/b/archive"}
    else:
        assert all(name.startswith(("a/b/video/", "a/b/archive")) for name in content(root))
    shutil.rmtree(root)


@given(st.binary(max_size=200))
def test_digests_are_those_of_git_and_of_lfs(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "digest"
    path.write_bytes(data)
    assert digest_of(path, like="0" * 64) == hashlib.sha256(data).hexdigest()
    assert digest_of(path, like="0" * 40) == hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def test_the_digest_of_a_known_git_blob() -> None:
    """`git hash-object` of the text "what is up, doc?", the example of the Git book."""
    from tests.hub import blob_id

    assert blob_id(b"what is up, doc?") == "bd9dbf5aae1a3862dd1526723246b20206e5fc37"


def test_a_record_holds_what_it_says(hub: Hub, tmp_path: Path) -> None:
    out = tmp_path / "data"
    assert run(out, "--tasks", "AS") == 0
    record = json.loads((out / ".download/source.json").read_text())
    assert (record["repo"], record["revision"], record["commit"]) == (REPO, "main", COMMIT)
    assert {row["path"] for row in record["files"]} == set(hub.files)
