"""The board's folder; the only code that knows its layout.

`board.toml` says that it is one, `entries/<slug>.json` holds one entry each, `logs/<slug>/` the run behind an entry.
All of it is meant to lie in git. Names that begin with a dot are what an interrupted write left behind, and nobody's.
"""

from __future__ import annotations

import re
import unicodedata
from codecs import BOM_UTF8
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from leaderboard.documents import Document
from leaderboard.entry import FORMAT, Entry
from leaderboard.entry_json import from_json, to_json
from leaderboard.folders import files_in, write_folder, write_over
from mvbench.errors import DataError, RunError
from mvbench.folders import explained, locked, remove, write_atomically
from mvbench.toml import parse_toml

MARKER = "board.toml"
ENTRIES = "entries"
LOGS = "logs"
MAX_ENTRY_BYTES = 256 * 2**10
MAX_ENTRIES = 10_000
MAX_SLUG = 80
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")

IGNORE_FILE = ".gitignore"
IGNORED = b".lock\n.*.part\n"
CONTENT = f"""\
# A leaderboard of `mvbench leaderboard`: one entry per file in entries/, runs behind them in logs/.
format = {FORMAT}
""".encode()
ADVICE = "mend that and run the same command again"


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry with the file it was read from: `document.where("scores", "official")` is `entries/x.json:12`."""

    entry: Entry
    document: Document


@dataclass(frozen=True, slots=True)
class Board:
    """A board's folder. `open_board` and `make` give one."""

    path: Path

    @property
    def entries(self) -> Path:
        return self.path / ENTRIES

    @property
    def logs(self) -> Path:
        return self.path / LOGS

    def log_of(self, entry: Entry) -> Path | None:
        """The run folder behind an entry; None where it names none.

        Raises DataError where it names anything but its own place, or where that leads out of the board.
        """
        if entry.log is None:
            return None
        if entry.log != f"{LOGS}/{entry.slug}":
            raise DataError(
                f"{ENTRIES}/{entry.slug}.json: 'log' is {entry.log!r:.80}; the run of this entry lies in "
                f"{LOGS}/{entry.slug}, and nowhere else"
            )
        for path in (self.logs, self.logs / entry.slug):
            if path.is_symlink() or not path.is_dir():
                raise DataError(f"{ENTRIES}/{entry.slug}.json: there is no folder {entry.log!r}; add the run again")
        return self.logs / entry.slug


def open_board(path: Path) -> Board:
    """The board that lies at `path`. Raises RunError where there is none, or one of a newer version."""
    marker = path / MARKER
    if not marker.is_file():
        raise RunError(
            f"{str(path)!r} is no board: it has no {MARKER}; `mvbench leaderboard add` makes one where nothing lies"
        )
    try:
        with marker.open("rb") as stream:
            text = stream.read(MAX_ENTRY_BYTES).decode("utf-8")
    except OSError as error:
        raise RunError(f"cannot read {str(marker)!r}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise RunError(f"{str(marker)!r} is not UTF-8 text; restore it") from None
    version = parse_toml(text, origin=str(marker)).get("format")
    if type(version) is not int or not 1 <= version <= FORMAT:
        raise RunError(f"{str(marker)!r} has format {version!r}; this mvbench knows up to {FORMAT}: upgrade it")
    return Board(path)


def make(path: Path, seeds: Iterable[Entry]) -> Board:
    """A new board with these entries in it. It is one when its marker is there, which comes last.

    Raises RunError where something else lies at `path`; what an interrupted try left there is finished.
    """
    files = {f"{entry.slug}.json": to_json(entry) for entry in seeds}
    refuse_foreign(path, files)
    with explained(path, advice="choose another BOARD"):
        path.mkdir(parents=True, exist_ok=True)
        with locked(path):
            if (path / MARKER).exists():  # somebody else was quicker
                return open_board(path)
            write_folder(path / ENTRIES, files)
            if not (path / IGNORE_FILE).exists():
                write_atomically(path / IGNORE_FILE, IGNORED)
            write_atomically(path / MARKER, CONTENT)
    return Board(path)


def refuse_foreign(path: Path, files: Container[str]) -> None:
    """Raises RunError where anything lies that is not a board's beginning. A `.git`, for instance, may be there."""
    if not path.is_dir():
        if path.exists() or path.is_symlink():
            raise RunError(f"{str(path)!r} is no folder, so no board; choose another BOARD")
        return
    strangers = [name for name in visible(path) if name != ENTRIES]
    if (path / ENTRIES).is_dir():
        strangers += [f"{ENTRIES}/{name}" for name in visible(path / ENTRIES) if name not in files]
    if strangers:
        raise RunError(
            f"{str(path)!r} holds {strangers[0]!r} but no {MARKER}: it is no board; choose another BOARD, or an empty "
            "folder"
        )


def visible(path: Path) -> list[str]:
    return sorted(inner.name for inner in path.iterdir() if not inner.name.startswith("."))


def files_of(board: Board) -> list[Path]:
    """The files of all entries, by name. Raises DataError where there are too many, or they lie behind a link."""
    if board.entries.is_symlink():
        raise DataError(f"{ENTRIES} is a link; entries and logs must lie in the board itself")
    if not board.entries.is_dir():
        return []
    names = visible(board.entries)
    if len(names) > MAX_ENTRIES:
        raise DataError(f"{ENTRIES} holds {len(names):,} files; a board has at most {MAX_ENTRIES:,} entries")
    return [board.entries / name for name in names]


def read(path: Path) -> Stored:
    """The entry in a file of `entries/`. Raises DataError naming file, line, and what is wrong."""
    origin = f"{ENTRIES}/{path.name}"
    slug = path.name.removesuffix(".json")
    if slug == path.name or not is_slug(slug):
        raise DataError(
            f"{origin}: this is no entry's name; one is made of a-z, 0-9, '-' and '.', at most {MAX_SLUG} of them, and "
            "ends in .json"
        )
    if path.is_symlink() or not path.is_file():
        raise DataError(f"{origin}: this is no regular file; an entry is")
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_ENTRY_BYTES + 1)
    except OSError as error:
        raise DataError(f"{origin}: this cannot be read: {error.strerror}") from None
    return parsed(raw, slug=slug)


