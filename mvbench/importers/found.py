"""Which tool wrote the files that a user names, and what all of them say together."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from mvbench.errors import DataError
from mvbench.importers import lmms_eval, notebook, vlmevalkit
from mvbench.importers.rows import LMMS_EVAL, NOTEBOOK, VLMEVALKIT, Logged, Row, Tool, refuse_many
from mvbench.results import storable

HEAD_BYTES = 2**16
SAMPLES = "*_samples_*.jsonl"


def read_all(names: Sequence[Path], *, tool: Tool | None = None, model: str | None = None) -> Logged:
    """Every row of these files, a folder meaning the lmms-eval samples in and below it, with what they are about.

    Without `tool` the content tells. Raises DataError for files of two tools, for what no tool wrote, and for what
    cannot be meant in one.
    """
    paths: list[Path] = []
    skipped: list[Path] = []
    for name in names:
        kept, others = files_of(name)
        paths += kept
        skipped += others
    tools = {path: tool or tool_of(path) for path in paths}
    first = tools[paths[0]]
    for path, one in tools.items():
        if one is not first:
            raise DataError(f"{paths[0].name!r} is {first.name}'s, {path.name!r} is {one.name}'s; import one at a time")
    if len(paths) > 1 and first is not LMMS_EVAL:
        raise DataError(f"{first.name} writes one file for all tasks; {len(paths)} were given: import one at a time")
    refuse_two_of_one_task(paths)
    rows: list[Row] = []
    right = None
    for path in paths:
        if first is NOTEBOOK:
            more, right = notebook.read(path)
        else:
            more = (lmms_eval if first is LMMS_EVAL else vlmevalkit).read(path)
        rows += more
        refuse_many(len(rows), path=path)
    if not rows:
        raise DataError(f"{paths[0].name!r} holds no row; is it the file of a run that ended?")
    hashes = {storable(path.name): digest(path) for path in paths}
    return Logged(
        first,
        storable(model or model_name(paths[0], first)),
        tuple(rows),
        hashes,
        right,
        skipped=tuple(storable(path.name) for path in skipped),
    )


def files_of(name: Path) -> tuple[list[Path], list[Path]]:
    """The file itself, or the samples in and below a folder, and those of other benchmarks beside MVBench's; sorted.

    Where none is MVBench's by its name, all are meant. Raises DataError where there are none.
    """
    if not name.is_dir():
        if not name.exists():
            raise DataError(f"there is no {str(name)!r}; name the file that the other tool wrote")
        return [name], []
    found = sorted(path for path in name.rglob(SAMPLES) if path.is_file())
    if not found:
        raise DataError(f"no {SAMPLES} in or below {str(name)!r}; lmms-eval writes them with --log_samples")
    ours = [path for path in found if lmms_eval.is_mvbench(path)]
    return (ours, [path for path in found if path not in ours]) if ours else (found, [])


def refuse_two_of_one_task(paths: Sequence[Path]) -> None:
    """A folder may hold several runs: which is meant, the user must say. Raises DataError naming two files."""
    seen: dict[str, Path] = {}
    for path in paths:
        named = lmms_eval.FILE_NAME.search(path.name)
        task = named["task"] if named else path.name
        if task in seen:
            raise DataError(
                f"two files hold the samples of {task!r}, {str(seen[task])!r} and {str(path)!r}; name the one run's"
            )
        seen[task] = path


def tool_of(path: Path) -> Tool:
    """The tool that wrote a file, by how it begins. Raises DataError where that tells nothing."""
    if not path.is_file():
        raise DataError(f"{str(path)!r} is no regular file; name a file that a tool wrote")
    if vlmevalkit.is_archive(path):
        return VLMEVALKIT
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except OSError as error:
        raise DataError(f"cannot read {str(path)!r}: {error.strerror}") from None
    first_line = head.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")[0]
    if first_line.startswith(b"{"):
        if b'"doc_id"' in first_line:
            return LMMS_EVAL
        if b'"acc_dict"' in head or b'"res_list"' in head:
            return NOTEBOOK
        if b'"results"' in head:
            raise DataError(
                f"{path.name!r} holds results without replies; lmms-eval writes the replies to {SAMPLES} beside it "
                "when run with --log_samples"
            )
    columns = {name.strip().strip(b'"') for name in first_line.split(b"\t")}
    if {b"index", b"prediction"} <= columns:
        return VLMEVALKIT
    raise DataError(
        f"{path.name!r} begins like no file of lmms-eval (samples, JSON lines), VLMEvalKit (xlsx, tsv) or the notebook "
        "(JSON); if it is one, say which with --from"
    )


def model_name(path: Path, tool: Tool) -> str:
    """What made the replies, as far as the file's place tells."""
    if tool is LMMS_EVAL and lmms_eval.FILE_NAME.search(path.name):
        return path.resolve().parent.name or tool.name
    if tool is VLMEVALKIT:
        return re.sub(r"_MVBench.*", "", path.stem) or path.stem
    return path.stem


def digest(path: Path) -> str:
    """32 hex digits that name a file's content. Raises DataError."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    except OSError as error:
        raise DataError(f"cannot read {str(path)!r}: {error.strerror}") from None
