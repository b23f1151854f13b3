"""NTU RGB+D and its extension to 120 classes: clips of one action, which only the file's name tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files as resources
from pathlib import Path
from types import MappingProxyType

from qa_gen.orbits import FILE as ORBITS
from qa_gen.orbits import Orbit
from qa_gen.sources.files import SourceFolder, text_lines
from qa_gen.sources.records import Unfit, clean, path_of
from qa_gen.sources.rejects import Rejects
from qa_gen.sources.videos import Videos
from qa_gen.splits import Split

SOURCE = "nturgbd"

LISTS = ("ntu_rgb_names.txt", "MVBench_videos_ntu.txt")
ACTION_NAMES = "action_names.tsv"
VIDEOS = ("nturgb+d_rgb/{}_rgb.avi", "nturgbd/{}_rgb.avi", "{}_rgb.avi", "{}_rgb.mp4")
NAME = re.compile(
    r"S(?P<setup>\d{3})C(?P<camera>\d{3})P(?P<performer>\d{3})R(?P<replication>\d{3})A(?P<action>\d{3})"
    r"(?:_rgb)?(?:\.(?:avi|mp4))?",
    re.ASCII,
)
ACTION = re.compile(r"A(?P<number>\d{1,3})", re.ASCII)
TOGETHER = frozenset((*range(50, 61), *range(106, 121)))
"""Numbers of the actions that take two people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """A clip of somebody who does one thing. `name` is that of the file without its ending.

    One performance of an action was filmed by three cameras, which differ in the name by `camera` alone. `videos` are
    where the clip may lie below the source's folder; the action's number is a part of all of them.
    """

    name: str
    setup: int
    camera: int
    performer: int
    replication: int
    action: int
    action_name: str
    videos: tuple[str, ...]
    orbits: tuple[Orbit, ...] = ()

    @property
    def takes_two(self) -> bool:
        return self.action in TOGETHER


def read(folder: Path, *, rejects: Rejects, split: Split = "test") -> Iterator[Performance]:
    """The clips that a list in the folder names, or, without one, those that lie there; by name, each once.

    The source has no splits, so `split` says nothing. Raises DataError where there is neither a list nor a clip.
    """
    source = SourceFolder(folder)
    found: dict[str, str] = {}
    for where, text in listed(source):
        try:
            path = path_of(text, "name")
            found.setdefault(stem_of(path), path)
        except Unfit as error:
            rejects.add(str(error), where)
    action_names, videos = read_action_names(source, rejects=rejects), Videos(source)
    for stem, path in sorted(found.items()):
        try:
            yield performance_of(stem, path, action_names, videos)
        except Unfit as error:
            rejects.add(str(error), path)


def listed(source: SourceFolder) -> Iterator[tuple[str, str]]:
    """Where a clip is named, and its path."""
    file = source.settle(*LISTS)
    if file is not None:
        for number, line in text_lines(file):
            yield f"{file.name}, line {number}: {line}", line
        return
    source.settle(ORBITS)
    clips = [clip for suffix in ("avi", "mp4") for clip in source.all(f"**/S*A*.{suffix}")]
    if not clips:
        source.require(*LISTS, "SsssCcccPpppRrrrAaaa_rgb.avi")
    for clip in clips:
        yield clip.name, clip.name.rpartition("/")[2] if clip.packed else clip.name.removeprefix(source.root)


def stem_of(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".avi").removesuffix(".mp4").removesuffix("_rgb")


def performance_of(stem: str, path: str, action_names: Mapping[int, str], videos: Videos) -> Performance:
    match = NAME.fullmatch(path.rpartition("/")[2])
    if match is None:
        raise Unfit("name is not SsssCcccPpppRrrrAaaa")
    action = int(match["action"])
    if action not in action_names:
        raise Unfit("action is none of the known classes")
    parts = videos.orbits(f"{stem}_rgb.avi")
    return Performance(
        name=f"{stem}_rgb",
        setup=int(match["setup"]),
        camera=int(match["camera"]),
        performer=int(match["performer"]),
        replication=int(match["replication"]),
        action=action,
        action_name=action_names[action],
        videos=videos.locations(stem, (path, *VIDEOS) if "/" in path else VIDEOS, parts),
        orbits=parts,
    )


@cache
def public_action_names() -> Mapping[int, str]:
    """The 120 classes, as the source names them; 1 to 60 are those of NTU RGB+D."""
    table = (resources(__package__) / "nturgbd.tsv").read_text("utf-8")
    return MappingProxyType(dict(action_of(line) for line in table.splitlines()))


def read_action_names(source: SourceFolder, *, rejects: Rejects) -> Mapping[int, str]:
    """The public names, and in their place those of an `action_names.tsv`, whose lines are `A005`, a tab, the name."""
    names = dict(public_action_names())
    file = source.find(ACTION_NAMES)
    for number, line in text_lines(file) if file is not None else ():
        try:
            action, name = action_of(line)
            names[action] = name
        except Unfit as error:
            rejects.add(str(error), f"{ACTION_NAMES}, line {number}: {line}")
    return names


def action_of(line: str) -> tuple[int, str]:
    label, _, name = line.partition("\t")
    match = ACTION.fullmatch(label.strip())
    if match is None:
        raise Unfit("line is not an action's number, a tab and a name")
    return int(match["number"]), clean(name, "name of an action")
