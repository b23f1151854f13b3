"""The pixel oracle: which event changed the picture from its beginning to its end as this one did."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from qa_gen.synth.seeing import Track
from qa_gen.synth.vivid import Spots, cool, spots, warm
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.funqa.stories import STORIES, Change, Event

QUARTER = 56.0
"""Pixels of a frame of 224."""


def look(task: str, frames: RGB, question: str, choices: Sequence[str]) -> int:
    """The choice whose event would change the picture most like this."""
    events = events_of(choices)
    change = change_of(spots(warm(frames), at_least=40), spots(cool(frames), at_least=40))
    return int(np.argmin([np.linalg.norm(np.subtract(change, event.change)) for event in events]))


def events_of(sentences: Sequence[str]) -> list[Event]:
    """The events whose sentences these are, with colours and things filled in: all of one story."""
    for story in STORIES:
        found = [event for sentence in sentences for event in story.events if tells(sentence, event)]
        if len(found) == len(sentences):
            return found
    raise ValueError(f"no story has these events: {list(sentences)}")


def tells(sentence: str, event: Event) -> bool:
    return bool(re.fullmatch(re.sub(r"\\\{\w+\\\}", r"\\w+", re.escape(event.sentence)), sentence))


def change_of(warm_spots: Spots, cool_spots: Spots) -> Change:
    return Change(
        warm_area=came(warm_spots.area),
        warm_away=abs(moved(warm_spots.x)),
        warm_down=moved(warm_spots.y),
        warm_wider=moved(warm_spots.width / np.maximum(warm_spots.height, 1.0) * QUARTER),
        cool_area=came(cool_spots.area),
        cool_away=abs(moved(cool_spots.x)),
        cool_down=moved(cool_spots.y),
    )


def ends(track: Track) -> tuple[float, float]:
    """Typical values of the first and of the last eighth of the frames."""
    part = max(1, len(track) // 8)
    return float(np.median(track[:part])), float(np.median(track[-part:]))


def came(area: Track) -> float:
    first, last = ends(area)
    return (last - first) / max(first, last, 1.0)


def moved(place: Track) -> float:
    """In quarters of the picture; 0 where there is nothing to compare."""
    first, last = ends(place)
    return (last - first) / QUARTER if np.isfinite(first) and np.isfinite(last) else 0.0
