"""The simulation: what happens in the five clips of an orbit, and when.

A clip is a row of slots of equal length. In each slot one thing happens, which is over when the slot ends: somebody
steps forward and does the act of the orbit, a thing on the wall does what it can, or, later, somebody says something.
The window that is asked about holds eight slots; the five clips have the same eight in another order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import Literal, NamedTuple

from qa_gen.synth.worlds.tvqa.cast import LINES, SHOWS, Show, cast

FPS = 3
NUM_SLOTS = 8
PEOPLE = 5
START_SECONDS = 0.33
END_SECONDS: Mapping[int, float] = MappingProxyType({8: 21.66, 12: 32.33})
"""By the number of frames in a slot. The first frame of a folder is number 1, at 1/3 s: windows of 64 or 96 frames."""


class Act(NamedTuple):
    """What people do with a thing of the kit: "Anna holds up a book", "who holds up a book"."""

    phrase: str
    thing: str


ACTS = (
    Act("holds up a book", "book"),
    Act("raises a cup", "cup"),
    Act("shows a camera", "camera"),
    Act("lifts a bottle", "bottle"),
    Act("holds up a shoe", "shoe"),
    Act("raises a hat", "hat"),
    Act("lifts a teddy bear", "teddy"),
    Act("shows a key", "key"),
)

PROPS: Mapping[str, str] = MappingProxyType(
    {
        "lamp": "the lamp lights up",
        "phone": "the telephone rings",
        "screen": "the television comes on",
        "clock": "the bird comes out of the clock",
        "curtain": "the curtain closes",
        "bowl": "the fish jumps out of the bowl",
    }
)
"""Things on the wall, and what they can do. Each shines in a colour of its own while it does it."""

Kind = Literal["act", "prop", "talk", "rest"]


class Event(NamedTuple):
    """What happens in a slot. `subject` is a name of the cast, a key of `PROPS`, or nothing at rest."""

    kind: Kind
    subject: str = ""


REST = Event("rest")


class Line(NamedTuple):
    """A subtitle. Nobody of those in the picture says a line without a speaker."""

    speaker: str | None
    text: str
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True, slots=True)
class Script:
    """What the clips of an orbit share.

    `people` stand in this order, `props` hang in this order. The answer's slot comes right after the anchor's, or right
    before it. `later` follows the eight slots of the window.
    """

    show: Show
    people: tuple[str, ...]
    props: tuple[str, ...]
    act: Act
    anchor: str
    relation: Literal["after", "before"]
    anchor_slot: int
    slot_frames: int
    num_frames: int
    later: tuple[Event, ...]
    lines: tuple[Line, ...]

    @property
    def answer_slot(self) -> int:
        return self.anchor_slot + (1 if self.relation == "after" else -1)

    @property
    def question(self) -> str:
        return f"Who {self.act.phrase} right {self.relation} {PROPS[self.anchor]}?"

    @property
    def span_seconds(self) -> tuple[float, float]:
        """When the anchor and the answer happen, from the start of the first to the end of the second."""
        first = min(self.anchor_slot, self.answer_slot)
        return seconds(first * self.slot_frames), seconds((first + 2) * self.slot_frames)


def seconds(frame: int) -> float:
    """When the frame with this index, from 0, is shown: the source counts its pictures from 1."""
    return round((frame + 1) / FPS, 2)


def script(rng: Random) -> Script:
    people, props = cast(rng, PEOPLE), tuple(rng.sample(sorted(PROPS), 3))
    slot_frames = rng.choice(sorted(END_SECONDS))
    num_frames = rng.randint(60 * FPS, 90 * FPS)
    relation: Literal["after", "before"] = rng.choice(("after", "before"))
    anchor, *others = rng.sample(props, 3)
    later = happenings(rng, people, others, num_slots=num_frames // slot_frames - NUM_SLOTS)
    return Script(
        show=rng.choice(SHOWS),
        people=people,
        props=props,
        act=rng.choice(ACTS),
        anchor=anchor,
        relation=relation,
        anchor_slot=rng.randrange(NUM_SLOTS - 1) + (relation == "before"),
        slot_frames=slot_frames,
        num_frames=num_frames,
        later=later,
        lines=tuple(dialogue(rng, later, slot_frames)),
    )


def happenings(rng: Random, people: Sequence[str], props: Sequence[str], *, num_slots: int) -> tuple[Event, ...]:
    """After the window: mostly talk, now and then a thing on the wall; the anchor is not among them."""
    talk: list[Event] = []
    while len(talk) < num_slots:
        speaker = rng.choice([name for name in people if not talk or talk[-1].subject != name])
        talk.append(Event("prop", rng.choice(props)) if rng.random() < 0.15 else Event("talk", speaker))
    return tuple(talk)


def dialogue(rng: Random, later: Sequence[Event], slot_frames: int) -> list[Line]:
    """In the window an unseen voice speaks, in all clips alike; after it, who is shown to speak."""
    first_line = rng.randrange(len(LINES))
    texts = iter(LINES[first_line:] + LINES[:first_line])
    lines = [
        Line(None, next(texts), seconds(slot * slot_frames + 2), seconds((slot + 1) * slot_frames - 1))
        for slot in (1, 4, 6)
    ]
    for slot, event in enumerate(later, start=NUM_SLOTS):
        if event.kind == "talk":
            first = slot * slot_frames
            lines.append(Line(event.subject, next(texts), seconds(first + 1), seconds(first + slot_frames)))
    return lines


def members(told: Script, rng: Random) -> list[tuple[Event, ...]]:
    """The slots of the five clips: everybody has each of five slots once, one of which is the answer's."""
    free = [slot for slot in range(NUM_SLOTS) if slot not in (told.anchor_slot, told.answer_slot)]
    fillers = [prop for prop in told.props if prop != told.anchor]
    filler_slots = dict(zip(rng.sample(free, len(fillers)), fillers, strict=True))
    order = rng.sample(told.people, PEOPLE)
    clips = []
    for turn in rng.sample(range(PEOPLE), PEOPLE):
        turns = iter(order[turn:] + order[:turn])
        slots = []
        for slot in range(NUM_SLOTS):
            if slot == told.anchor_slot:
                slots.append(Event("prop", told.anchor))
            elif slot in filler_slots:
                slots.append(Event("prop", filler_slots[slot]))
            else:
                slots.append(Event("act", next(turns)))
        clips.append((*slots, *told.later))
    return clips


def captions(told: Script, events: Sequence[Event]) -> tuple[str, ...]:
    window = [sentence(told, event) for event in events[:NUM_SLOTS]]
    answer = window[told.answer_slot]
    talkers = [event.subject for event in told.later if event.kind == "talk"]
    return (
        f"{answer} right {told.relation} {PROPS[told.anchor]}.",
        f"{upper(', then '.join(window))}.",
        f"{', '.join(told.people[:-1])} and {told.people[-1]} are in a room.",
        *((f"Later {talkers[0]} is the first to say something.",) if talkers else ()),
    )


def sentence(told: Script, event: Event) -> str:
    return f"{event.subject} {told.act.phrase}" if event.kind == "act" else PROPS[event.subject]


def upper(text: str) -> str:
    return text[0].upper() + text[1:]
