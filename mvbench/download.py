"""A data set of the hub -> a data folder. What has arrived stays, whenever it is interrupted."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import re
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from mvbench.annotations import REPLACEMENTS, stays_inside
from mvbench.archives import in_words, move, unpack
from mvbench.errors import DataError, MVBenchError, RunError, UsageError
from mvbench.folders import explained, free_name, locked, pretty, write_atomically
from mvbench.progress import LINE_SECONDS
from mvbench.tasks import Dataset, choose, public_tasks
from mvbench.types import Task

log = logging.getLogger(__name__)

WORK = ".download"
"""The folder inside the data folder that holds what is under way and what is known of it."""

SOURCE = "source.json"
FORMAT = 1
MOST_FILES = 100_000
MOST_SOURCE_BYTES = 256 * 2**20
LISTING_SECONDS = 60.0
GO_ON = "what has arrived is kept: mend that and run the same command again"


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of the hub: its path there, and the SHA-256 of its content (Git LFS) or the SHA-1 of its Git blob."""

    path: str
    size_bytes: int
    digest: str

    def __post_init__(self) -> None:
        if not (isinstance(self.path, str) and stays_inside(self.path)):
            raise ValueError(f"path is {self.path!r}")
        if type(self.size_bytes) is not int or self.size_bytes < 0:
            raise ValueError(f"{self.path}: size is {self.size_bytes!r}")
        if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", str(self.digest)):
            raise ValueError(f"{self.path}: digest is {self.digest!r}")

    @property
    def is_archive(self) -> bool:
        return self.path.lower().endswith(".zip")

    @property
    def top(self) -> str:
        """The folder below `video/` that the file, or what an archive holds by its name, belongs to."""
        parts = PurePosixPath(self.path).parts
        parts = parts[1:] if parts[0] == "video" and len(parts) > 1 else parts
        return parts[0][:-4] if self.is_archive and len(parts) == 1 else parts[0]


@dataclass(frozen=True, slots=True)
class Source:
    """A data set of the hub at one commit. `revision` is what was asked for: a branch, a tag or a commit."""

    repo: str
    revision: str
    commit: str
    files: tuple[RemoteFile, ...]


def download(
    folder: Path, *, repo: str, revision: str = "main", tasks: str | None = None, fresh: bool = False
) -> Source:
    """Bring a data set of the hub, or what some of its tasks need, into `folder`; archives unpacked, then deleted.

    Nothing is fetched twice: a folder that holds all is not even compared with the hub, one that holds a part gets the
    rest of the same commit, and an archive of whose files some were lost again. `fresh` moves an existing folder of
    this kind aside first.
    Raises UsageError, DataError or RunError in one line each: an unknown task, a mistake about the hub, damaged or
    hostile content, too little room, a foreign folder.
    """
    chosen = choose(public_tasks(), tasks)
    with explained(folder, advice=GO_ON):
        refuse_foreign(folder)
        if fresh and (folder / WORK).is_dir():
            with locked(folder / WORK):
                folder.rename(free_name(folder))
        source = recorded(folder, repo, revision) or listed(repo, revision)
        work = folder / WORK
        work.mkdir(parents=True, exist_ok=True)
        with locked(work):
            if not (work / SOURCE).exists():
                write_atomically(work / SOURCE, pretty({"format": FORMAT} | asdict(source)))
            bring(folder, source, files_for(source.files, chosen))
    return source


def bring(folder: Path, source: Source, wanted: Sequence[RemoteFile]) -> None:
    """Fetch, check, unpack and put in place every wanted file that is not there yet, one after the other."""
    left = [file for file in wanted if not is_done(folder, file)]
    for file in left:
        if file.is_archive and marker(folder, file).exists():
            log.info("%s: not all that was unpacked from it is there; it is fetched again for the rest", file.path)
    for file in wanted:
        if file not in left:
            whole(file, folder / WORK).unlink(missing_ok=True)  # a kill came between its being unpacked and deleted
    if not left:
        return
    refuse_to_overwrite(folder, left)
    check_room(folder, source, left)
    for number, file in enumerate(left, 1):
        log.info("%d of %d: %s, %s", number, len(left), file.path, in_words(file.size_bytes))
        arrived = fetch(source, file, folder / WORK)
        place = folder / file.path
        if file.is_archive:
            names = unpack(
                arrived,
                place.parent,
                staging=folder / WORK / "unpacking",
                name=file.path,
                repair=marker(folder, file).exists(),
            )
            write_atomically(marker(folder, file), pretty({"archive": file.path, "files": names}))
            arrived.unlink()
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            move(arrived, place)


