"""tasks.toml + annotation files -> Samples."""

from __future__ import annotations

import hashlib
import json
import logging
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from fractions import Fraction
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

from mvbench.annotations import PLAIN_PATH, Item, MediaFolder, read_item, stays_inside
from mvbench.errors import DataError, UsageError, suggestion
from mvbench.metrics import MVBENCH, MVBENCH_WITHOUT_POSE, QUESTIONS_PER_TASK, UNOBTAINABLE
from mvbench.toml import parse_toml
from mvbench.types import Reversal, Sample, Task

log = logging.getLogger(__name__)

MAX_ANNOTATION_BYTES = 256 * 2**20
TEMPLATE = "template"
"""What `mvbench qa-gen` calls a question that no language model worded."""

MINI = 25
"""Questions per task in `--subset mini`."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """The samples of a data folder, in the order of its tasks and files.

    `name` is "MVBench" only for twenty files of 200 items each, and "MVBench without Fine-grained Pose" only for the
    nineteen others; any other set has the name its manifest gives, or "custom-" with a hash. `hash` covers every item
    of the chosen tasks, whatever `limit` or `subset` kept of them. `writers` are language models that worded questions.
    """

    name: str
    hash: str
    tasks: tuple[Task, ...]
    samples: tuple[Sample, ...]
    writers: tuple[str, ...] = ()


@cache
def public_tasks() -> tuple[Task, ...]:
    """The twenty tasks, in the paper's order."""
    return parse_tasks(files("mvbench").joinpath("tasks.toml").read_text("utf-8"), origin="tasks.toml")


def parse_tasks(text: str, *, origin: str) -> tuple[Task, ...]:
    """Tasks from the text of a TOML file: one table per task, keys as in `tasks.toml`; only `folder` must be given.

    Raises UsageError naming `origin`, table and key.
    """
    tables = parse_toml(text, origin=origin)
    return tuple(parse_task(key, table, origin=origin) for key, table in tables.items())


def parse_task(key: str, table: object, *, origin: str) -> Task:
    if not re.fullmatch(r"[a-z0-9_]+", key):
        raise UsageError(f"{origin}: task {key!r} needs another key, of lower-case letters a-z, digits and '_'")
    if not isinstance(table, dict) or "folder" not in table:
        raise UsageError(f"{origin}: task {key!r} must be a table with at least folder = 'folder below video/'")
    row = {
        "title": key.replace("_", " ").title(),
        "abbreviation": key,
        "skill": "Other",
        "json": f"{key}.json",
        "media": "video",
        "bounded": False,
        "source": table["folder"],
        "options": "?",
        "reversal": "undefined",
    } | table
    names = [field.name for field in fields(Task) if field.name != "key"]
    for name, value in row.items():
        if name not in names:
            raise UsageError(f"{origin}: task {key!r} has an unknown key {name!r}{suggestion(name, names)}")
        kind = bool if name == "bounded" else str
        if type(value) is not kind:
            raise UsageError(f"{origin}: {key}.{name} must be of type {kind.__name__}, not {value!r}")
    if row["media"] not in ("video", "gif", "frames"):
        raise UsageError(f"{origin}: {key}.media is {row['media']!r}; choose video, gif or frames")
    if row["reversal"] not in get_args(Reversal):
        raise UsageError(f"{origin}: {key}.reversal is {row['reversal']!r}; choose {', '.join(get_args(Reversal))}")
    for name in ("json", "folder"):
        if not stays_inside(row[name]):
            raise UsageError(f"{origin}: {key}.{name} is {row[name]!r}; {PLAIN_PATH}")
    for name in ("title", "abbreviation", "skill", "source", "options"):
        if not row[name].strip() or not row[name].isprintable():
            raise UsageError(f"{origin}: {key}.{name} is {row[name]!r}; it must be one line of printable text")
    return Task(key=key, **row)


def choose(tasks: Sequence[Task], names: str | None) -> tuple[Task, ...]:
    """The tasks that a comma-separated list of keys, titles, abbreviations or skills names, in the order of `tasks`.

    Raises UsageError with the nearest name.
    """
    if names is None:
        return tuple(tasks)
    spellings = {task.key: {plain(n) for n in (task.key, task.title, task.abbreviation, task.skill)} for task in tasks}
    chosen: set[str] = set()
    for name in filter(None, (part.strip() for part in names.split(","))):
        found = {key for key, words in spellings.items() if plain(name) in words}
        if not found:
            raise UsageError(f"task {name!r} is unknown{nearest(name, tasks)} (`mvbench tasks` lists them)")
        chosen |= found
    if not chosen:
        raise UsageError(f"--tasks {names!r} names no task; `mvbench tasks` lists them")
    return tuple(task for task in tasks if task.key in chosen)


