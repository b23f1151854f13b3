"""A run -> one HTML file that needs nothing else."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from markupsafe import Markup, escape

from mvbench.errors import Failure, RunError
from mvbench.folders import explained, written_atomically
from mvbench.registry import dataset_folder
from mvbench.report.filming import media_folder, media_of, pictures
from mvbench.report.gathering import ALL_JUDGES, Gathered, gather
from mvbench.report.heading import ABOUT_JUDGES, headline, provenance
from mvbench.report.inline import SHARED_SCRIPTS, asset, embedded, environment, inlined, policy
from mvbench.report.shortening import in_a_word
from mvbench.report.shown import Wanted
from mvbench.report.strips import Strip
from mvbench.results import Run, refuse_own_file
from mvbench.scoring import HEADLINE
from mvbench.tables import PUBLISHED_PROTOCOL

SCRIPTS = ("texts.js", "figures.js", "details.js", "samples.js")
PUBLISHED = f"Published VideoChat2 numbers were made with protocol {PUBLISHED_PROTOCOL} and the official scorer."
END = "<!-- thumbnails -->"


@dataclass(frozen=True, slots=True)
class Made:
    """The page; `lost`: how many of the `strips` of thumbnails are placeholders. `without`: why it has none at all."""

    path: Path
    size_bytes: int
    strips: int
    lost: int
    without: str


def write_page(
    run: Run,
    out: Path,
    *,
    judge: str = HEADLINE,
    data: str | None = None,
    thumbnails: bool = True,
    workers: int | None = None,
    timeout_seconds: float = 60.0,
    quiet: bool = False,
) -> Made:
    """Write the page, with thumbnails from the data folder the run names, or from `data`.

    `judge`: whose verdicts are shown first. The page is written as thumbnails come, those of one clip at a time, and
    appears whole or not at all. Raises DataError, RunError, and UsageError for a `data` that is none.
    """
    refuse_own_file(out)
    media: Path | str = "they were left out (--no-frames)"
    if thumbnails:
        media = media_of(run) if data is None else media_folder(dataset_folder(data))
    without = media if isinstance(media, str) else ""
    found = gather(run, thumbnails=not without)
    if not any(sample["frames"].get("indices") for sample in found.samples):
        without = ""  # nothing is missing where no frames were shown
    head, tail = rendered(run, found, judge=judge, without=without).split(END)
    lost = 0
    if out.is_dir():
        raise RunError(f"{str(out)!r} is a folder, and the page is one file; choose another --out")
    with explained(out.parent, advice="choose another --out"):
        out.parent.mkdir(parents=True, exist_ok=True)
        with written_atomically(out) as stream:
            stream.write(head.encode())
            if isinstance(media, Path):
                shown = pictures(found.wanted, media, workers=workers, timeout_seconds=timeout_seconds, quiet=quiet)
                for line, failed in strip_lines(found, shown, media):
                    lost += failed
                    stream.write(line.encode())
            stream.write(tail.encode())
        return Made(out, out.stat().st_size, len(found.wanted), lost, without)


def rendered(run: Run, found: Gathered, *, judge: str, without: str) -> str:
    """The page, with the mark where thumbnails go: after everything that makes it work."""
    templates = environment("mvbench.report")
    scripts = [asset(name) for name in SHARED_SCRIPTS] + [own(name) for name in SCRIPTS]
    return templates.get_template("report.html").render(
        policy=policy(scripts),
        style=asset("style.css") + own("report.css"),
        scripts=scripts,
        model=in_a_word(found.facts.model),
        words=headline(run.facts, found.summary, found.facts),
        provenance=provenance(run.facts),
        summary=found.summary,
        judge=judge,
        judges={name: ABOUT_JUDGES.get(name, "") for name in ALL_JUDGES},
        without=without,
        figures=embedded({**found.figures, "judge": judge}),
        samples=embedded(found.samples),
        published="" if found.facts.protocol == PUBLISHED_PROTOCOL else PUBLISHED,
        left_out=found.summary.asked - len(found.samples),
        thumbnails=Markup(END),
    )


def own(name: str) -> Markup:
    return inlined(Path(__file__).with_name("templates").joinpath(name).read_text("utf-8"))


def strip_lines(found: Gathered, shown: Iterator[Strip | Failure], media: Path) -> Iterator[tuple[str, bool]]:
    """For each strip its element, which holds the picture or says why there is none; and whether it failed."""
    for number, (wanted, strip) in enumerate(zip(found.wanted, shown, strict=True)):
        if isinstance(strip, Failure):
            # Where the data lies here is nobody's business.
            why = f"{strip.reason}: {strip.detail.replace(f'{media}/', '').replace(str(media), 'the data folder')}"
            yield f'<script type="text/plain" id="strip-{number}" data-why="{escape(why)}"></script>\n', True
        else:
            picture = base64.b64encode(strip.webp).decode()
            remark = escape(" ".join(remarks(wanted, strip)))
            yield (
                f'<script type="text/plain" id="strip-{number}" data-columns="{strip.columns}" '
                f'data-rows="{strip.rows}" data-width="{strip.width}" data-height="{strip.height}" '
                f'data-remark="{remark}">{picture}</script>\n',
                False,
            )


def remarks(wanted: Wanted, strip: Strip) -> Iterator[str]:
    if wanted.fingerprint != strip.fingerprint:
        yield "This video has changed since: these may not be the frames that were shown."
    if wanted.decoder == "decord" and find_spec("decord") is None:
        yield "The run read this video with decord, which is not installed here; these frames are PyAV's."