def is_done(folder: Path, file: RemoteFile) -> bool:
    """Whether the file lies in its place, or each file that an archive held does, with whatever content."""
    if not file.is_archive:
        place = folder / file.path
        return place.is_file() and place.stat().st_size == file.size_bytes
    try:
        known = json.loads(marker(folder, file).read_text("utf-8"))
        # A marker of an early version names no files, but what they lie under.
        return all_there((folder / file.path).parent, known["files"] if "files" in known else known["unpacked"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def all_there(folder: Path, names: Sequence[str]) -> bool:
    """Whether there is something of each name below a folder. Each directory is listed once: there may be many files.

    Raises OSError for a directory that is not there.
    """
    directories: dict[str, set[str]] = defaultdict(set)
    for name in names:
        directory, _, leaf = name.rpartition("/")
        directories[directory].add(leaf)
    return all(
        leaves <= {path.name for path in (folder / directory).iterdir()} for directory, leaves in directories.items()
    )


def marker(folder: Path, file: RemoteFile) -> Path:
    """The small file that says that an archive was unpacked; the archive itself is not kept."""
    path = folder / WORK / "unpacked" / f"{file.digest}.json"
    path.parent.mkdir(exist_ok=True)
    return path


def fetch(source: Source, file: RemoteFile, work: Path) -> Path:
    """The file, whole and checked, in `work`. An interrupted transfer goes on where it stopped.

    The library's `hf_hub_download` deletes what it has of a file when it is interrupted, and compares sizes only; its
    `http_get` takes up a file where it ends.
    """
    from huggingface_hub.file_download import hf_hub_url, http_get
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]  # it is there, though not marked

    part, arrived = work / f"{file.digest}.part", whole(file, work)
    if arrived.exists():
        return arrived
    if part.exists() and part.stat().st_size > file.size_bytes:
        part.unlink()
    with LimitedFile(part, file) as stream, asking_the_hub(source.repo, source.revision):
        http_get(
            hf_hub_url(source.repo, file.path, repo_type="dataset", revision=source.commit),
            stream,
            resume_size=stream.tell(),
            # Ranges count the bytes of the file, not those of a compressed form of it.
            headers=build_hf_headers(library_name="mvbench") | {"Accept-Encoding": "identity"},
            expected_size=file.size_bytes,
            displayed_filename=file.path,
        )
    if (found := digest_of(part, like=file.digest)) != file.digest:
        part.unlink()
        raise DataError(
            f"{file.path} arrived damaged: its hash is {found[:12]}, the hub says {file.digest[:12]}; "
            "run the same command again to fetch it anew"
        )
    return part.rename(arrived)


def whole(file: RemoteFile, work: Path) -> Path:
    """Where a file lies that has arrived and was checked, until it is unpacked or put in its place."""
    return work / f"{file.digest}.whole"


class LimitedFile(io.BufferedWriter):
    """A file to append to that takes no more than a hub announced, whatever it sends.

    The library shows a bar on a terminal and nothing elsewhere: there, a line now and then says how far it is.
    """

    def __init__(self, path: Path, file: RemoteFile) -> None:
        super().__init__(io.FileIO(path, "ab"))
        self._path, self._file = path, file
        self._told_at = time.monotonic()

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > self._file.size_bytes:
            raise DataError(
                f"the hub sends more of {self._file.path} than the {self._file.size_bytes:,} bytes it announced; "
                "check HF_ENDPOINT"
            )
        if not sys.stderr.isatty() and time.monotonic() - self._told_at > LINE_SECONDS:
            self._told_at = time.monotonic()
            log.info("%s: %s of %s", self._file.path, in_words(self.tell()), in_words(self._file.size_bytes))
        with explained(self._path.parent.parent, advice=GO_ON):
            return super().write(data)


def digest_of(path: Path, *, like: str) -> str:
    """The hash of a file as the hub gives it: SHA-256 of the content, or SHA-1 of the Git blob."""
    if len(like) == 64:
        digest = hashlib.sha256()
    else:
        digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as stream:
        while block := stream.read(2**20):
            digest.update(block)
    return digest.hexdigest()


def listed(repo: str, revision: str) -> Source:
    """What the hub has under a name. Raises UsageError or DataError."""
    from huggingface_hub import HfApi

    with asking_the_hub(repo, revision):
        info = HfApi(library_name="mvbench").dataset_info(
            repo, revision=revision, files_metadata=True, timeout=LISTING_SECONDS
        )
    siblings = info.siblings or []
    if len(siblings) > MOST_FILES:
        raise DataError(f"{repo} has {len(siblings):,} files; more than {MOST_FILES:,} are not fetched")
    try:
        files = [
            RemoteFile(one.rfilename, one.size, one.lfs.sha256 if one.lfs else one.blob_id)  # type: ignore[arg-type]
            for one in siblings
        ]
        if not re.fullmatch(r"[0-9a-f]{40}", str(info.sha)):
            raise ValueError(f"commit is {info.sha!r}")
    except ValueError as error:
        raise DataError(f"the hub's list of {repo} cannot be meant: {error}") from None
    return Source(repo, revision, str(info.sha), tuple(sorted(files, key=lambda file: (file.is_archive, file.path))))


def recorded(folder: Path, repo: str, revision: str) -> Source | None:
    """What an earlier command noted of the hub, or None. Raises RunError where that was another data set."""
    path = folder / WORK / SOURCE
    if not path.is_file():
        return None
    try:
        if path.stat().st_size > MOST_SOURCE_BYTES:
            raise ValueError("too large")
        content = json.loads(path.read_text("utf-8"))
        if content.pop("format") != FORMAT:
            raise ValueError("another format")
        source = Source(**content | {"files": tuple(RemoteFile(**row) for row in content["files"])})
    except (ValueError, KeyError, TypeError, AttributeError):
        raise RunError(
            f"{str(path)!r} is not what this mvbench writes; choose another --out, or --fresh to move the folder aside"
        ) from None
    there, now = (source.repo, source.revision), (repo, revision)
    if there != now and (repo, revision) != (source.repo, source.commit):
        raise RunError(
            f"{str(folder)!r} holds {' at '.join(there)}, not {' at '.join(now)}; choose another --out, "
            "or --fresh to move it aside"
        )
    return source


def refuse_foreign(folder: Path) -> None:
    """Raises RunError for a folder with something in it that no download made."""
    if (folder / WORK / SOURCE).exists() or not folder.exists():
        return
    strangers = sorted(entry.name for entry in folder.iterdir() if entry.name != WORK)
    if strangers:
        raise RunError(
            f"{str(folder)!r} holds {strangers[0]!r}, and was not made by this command; choose another --out"
        )


def refuse_to_overwrite(folder: Path, left: Sequence[RemoteFile]) -> None:
    """Raises RunError when something else lies where a file is to lie."""
    for file in left:
        place = folder / file.path
        if not file.is_archive and (place.exists() or place.is_symlink()):
            raise RunError(f"{str(place)!r} is not what the hub has under that name; move it away first")


def files_for(files: Sequence[RemoteFile], chosen: Sequence[Task]) -> list[RemoteFile]:
    """The files that the chosen tasks need: all but what is known to belong to others, and the pictures of the card."""
    others = [task for task in public_tasks() if task not in chosen]
    folders = {task.folder.split("/")[0] for task in others} - {task.folder.split("/")[0] for task in chosen}
    unwanted = {f"json/{task.json}" for task in others}
    return [
        file
        for file in files
        if not file.path.startswith((".", "assert/"))
        and file.path not in unwanted
        and (file.top == REPLACEMENTS or file.top not in folders)
    ]


def check_room(folder: Path, source: Source, left: Sequence[RemoteFile]) -> None:
    """Say what will be fetched. Raises DataError when the disk has no room for it.

    Videos hardly shrink in an archive, so one needs its own size again while it is unpacked; that is looked at once
    more, exactly, before it is.
    """
    total_bytes = sum(file.size_bytes for file in left)
    digests = {file.digest for file in left}
    here_bytes = sum(path.stat().st_size for path in (folder / WORK).iterdir() if path.stem in digests)
    largest_bytes = max((file.size_bytes for file in left if file.is_archive), default=0)
    free_bytes = shutil.disk_usage(folder).free
    log.info(
        "%s at %s: %s in %d files, of which %s are here already; %s are free in %s",
        source.repo,
        source.commit[:8],
        in_words(total_bytes),
        len(left),
        in_words(here_bytes),
        in_words(free_bytes),
        folder,
    )
    needed_bytes = total_bytes + largest_bytes - here_bytes
    if needed_bytes > free_bytes:
        raise DataError(
            f"{in_words(needed_bytes)} are needed in {str(folder)!r} ({in_words(total_bytes - here_bytes)} to fetch, "
            "and room to unpack the largest archive beside the rest), but "
            f"{in_words(free_bytes)} are free; make room, or choose another --out or fewer --tasks"
        )


def shortfalls(dataset: Dataset, chosen: Sequence[Task]) -> dict[str, int]:
    """How many questions of each chosen task lack their video, or -1 where the task has no questions, by its key."""
    present = {task.key for task in dataset.tasks}
    return {task.key: -1 if task.key not in present else missing(dataset, task) for task in chosen}


def missing(dataset: Dataset, task: Task) -> int:
    return sum(sample.task == task.key and sample.located == "missing" for sample in dataset.samples)


@contextmanager
def asking_the_hub(repo: str, revision: str) -> Iterator[None]:
    """Turn whatever comes of talking to the hub into one line: what, where, what to do."""
    try:
        yield
    except MVBenchError:
        raise
    except Exception as error:  # the library's HTTP client, whose errors pass through it, has changed with its versions
        raise hub_error(error, repo, revision) from None


def hub_error(error: Exception, repo: str, revision: str) -> MVBenchError:
    """What went wrong between here and the hub, for people."""
    from huggingface_hub import constants, errors

    endpoint = constants.ENDPOINT
    where = f"{repo} at {endpoint}"
    if isinstance(error, errors.HFValidationError):
        return UsageError(f"--repo is {repo!r}; it must look like OpenGVLab/MVBench")
    if isinstance(error, errors.OfflineModeIsEnabled):
        return DataError(f"HF_HUB_OFFLINE is set, and not all of {repo} is here yet; unset it and run this again")
    if isinstance(error, errors.GatedRepoError):
        page = f"{endpoint}/datasets/{repo}"
        return DataError(f"{repo} is for those who accept its conditions: do so at {page}, then set HF_TOKEN")
    if isinstance(error, errors.RepositoryNotFoundError):
        return DataError(
            f"there is no data set {where}, or it is private; check --repo and HF_ENDPOINT, or set HF_TOKEN"
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return DataError(f"{where} has no revision {revision!r}; check --revision")
    if isinstance(error, errors.HfHubHTTPError):
        return DataError(refusal(error.response.status_code, where))
    if isinstance(error, LookupError | TypeError | AttributeError | json.JSONDecodeError):
        return DataError(f"what answers at {endpoint} is no hub; check HF_ENDPOINT")
    detail = str(error).strip().partition("\n")[0] or type(error).__name__
    return DataError(
        f"cannot fetch {where}: {detail}; check the network, the proxy and HF_ENDPOINT, then run the same command again"
    )


def refusal(status: int, where: str) -> str:
    """A sentence for an HTTP status that the hub answered with, and what to do about it."""
    if status in (401, 403):
        return f"the hub refuses access to {where} (HTTP {status}); check --repo and the token in HF_TOKEN"
    if status in (404, 410):
        return f"the hub no longer has a file of {where} (HTTP {status}); --fresh asks it anew"
    if status == 429:
        return f"the hub asks to wait before more of {where} is fetched (HTTP {status}); run the same command later"
    return f"the hub has trouble with {where} (HTTP {status}); run the same command later"