def nearest(name: str, tasks: Sequence[Task]) -> str:
    """The part of a message that names the nearest task or skill, or all tasks whose titles hold the nearest word."""
    names = {plain(name): name for task in tasks for name in (task.skill, task.abbreviation, task.key)}
    by_word: dict[str, list[str]] = defaultdict(list)
    for task in tasks:
        for word in plain(task.title).split("_"):
            by_word[word].append(task.key)
    near = get_close_matches(plain(name), [*names, *by_word], n=1)
    if not near:
        return ""
    meant = [names[near[0]]] if near[0] in names else by_word[near[0]]
    return f"; did you mean {' or '.join(map(repr, meant))}?"


def plain(name: str) -> str:
    """A task's name as all its spellings share it: lower case, `_` between words."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def load(
    folder: Path,
    *,
    tasks: str | None = None,
    tasks_file: Path | None = None,
    limit: float | None = None,
    subset: str | None = None,
    repeats: int = 1,
) -> Dataset:
    """The data set in `folder`: `json/*.json` with `video/`, or the pre-cut branch's `test.json`.

    `limit`: the first so many of each task, or below 1 that share of each. `subset="mini"`: 25 of each task, spread
    over the right letters. `repeats`: each question so many times, ids `task/0003`, `task/0003#2`, ...
    Raises DataError naming file, item and value; UsageError for a task name.
    """
    if not folder.is_dir():
        raise DataError(f"no data folder {str(folder)!r}; give --data DIR, or --data demo for the embedded set")
    known = {task.key: task for task in public_tasks()}
    own = parse_tasks(read_text(tasks_file, limit=2**20), origin=tasks_file.name) if tasks_file else ()
    known |= {task.key: task for task in own}
    annotations = read_annotations(folder, list(known.values()))
    if not annotations:
        raise DataError(
            f"no annotations in {str(folder)!r}: expected json/<task>.json beside video/, or test.json; "
            "check --data, or describe tasks of your own with --tasks-file"
        )
    wanted = choose(list(known.values()), tasks)
    chosen = [(task, items) for task, items in annotations if task.key in {task.key for task in wanted}]
    if not chosen:
        raise DataError(f"{str(folder)!r} has no item for --tasks {tasks}; it has {listing(annotations)}")
    empty = ", ".join(f"{task.key} ({task.json})" for task, items in chosen if not items)
    if empty:
        raise DataError(f"{str(folder)!r} holds no items for {empty}; fill the list, or choose other --tasks")
    media = MediaFolder(folder / "video" if (folder / "video").is_dir() else folder)
    samples = {
        task.key: [read_item(item, index, task, media) for index, item in enumerate(items)] for task, items in chosen
    }
    unbounded = [sample.id for rows in samples.values() for sample in rows if "no_bounds" in sample.flags]
    if unbounded:
        log.warning(
            "%d items lack the start or end of their task's clips and are asked about the whole video; the first is %s",
            len(unbounded),
            unbounded[0],
        )
    digest = content_hash((sample.task, sample.item_hash) for rows in samples.values() for sample in rows)
    kept = [
        sample if turn == 1 else replace(sample, id=f"{sample.id}#{turn}")
        for rows in samples.values()
        for sample in keep(rows, limit=limit, subset=subset)
        for turn in range(1, repeats + 1)
    ]
    manifest = read_manifest(folder)
    name = dataset_name(manifest, annotations, own={task.key for task in own}) or f"custom-{digest[:8]}"
    return Dataset(name, digest, tuple(task for task, _ in chosen), tuple(kept), writers_of(manifest))


def content_hash(items: Iterable[tuple[str, str]]) -> str:
    """What tells data sets apart: task and `item_hash` of every question, in their order."""
    lines = "\n".join(f"{task} {item}" for task, item in items)
    return hashlib.blake2b(lines.encode("utf-8"), digest_size=16).hexdigest()


def read_annotations(folder: Path, tasks: Sequence[Task]) -> list[tuple[Task, list[Item]]]:
    """Each task that the folder has items for, as it lies there: a pre-cut task has its own folder and no bounds."""
    if not (folder / "json").is_dir() and (folder / "test.json").is_file():
        return read_precut(folder / "test.json", tasks)
    found = []
    for task in tasks:
        path = folder / "json" / task.json
        if path.is_file():
            found.append((task, item_list(read_json(path), where=f"json/{task.json}")))
    warn_of_unread({path.name for path in (folder / "json").glob("*.json")} - {task.json for task in tasks})
    return found


def read_precut(path: Path, tasks: Sequence[Task]) -> list[tuple[Task, list[Item]]]:
    """The layout of the public `video` branch: `{"root": {task: folder}, "meta": {task: [items]}}`."""
    content = read_json(path)
    roots, meta = (content.get("root"), content.get("meta")) if isinstance(content, dict) else (None, None)
    if not isinstance(roots, dict) or not isinstance(meta, dict):
        raise DataError(f"{path.name} must hold {{'root': {{task: folder}}, 'meta': {{task: [items]}}}}")
    roots = by_task(roots, where=f"{path.name}, root")
    meta = by_task(meta, where=f"{path.name}, meta")
    found = []
    for task in tasks:
        if plain(task.key) in meta:
            root = roots.get(plain(task.key))
            if not isinstance(root, str) or not stays_inside(root):
                raise DataError(f"{path.name}: root of {task.key} is {root!r}; {PLAIN_PATH}")
            items = item_list(meta[plain(task.key)], where=f"{path.name}, {task.key}")
            found.append((replace(task, json=path.name, folder=root.strip("/"), bounded=False), items))
    warn_of_unread(meta.keys() - {plain(task.key) for task in tasks})
    return found


def by_task(table: Mapping[str, Any], *, where: str) -> dict[str, Any]:
    """The values by the plain names of their tasks. Raises DataError when two spellings name one task."""
    spelled: dict[str, str] = {}
    for name in table:
        first = spelled.setdefault(plain(name) or name, name)
        if first != name:
            raise DataError(f"{where} spells one task in two ways, {first!r} and {name!r}; keep one of them")
    return {key: table[name] for key, name in spelled.items()}


def warn_of_unread(names: Set[str]) -> None:
    if names:
        log.warning("no known task reads %s; describe them with --tasks-file", ", ".join(map(repr, sorted(names))))


def keep(samples: Sequence[Sample], *, limit: float | None, subset: str | None) -> Sequence[Sample]:
    """What `--subset` and then `--limit` leave of one task; a share is taken as it is written, and rounded up.

    As floats, 0.07 * 200 is a little more than 14 and would keep 15.
    """
    if subset == "mini":
        samples = stratified(samples, MINI)
    if limit is None:
        return samples
    return samples[: math.ceil(Fraction(str(limit)) * len(samples)) if limit < 1 else int(limit)]


def stratified(samples: Sequence[Sample], count: int) -> list[Sample]:
    """`count` samples, each right letter keeping its share (largest remainders), chosen by item hash, in file order.

    The rule needs no list: anyone with the annotation files gets the same questions.
    """
    if len(samples) <= count:
        return list(samples)
    groups: dict[int, list[Sample]] = defaultdict(list)
    for sample in samples:
        groups[-1 if sample.answer is None else sample.answer].append(sample)
    shares = {answer: count * len(group) / len(samples) for answer, group in groups.items()}
    quotas = {answer: int(share) for answer, share in shares.items()}
    by_remainder = sorted(shares, key=lambda answer: (quotas[answer] - shares[answer], answer))
    for answer in by_remainder[: count - sum(quotas.values())]:
        quotas[answer] += 1
    chosen = {
        sample.id
        for answer, group in groups.items()
        for sample in sorted(group, key=lambda sample: (sample.item_hash, sample.id))[: quotas[answer]]
    }
    return [sample for sample in samples if sample.id in chosen]


def read_manifest(folder: Path) -> Mapping[str, Any] | None:
    """The content of the folder's `manifest.json`, None where there is none."""
    path = folder / "manifest.json"
    if not path.is_file():
        return None
    content = read_json(path)
    return content if isinstance(content, dict) else {}


