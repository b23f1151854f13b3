"""Rankings -> one page that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from leaderboard.page.values import ranking_values
from leaderboard.ranking import Ranking
from mvbench.report.inline import SHARED_SCRIPTS, asset, environment, inlined, policy
from mvbench.terminal import plain

GENERATOR = "mvbench leaderboard"
"""By this word in its head a page is known to be ours, and may be written over."""

SCRIPTS = ("elements.js", "table.js", "details.js", "filters.js", "compare.js", "board.js")
"""Our own, one after the other in one module."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file beside the page. `about` says in a few words what is in it."""

    name: str
    about: str
    size: int


@dataclass(frozen=True, slots=True)
class Remark:
    """What the checks remark about a model without refusing it."""

    model: str
    text: str


def page(rankings: Sequence[Ranking], *, downloads: Sequence[Download] = (), remarks: Sequence[Remark] = ()) -> str:
    """The page. Every text of an entry is escaped, control characters are replaced, and links lead to the web only."""
    made = environment("leaderboard.page")
    made.filters["plain"] = plain
    scripts = [*map(asset, SHARED_SCRIPTS), inlined("\n".join(map(own, SCRIPTS)))]
    return made.get_template("index.html.jinja").render(
        generator=GENERATOR,
        policy=policy(scripts),
        style=inlined(str(asset("style.css")) + own("board.css")),
        shared=scripts[:-1],
        script=scripts[-1],
        rankings=ranking_values(rankings),
        downloads=downloads,
        remarks=remarks,
    )


def own(name: str) -> str:
    return files(__name__).joinpath("templates", name).read_text("utf-8")
