"""The run behind an entry: does every digit follow from it?"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from leaderboard.entry import Entry, Scores
from leaderboard.recomputing import Recomputed, recomputed
from leaderboard.submissions.logs import KEPT_FACTS, without_places
from leaderboard.validation.findings import Remark, quoted
from leaderboard.validation.naming import PUBLIC
from mvbench.annotations import item_hash
from mvbench.errors import DataError, RunError
from mvbench.metrics import Summary, summarise
from mvbench.results import FACTS, RECORDS, Run
from mvbench.types import Record, Sample

EXACT = 1e-9
"""What two orders of adding up may differ by; an entry's digits are otherwise those of its log."""

RENEWING = "`mvbench leaderboard add BOARD BOARD/{}` renews the entry"

PRINTED = 0.05 + 1e-8
"""Half a step of an average printed with one decimal."""


def opened(path: Path) -> Run:
    """The log in a folder of a board. Raises RunError for anything but two regular files that are a run.

    A name that begins with a dot is nobody's, such as the `.DS_Store` that a file manager leaves.
    """
    names = sorted(inner.name for inner in path.iterdir() if not inner.name.startswith("."))
    if names != [RECORDS, FACTS]:
        raise RunError(f"it holds {', '.join(map(quoted, names[:4])) or 'nothing'}; a log is {RECORDS} and {FACTS}")
    for name in names:
        if not stat.S_ISREG((path / name).lstat().st_mode):
            raise RunError(f"{name} is no regular file; a log is {RECORDS} and {FACTS}")
    return Run.read(path)


def compare(entry: Entry, run: Run) -> tuple[list[Remark], Recomputed | None]:
    """What the entry says and its log does not, and what follows from the log; None where nothing does."""
    try:
        found = recomputed(run)
        remarks = [
            *_facts(entry, found),
            *_items(entry, found),
            *_scores(entry, found),
            *_forged(entry, run, found),
            *_telling(run),
        ]
    except (RunError, DataError) as error:
        return [Remark(("log",), str(error).replace(str(run.path), entry.log or str(run.path)))], None
    return remarks, found


def _renewing(entry: Entry) -> str:
    return RENEWING.format(entry.log)


def _facts(entry: Entry, found: Recomputed) -> Iterator[Remark]:
    pairs = (
        (("data", "name"), entry.data.name, found.data.name),
        (("data", "hash"), entry.data.hash, found.data.hash),
        (("frames",), entry.frames, found.frames),
        (("protocol",), entry.protocol, found.protocol),
        (("log_model",), entry.log_model, found.model),
    )
    for at, said, logged in pairs:
        if logged and said != logged:
            text = f"{'.'.join(at)} is {quoted(said)}, but the log says {quoted(logged)}"
            yield Remark(at, f"{text}; {_renewing(entry)}")


def _items(entry: Entry, found: Recomputed) -> Iterator[Remark]:
    keys = sorted(entry.items.keys() | found.items.keys())
    differing = [key for key in keys if entry.items.get(key, 0) != found.items.get(key, 0)]
    if differing:
        key, more = differing[0], f" (and {len(differing) - 1} other tasks)" if len(differing) > 1 else ""
        said, logged = entry.items.get(key, 0), found.items.get(key, 0)
        yield Remark(("items", key), f"{said:,} questions of {key}, the log has {logged:,}{more}; {_renewing(entry)}")


def _scores(entry: Entry, found: Recomputed) -> Iterator[Remark]:
    """At most one, of all digits: when mvbench reads a reply otherwise than it did, many change at once.

    The replies may have been edited as well; nothing tells one from the other.
    """
    known = {judge: said for judge, said in entry.scores.items() if judge in found.scores}  # the words are about others
    differing = {judge: remarks for judge, said in known.items() if (remarks := list(_digits(judge, said, found)))}
    if not differing:
        return
    judge, (first, *_) = next(iter(differing.items()))
    counts = ", ".join(f"{len(remarks)} by {name}" for name, remarks in differing.items())
    yield Remark(
        first.at,
        f"{judge}: {first.text} (numbers that differ: {counts}); where this file was edited, or mvbench now judges "
        f"otherwise, {_renewing(entry)}; where the log was edited, restore it",
    )