def writers_of(manifest: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The language models that worded questions, as a manifest of `mvbench qa-gen` counts them."""
    writers = (manifest or {}).get("writers")
    return tuple(str(name) for name in writers if name != TEMPLATE) if isinstance(writers, dict) else ()


def dataset_name(
    manifest: Mapping[str, Any] | None, annotations: Sequence[tuple[Task, list[Item]]], *, own: Set[str]
) -> str | None:
    """The name a manifest gives, or that of the public set, whole or without the pose videos, or None.

    own: keys from a tasks file. With items for any of them the set is not the public one, whatever else it holds.
    """
    if manifest is not None:
        name = manifest.get("name")
        if not isinstance(name, str) or not re.fullmatch(r"[\w.:=,+ -]{1,100}", name):
            raise DataError(f"manifest.json: name is {name!r}; it must be a short plain text")
        if plain(name) not in (plain(MVBENCH), plain(MVBENCH_WITHOUT_POSE)):
            return name
    if any(task.key in own or len(items) != QUESTIONS_PER_TASK for task, items in annotations):
        return None
    missing = {task.title for task in public_tasks()} - {task.title for task, _ in annotations}
    if missing == {UNOBTAINABLE}:
        return MVBENCH_WITHOUT_POSE
    return None if missing else MVBENCH


def read_text(path: Path, *, limit: int = MAX_ANNOTATION_BYTES) -> str:
    try:
        if path.stat().st_size > limit:
            raise DataError(f"{str(path)!r} has {path.stat().st_size:,} bytes; more than {limit:,} are not read")
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise DataError(f"cannot read {str(path)!r}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{str(path)!r} is not UTF-8 text (byte {error.start})") from None


def read_json(path: Path) -> Any:
    text = read_text(path)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError(
            f"{str(path)!r} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from None
    except (RecursionError, ValueError) as error:
        raise DataError(f"{str(path)!r} cannot be read as JSON: {error}") from None


def item_list(content: object, *, where: str) -> list[Item]:
    if not isinstance(content, list) or not all(isinstance(item, dict) for item in content):
        raise DataError(f"{where} must be a list of items {{video, question, candidates, answer}}")
    return content


def listing(annotations: Sequence[tuple[Task, list[Item]]]) -> str:
    return ", ".join(task.key for task, _ in annotations)
