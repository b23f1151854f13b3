"""A board -> the folder of its site: the page, with the CSV files beside it."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from leaderboard import validation
from leaderboard.board import ENTRIES, LOGS
from leaderboard.page import GENERATOR, Download, Remark, page
from leaderboard.ranking import Ranking, rank
from leaderboard.tables import ALL, PUBLIC, PUBLIC_COLUMNS, csv_files, file_names
from leaderboard.validation import Checked
from mvbench.commands import TOO_MANY_ERRORS
from mvbench.errors import RunError
from mvbench.folders import claimed, explained, write_atomically
from mvbench.metrics import MVBENCH
from mvbench.terminal import counted, plain

INDEX = "index.html"
HEAD_BYTES = 2**12
"""More than the page has before its generator is named."""

logger = logging.getLogger(__name__)


def run(path: Path, *, out: Path, quiet: bool = False) -> int:
    """`mvbench leaderboard build`: 0, or 3 where the board has an error; nothing is written then."""
    started = time.perf_counter()
    refuse_own_folders(path, out)
    checked = validation.check(path, quiet=quiet)
    if checked.errors:
        for finding in checked.errors:
            print(finding)
        print(f"{counted(len(checked.errors), 'error')}, and nothing was built; mend that first")
        return TOO_MANY_ERRORS
    rankings = rank(checked.entries, logs=checked.logs)
    files = contents(rankings, remarks=remarks(checked))
    write(out, files)
    for line in account(rankings, checked, path=path, out=out, files=files):
        print(plain(line))
    logger.debug("built in %.2f s", time.perf_counter() - started)
    return 0


def contents(rankings: Sequence[Ranking], *, remarks: Sequence[Remark] = ()) -> dict[str, bytes]:
    """Every file of the site by its name, the page last. Same rankings, same bytes."""
    tables = csv_files(rankings)
    about = abouts(rankings)
    downloads = [Download(name, about[name], len(content)) for name, content in tables.items()]
    return {**tables, INDEX: page(rankings, downloads=downloads, remarks=remarks).encode("utf-8")}


def abouts(rankings: Sequence[Ranking]) -> dict[str, str]:
    """What is in each CSV file."""
    sets = dict.fromkeys((one.data.name, one.data.hash) for one in rankings if one.data.name != MVBENCH)
    others = {name: f"{data}, every column" for name, (data, _) in zip(file_names(sets), sets, strict=True)}
    return {
        ALL: f"{MVBENCH}, all rankings, every column",
        PUBLIC: (
            "the columns and the order of the public board; by the official judge, as published or by the protocol "
            "notebook, and no other"
        ),
        **others,
    }


def remarks(checked: Checked) -> list[Remark]:
    """What the checks note, by model."""
    models = {f"entries/{entry.slug}.json": entry.model for entry in checked.entries}
    return [Remark(models.get(note.path, note.path), note.text) for note in checked.notes]


def write(out: Path, files: Mapping[str, bytes]) -> None:
    """Put the files there, each whole, the page last; tables of data sets that have left the board are removed.

    Raises RunError where something else lies at `out`, or somebody else writes it.
    """
    refuse_other_pages(out)
    with (
        explained(out, advice="mend that and run the same command again"),
        claimed(out, marker=INDEX, kind="site of a leaderboard"),
    ):
        for name, content in files.items():
            write_atomically(out / name, content)
        for table in ours(out):
            if table.name not in files:
                table.unlink()


def refuse_own_folders(path: Path, out: Path) -> None:
    """Raises RunError where the site would lie among the board's entries or logs, of which it is none."""
    for folder in (path / ENTRIES, path / LOGS):
        if out.resolve().is_relative_to(folder.resolve()):
            raise RunError(f"{str(out)!r} lies in {str(folder)!r}, which is the board's own; choose another --out")


def refuse_other_pages(out: Path) -> None:
    index = out / INDEX
    if not index.is_file():
        return
    with explained(index, advice="choose another --out"), index.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if f'<meta name="generator" content="{GENERATOR}">'.encode() not in head:
        raise RunError(f"{str(index)!r} is another page, not one of `mvbench leaderboard build`; choose another --out")


def ours(out: Path) -> Iterator[Path]:
    """The tables of data sets that an earlier build put there."""
    head = ",".join(PUBLIC_COLUMNS).encode()
    for table in sorted(out.glob("leaderboard_*.csv")):
        if table.is_file() and not table.is_symlink() and re.fullmatch(r"leaderboard_[a-z0-9-]+\.csv", table.name):
            with table.open("rb") as stream:
                if stream.read(len(head)) == head:
                    yield table


def account(
    rankings: Sequence[Ranking], checked: Checked, *, path: Path, out: Path, files: Mapping[str, bytes]
) -> Iterator[str]:
    """What was built, in a few lines."""
    for ranking in rankings:
        counts = (
            (len(ranking.rows), "ranked"),
            (len(ranking.averages), "with an average alone"),
            (len(ranking.context), "as context"),
        )
        rule = f"{ranking.judge} judge, protocol {ranking.protocol or 'not stated'}"
        yield f"{ranking.data.name}, {rule}: {', '.join(f'{count:,} {what}' for count, what in counts if count)}"
    if checked.notes:
        notes = counted(len(checked.notes), "note")
        yield f"{notes} on the page; `mvbench leaderboard validate {path}` prints them"
    yield f"The page is {out / INDEX}; beside it: {', '.join(name for name in files if name != INDEX)}"
