"""Runs with frames, and what is in a page that was made of one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from mvbench.errors import Failure
from mvbench.report.page import Made, write_page
from mvbench.results import Run
from mvbench.types import Record, Reply
from mvbench.video.files import fingerprint
from tests.report.formats.runs import answered, run_of, sample
from tests.video import draw


class AtHand:
    """A worker pool without workers, for tests that are about something else: a process takes half a second."""

    def __init__(self, function: Callable[..., Any], **_: object) -> None:
        self._function = function

    def __enter__(self) -> AtHand:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def map(self, jobs: Sequence[tuple[Any, ...]]) -> Iterator[Any]:
        for job in jobs:
            try:
                yield self._function(*job)
            except Failure as failure:
                yield failure


INDICES = [2, 5, 11, 17]


def shown(record: Record, *, fingerprint: str = "1-a", indices: Sequence[int] = INDICES) -> Record:
    """The record with frames, as a run of the demo data has them."""
    seconds = [index / draw.FPS for index in sorted(indices)]
    frames = {
        "indices": list(indices),
        "pts_seconds": seconds,
        "source_size": [128, 96],
        "size": [96, 96],
        "decoder": "pyav 18",
        "fingerprint": fingerprint,
        "notes": [],
    }
    return replace(record, frames=frames, read_seconds=0.25, answer_seconds=1.5)


def filmed(folder: Path, *, count: int = 3, **changes: Any) -> tuple[Run, Path]:
    """A run of `count` questions and its data folder, where the first question's video and no other lies."""
    data = folder / "data"
    (data / "video" / "ssv2_video").mkdir(parents=True)
    video = draw.h264(data / "video" / "ssv2_video" / "0.mp4", range(24))
    records = [
        shown(answered(sample(place, task="action_antonym"), Reply("A)", "(")), fingerprint=fingerprint(video))
        for place in range(count)
    ]
    arguments = {"resolved": {"max_errors": 1.0, "data": str(data)}}
    return run_of(folder / "run", records, **{"arguments": arguments} | changes), data


@dataclass
class Page(HTMLParser):
    """The texts and scripts of a page by the ids of their elements. `loose`: texts outside scripts and styles."""

    scripts: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, Mapping[str, str | None]] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loose: str = ""
    policy: str = ""
    code: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._inside: tuple[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href") and value]
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"] or ""
        if tag in ("script", "style"):
            self._inside = tag, found.get("id") or ""
            if self._inside[1]:
                self.attributes[self._inside[1]] = found
                self.scripts[self._inside[1]] = ""
            elif tag == "script":
                self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside is None:
            self.loose += data
        elif self._inside[1]:
            self.scripts[self._inside[1]] += data
        elif self._inside[0] == "script":
            self.code[-1] += data

    def figures(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.scripts["figures-data"])
        return found

    def samples(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.scripts["samples-data"])
        return found

    def strips(self) -> list[Mapping[str, str | None]]:
        return [found for name, found in self.attributes.items() if name.startswith("strip-")]


def page_of(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text("utf-8"))
    page.close()
    return page


def made(run: Run, out: Path, **options: Any) -> tuple[Made, Page]:
    result = write_page(run, out, quiet=True, **options)
    return result, page_of(out)
