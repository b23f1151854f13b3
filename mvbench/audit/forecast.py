"""What an audit would take, without asking anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mvbench.audit.rungs import Ladder
from mvbench.dry_run import TRIED, Past, about, earlier_run, read_some, spread, still_to_ask


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is left to ask on each rung, by its name, and what that takes; None: not known.

    `clips` are decoded for all rungs together, and once more for the one that decodes anew. `tokens`: in and out.
    """

    left: Mapping[str, int]
    total: int
    clips: int
    missing: int
    read_minutes: float
    answer_minutes: float | None
    usd: float | None
    past: Past | None


def forecast(ladder: Ladder) -> Forecast:
    """Count what is left, read a few clips, and take the rest from an earlier run, if there is one beside this."""
    plan, samples = ladder.plan, ladder.plan.dataset.samples
    left = {rung.name: still_to_ask(rung.plan, rung.samples) for rung in ladder.rungs}
    asked = sum(map(len, left.values()))
    shared = {
        sample.clip for rung in ladder.rungs if rung.plan.looks and not rung.decodes_anew for sample in left[rung.name]
    }
    anew = [sample.clip for rung in ladder.rungs if rung.decodes_anew for sample in left[rung.name]]
    there = [sample for sample in samples if sample.clip.path.exists()]
    seconds = read_some(plan, spread(there, TRIED)).seconds_per_clip
    past = earlier_run(plan) or earlier_run(ladder.rungs[0].plan)
    usd = None
    if past and plan.price and past.input_tokens is not None and past.output_tokens is not None:
        usd = plan.price.of(past.input_tokens * asked, past.output_tokens * asked)
    return Forecast(
        left={name: len(found) for name, found in left.items()},
        total=sum(len(rung.samples) for rung in ladder.rungs),
        clips=len(shared) + len(anew),
        missing=len(samples) - len(there),
        read_minutes=(len(shared) + len(anew)) * seconds / 60,
        answer_minutes=past.answer_seconds * asked / plan.model.concurrency / 60 if past else None,
        usd=usd,
        past=past,
    )


def in_words(found: Forecast, ladder: Ladder) -> Iterator[tuple[str, str]]:
    """A heading and a line for each thing that is known, or why it is not."""
    asked = sum(found.left.values())
    done = found.total - asked
    yield "requests", f"{asked:,} on {len(ladder.rungs)} rungs" + (f"; {done:,} are answered" if done else "")
    by_count: dict[int, list[str]] = {}
    for name, count in found.left.items():
        by_count.setdefault(count, []).append(name)
    for count, names in by_count.items():
        yield "", f"{count:,} each: {', '.join(names)}"
    for name, why in ladder.left_out.items():
        yield "", f"left out: {name} ({why})"
    absent = f"; {found.missing:,} questions have none" if found.missing else ""
    yield "clips", f"{found.clips:,} are decoded{absent}"
    reading = f"reading {about(found.read_minutes)}"
    if found.past is None or found.answer_minutes is None:
        yield "minutes", f"{reading}; answering is not known before a first run, such as `mvbench eval` with --limit 2"
    else:
        yield "minutes", f"{reading}, answering {about(found.answer_minutes)} (as in {found.past.folder})"
    if found.usd is not None:
        yield "money", f"about {found.usd:,.2f} USD by {ladder.plan.settings.price_table}"
    else:
        yield "money", "not known" if ladder.plan.price else "not known without --price-table"