def _digits(judge: str, said: Scores, found: Recomputed) -> Iterator[Remark]:
    """Every digit. An average may be the mean over tasks or over questions, as its publisher rounded it."""
    at, logged = ("scores", judge, "tasks"), found.scores[judge].tasks
    for key in sorted(said.tasks.keys() | logged.keys()):
        if key not in said.tasks:
            yield Remark(at, f"{key} is missing, and the log has it")
        elif key not in logged:
            yield Remark((*at, key), f"{key} is not in the log")
        elif abs(said.tasks[key] - logged[key]) > EXACT:
            yield Remark((*at, key), f"{key} is {said.tasks[key]!r}, but the log gives {logged[key]!r}")
    summary = found.summary.judges[judge]
    means = (summary.macro.mean, summary.micro)
    if said.average is not None and all(abs(said.average - mean) > PRINTED for mean in means):
        at = ("scores", judge, "average")
        yield Remark(at, f"average is {said.average!r}, but the log gives {means[0]:.2f}")


def _forged(entry: Entry, run: Run, found: Recomputed) -> Iterator[Remark]:
    """Signs of a log that was changed after it was written. They cannot prove that one was not."""
    facts = run.facts
    fingerprint, title = facts["fingerprint"], facts["title"]
    pairs = (
        ("protocol", fingerprint.get("protocol"), title.get("protocol")),
        ("view", fingerprint.get("view"), title.get("view")),
        ("data hash", fingerprint.get("data"), facts["data"].get("hash")),
    )
    for name, one, other in pairs:
        if one is not None and one != other:
            yield Remark(
                ("log",), f"its {FACTS} gives two values for the {name}, {quoted(one)} and {quoted(other)}; this log "
                "was changed by hand"
            )  # fmt: skip
    signs = _Signs()
    stored = summarise(
        _watched(run, signs),
        run.tasks,
        data_name=facts["data"]["name"],
        expected=facts["data"]["questions"],
    )
    if signs.generated and entry.data.name in PUBLIC:
        yield Remark(
            ("data", "name"),
            f"{len(signs.generated):,} questions of the log are generated ones ({signs.generated[0]} has an orbit or "
            f"dials); they are no part of {entry.data.name}",
        )
    if signs.changed:
        yield Remark(
            ("log",),
            f"the right answer to {signs.changed[0]} was changed: it is not the one the question had, by its hash; add "
            "the run again",
        )
    if not any(_scores(entry, found)):  # which would say it already
        yield from _other_verdicts(entry, stored, found)


@dataclass(slots=True)
class _Signs:
    """Ids of questions, noted while records stream by."""

    generated: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


def _watched(run: Run, signs: _Signs) -> Iterator[Record]:
    bounded = {task.key: f"{task.source}/" for task in run.tasks if task.bounded and "import" not in run.facts}
    for record in run.records():
        sample = record.sample
        if sample.extras.keys() & {"orbit", "dials"}:
            signs.generated.append(sample.id)
        right = max((place for place, text in enumerate(sample.choices) if text == sample.answer_text), default=None)
        source = bounded.get(sample.task)
        if sample.answer != right or (source is not None and sample.item_hash != _hash(sample, source)):
            signs.changed.append(sample.id)
        yield record


def _hash(sample: Sample, source: str) -> str:
    """The hash anew. Of an unbounded task's item the record does not hold all that it was made of."""
    clip, video = sample.clip, sample.cluster.removeprefix(source)
    return item_hash(video, sample.question, sample.choices, sample.answer_text, clip.start_seconds, clip.end_seconds)


def _telling(run: Run) -> Iterator[Remark]:
    """What a log tells of the machine it was made on, and a board must not."""
    told = [name for name in run.facts if name not in KEPT_FACTS]
    if "given" in run.facts["arguments"]:
        told.append("arguments.given")
    told += [
        f"{part}.{name}"
        for part in ("fingerprint", "title")
        for name, value in run.facts[part].items()
        if without_places({name: value}) != {name: value}
    ]
    if told:
        yield Remark(
            ("log",),
            f"its {FACTS} holds {', '.join(map(quoted, told[:4]))}, which tells of somebody's machine; add the run "
            "again: that leaves it out",
        )


def _other_verdicts(entry: Entry, stored: Summary, found: Recomputed) -> Iterator[Remark]:
    """The log was judged when it was added, by the judges that judge it now; a reply edited since shows here."""
    for judge in sorted(stored.judges.keys() & found.scores.keys()):
        before = Scores({task.task.key: task.accuracy for task in stored.judges[judge].tasks}).tasks
        after = found.scores[judge].tasks
        changed = [key for key in after if abs(before.get(key, -1.0) - after[key]) > EXACT]
        if changed:
            yield Remark(
                ("log",),
                f"the replies to {changed[0]} give {after[changed[0]]:.2f} by the judge {judge}, their stored verdicts "
                f"{before.get(changed[0], 0.0):.2f}: the records were changed, or judged by another version; where "
                f"mvbench now judges otherwise, {_renewing(entry)}; else restore the log",
            )
            return
