"""Moments in Time: clips of three seconds, each with one label out of some hundred."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from qa_gen.orbits import Orbit
from qa_gen.sources.files import Broken, SourceFolder, csv_rows, text_lines
from qa_gen.sources.records import Once, Unfit, clean, digits_of, path_of
from qa_gen.sources.rejects import Rejects
from qa_gen.sources.videos import Videos
from qa_gen.splits import Split

SOURCE = "moments_in_time"

FILES = MappingProxyType({"test": "validationSet.csv", "train": "trainingSet.csv"})
FOLDERS = MappingProxyType({"test": "validation", "train": "training"})
CATEGORIES = "moments_categories.txt"
SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A clip of three seconds. `label` is as in the files: `playing+music`, `stroking/petting`.

    `num_agreeing` and `num_disagreeing` count the workers who were asked about it, None where the file does not say.
    `videos` are where the clip may lie below the source's folder; the label is a part of all of them.
    """

    label: str
    num_agreeing: int | None
    num_disagreeing: int | None
    videos: tuple[str, ...]
    orbits: tuple[Orbit, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The label as people write it: `("playing music",)`; several where the label has several names."""
        return words_of(self.label)


def read(folder: Path, *, rejects: Rejects, split: Split = "test") -> Iterator[Moment]:
    """The clips of a split, in the order of its file. Raises DataError where that is missing or cannot be read.

    Where there is a list of categories, a label that is not in it is rejected.
    """
    files = SourceFolder(folder)
    file = files.require(FILES[split])
    known = frozenset(read_categories(files, rejects=rejects))
    videos, once = Videos(files), Once("file name")
    for number, row in csv_rows(file, header=False):
        try:
            if isinstance(row, Broken):
                raise Unfit("no row of CSV")
            path, label = clip_of(row, known, FOLDERS[split])
            once.check(path)
        except Unfit as error:
            rejects.add(str(error), {"line": number, "row": row})
        else:
            agreeing, disagreeing = (count_of(row, column, number, rejects) for column in (2, 3))
            yield moment_of(path, label, agreeing, disagreeing, videos=videos, top=FOLDERS[split])


def read_categories(files: SourceFolder, *, rejects: Rejects) -> tuple[str, ...]:
    """Labels in the order of their list, whose lines are `label,index` or only `label`; none without a list."""
    file = files.find(CATEGORIES, f"*/{CATEGORIES}")
    labels: dict[str, None] = {}
    for number, line in text_lines(file) if file is not None else ():
        label, comma, index = line.rpartition(",")
        try:
            if comma:
                digits_of(index.strip(), "index of a category")
            labels[label_of(label if comma else line)] = None
        except Unfit as error:
            rejects.add(str(error), f"{CATEGORIES}, line {number}: {line}")
    return tuple(labels)


def clip_of(row: Sequence[str], known: frozenset[str], top: str) -> tuple[str, str]:
    """The path of a clip below the folder of its split, and its label. Raises Unfit."""
    if len(row) < 2:
        raise Unfit("fewer than two columns")
    path, label = path_of(row[0], "file name").removeprefix(f"{top}/"), label_of(row[1])
    if "." not in path.rpartition("/")[2]:
        raise Unfit("file name has no ending")
    if "/" in path and not path.lower().startswith(f"{label}/"):
        raise Unfit("label is not the folder of the clip")
    if known and label not in known:
        raise Unfit("label is not among the categories")
    return path, label


def moment_of(
    path: str, label: str, num_agreeing: int | None, num_disagreeing: int | None, *, videos: Videos, top: str
) -> Moment:
    parts = videos.orbits(path)
    return Moment(
        label=label,
        num_agreeing=num_agreeing,
        num_disagreeing=num_disagreeing,
        videos=videos.locations(path, (f"{top}/{{}}", f"videos/{top}/{{}}", "{}"), parts),
        orbits=parts,
    )


def label_of(text: str) -> str:
    return clean(text, "label").lower()


def count_of(row: Sequence[str], column: int, number: int, rejects: Rejects) -> int | None:
    """None where there is no number, or something else, which is counted and costs no clip."""
    if column >= len(row) or not row[column].strip():
        return None
    try:
        return int(digits_of(row[column].strip(), "number of workers"))
    except Unfit as error:
        rejects.add(str(error), {"line": number, "row": row})
        return None


def words_of(label: str) -> tuple[str, ...]:
    """A label as people write it.

    >>> words_of("playing+music"), words_of("stroking/petting"), words_of("adult+male+speaking")
    (('playing music',), ('stroking', 'petting'), ('adult male speaking',))
    """
    return tuple(" ".join(name.replace("+", " ").split()) for name in label.split("/") if name.strip("+ "))
