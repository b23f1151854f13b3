"""Who can be in a clip, in which shows, and what they say when nothing happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from qa_gen.synth.drawing.colours import PALETTE, Colour


@dataclass(frozen=True, slots=True)
class Show:
    """A show of TVQA: its name in the questions, what its clips' names begin with, the folder of its frames."""

    name: str
    prefix: str
    folder: str


SHOWS = (
    Show("Castle", "castle_", "castle_frames"),
    Show("Friends", "friends_", "friends_frames"),
    Show("Grey's Anatomy", "grey_", "grey_frames"),
    Show("House M.D.", "house_", "house_frames"),
    Show("How I Met You Mother", "met_", "met_frames"),
    Show("The Big Bang Theory", "", "bbt_frames"),
)
"""As the source spells them; the clips of the last one have no prefix."""

NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "red": ("Anna", "Bruno", "Carla", "Dario", "Elsa", "Fritz", "Greta", "Hugo"),
        "yellow": ("Ivy", "Jakob", "Kira", "Leo", "Mona", "Nils", "Olga", "Pablo"),
        "green": ("Quinn", "Rosa", "Simon", "Tara", "Uwe", "Vera", "Willy", "Xenia"),
        "cyan": ("Yusuf", "Zoe", "Arno", "Bella", "Cyril", "Dora", "Emil", "Flora"),
        "blue": ("Gina", "Henry", "Ines", "Jonas", "Karin", "Lukas", "Maria", "Noah"),
        "purple": ("Oskar", "Petra", "Rafael", "Sonja", "Timo", "Ulla", "Viktor", "Wanda"),
        "pink": ("Xaver", "Yara", "Zeno", "Alice", "Boris", "Clara", "David", "Edith"),
    }
)
"""A character wears the same colour in every show, on the name tag."""

TAG: Mapping[str, Colour] = MappingProxyType(
    {name: PALETTE[colour] for colour, names in NAMES.items() for name in names}
)


def cast(rng: Random, size: int) -> tuple[str, ...]:
    """So many names whose tags have different colours, in a random order."""
    return tuple(rng.choice(NAMES[colour]) for colour in rng.sample(sorted(NAMES), size))


CLIPS = 24 * 24 * 2 * 100
"""Names of clips in a show: season, episode, segment, clip."""


def clip_name(show: Show, number: int, salt: str) -> str:
    """What the clip is called. Other numbers below `CLIPS` get other names, in an order that says nothing.

    >>> clip_name(SHOWS[0], 0, "test"), clip_name(SHOWS[5], 1, "test")
    ('castle_s12e24_seg02_clip_02', 's21e18_seg01_clip_29')
    """
    if not 0 <= number < CLIPS:
        raise ValueError(f"number {number} has no name among the {CLIPS} clips of a show")
    start = Random(f"tvqa/clips/{salt}").randrange(CLIPS)
    rest, clip = divmod((start + number * STEP) % CLIPS, 100)
    rest, segment = divmod(rest, 2)
    season, episode = divmod(rest, 24)
    return f"{show.prefix}s{season + 1:02d}e{episode + 1:02d}_seg{segment + 1:02d}_clip_{clip:02d}"


STEP = 41_927
"""Has no divisor in common with `CLIPS`, so the steps meet every clip once."""

LINES = (
    "Did you sleep at all last night?",
    "Not since the trip to the coast.",
    "I thought the meeting was moved to Friday.",
    "Nobody tells me anything around here.",
    "You always say that.",
    "My sister is coming to town this weekend.",
    "How long is she going to stay?",
    "A week, maybe two. She never really says.",
    "That is what worries me.",
    "The soup was better the last time.",
    "They have a new cook, from Lisbon.",
    "Have you ever been there?",
    "Once, as a child. I only remember the trams.",
    "We could take the train in the spring.",
    "If I get the days off.",
    "Did your neighbour ever call back?",
    "No, and I am not going to wait for it.",
    "It has been raining for three days now.",
    "The roof of the garage will not last much longer.",
    "I know somebody who could have a look at it.",
    "What would that cost?",
    "Less than a new car.",
    "You should write that down somewhere.",
    "I had the strangest dream about an elevator.",
    "Was I in it?",
    "Everybody was in it. Nobody could find the right floor.",
    "Let us talk about it after lunch.",
    "I promised my mother to be there by six.",
    "Then you had better leave early.",
    "There is no hurry. She is never on time herself.",
    "Remember the winter when the river froze?",
    "We walked all the way to the island.",
    "And back, in the dark, with wet feet.",
    "I would do it again.",
    "So would I.",
    "The new doctor seems nice.",
    "She asked me about my knee for half an hour.",
    "Is it any better?",
    "Only when I do not think about it.",
    "Then do not think about it.",
)
"""Talk about other things: nothing that can be seen, and none of the cast."""