def parsed(raw: bytes, *, slug: str) -> Stored:
    """The entry that its file's content is. Raises DataError naming file, line, and what is wrong."""
    origin = f"{ENTRIES}/{slug}.json"
    if len(raw) > MAX_ENTRY_BYTES:
        raise DataError(f"{origin}: this has more than {MAX_ENTRY_BYTES:,} bytes; no entry does")
    if raw.startswith(BOM_UTF8):
        raise DataError(f"{origin}:1: this begins with a byte order mark; save it as plain UTF-8")
    document = Document(raw, origin=origin)
    return Stored(from_json(document, slug), document)


def read_all(board: Board) -> Iterator[Stored]:
    """Every entry, by slug. Raises DataError at the first file that is none."""
    return (read(path) for path in files_of(board))


@contextmanager
def held(board: Board) -> Iterator[None]:
    """Nobody else writes the board meanwhile. Raises RunError where somebody does."""
    with explained(board.path, advice=ADVICE), locked(board.path):
        yield


def write(board: Board, entry: Entry, *, log: Mapping[str, bytes] | None = None) -> Path:
    """Put an entry there, its log first: an entry is never without its log, whenever this is killed.

    `log`: contents by file name. A log that nobody's entry names, of an earlier try, is replaced.
    """
    path = board.entries / f"{entry.slug}.json"
    assert is_slug(entry.slug), entry.slug
    refuse_link(board.entries)
    if path.exists():
        raise RunError(f"{str(path)!r} is there already: another process has just added it; try again")
    if len(files_of(board)) >= MAX_ENTRIES:
        raise RunError(f"{str(board.path)!r} has {MAX_ENTRIES:,} entries, and takes no more; begin another board")
    assert entry.log == (f"{LOGS}/{entry.slug}" if log else None), entry.log
    if log:
        write_log(board, entry, log)
    with explained(board.path, advice=ADVICE):
        board.entries.mkdir(exist_ok=True)
        return write_atomically(path, to_json(entry))


def renew(board: Board, entry: Entry, *, log: Mapping[str, bytes]) -> Path:
    """Put other contents in an entry's file, those of its log first: the other way round would say what no log bears.

    The log may be the only copy of the replies, so that each of its files is there at every moment.
    """
    assert entry.log == f"{LOGS}/{entry.slug}", entry.log
    refuse_link(board.entries)
    put_log_back(board, entry, log)
    with explained(board.path, advice=ADVICE):
        return write_atomically(board.entries / f"{entry.slug}.json", to_json(entry))


def refuse_link(path: Path) -> None:
    if path.is_symlink():
        raise RunError(f"{str(path)!r} is a link; entries and logs must lie in the board itself")


def put_log_back(board: Board, entry: Entry, log: Mapping[str, bytes]) -> bool:
    """Make the log of an entry these files again and nothing else, and say whether it was anything else."""
    path = board.logs / entry.slug
    there = None
    if not board.logs.is_symlink() and not path.is_symlink() and path.is_dir():
        there = files_in(path)
    if there == log:
        return False
    if there is not None and all(there.get(name, b"") is not None for name in log):
        with explained(board.path, advice=ADVICE):
            write_over(path, log)
            for stranger in there.keys() - log.keys():
                remove(path / stranger)
    else:
        write_log(board, entry, log)
    return True


def write_log(board: Board, entry: Entry, log: Mapping[str, bytes]) -> None:
    refuse_link(board.logs)
    with explained(board.path, advice=ADVICE):
        board.logs.mkdir(exist_ok=True)
        write_folder(board.logs / entry.slug, log)


def is_slug(name: str) -> bool:
    return len(name) <= MAX_SLUG and SLUG.fullmatch(name) is not None and ".." not in name


def free_slug(name: str, taken: Container[str]) -> str:
    """A slug for what is called so, that is not taken."""
    slug = slugged(name)
    return next(found for number in count(1) if (found := numbered(slug, number)) not in taken)


def slugged(name: str) -> str:
    """
    >>> slugged("Qwen2.5-VL (7B), naïve")
    'qwen2.5-vl-7b-naive'
    """
    ascii_text = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    words = re.sub(r"\.{2,}", ".", re.sub(r"[^a-z0-9.]+", "-", ascii_text))
    return words[: MAX_SLUG - 6].strip("-.") or "model"


def numbered(slug: str, number: int) -> str:
    return slug if number == 1 else f"{slug}-{number}"
