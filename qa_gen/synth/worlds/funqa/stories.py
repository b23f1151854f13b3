"""Six ordinary scenes, and for each the surprises that may break it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.funqa import creative, humor, magic
from qa_gen.synth.worlds.funqa.stage import Stage

Genre = Literal["H", "C", "M"]
"""Humor, creative, magic, as file names begin."""

ROUND = ("ball", "teddy", "hat", "cup", "bag", "book")
"""Things of the kit that are mostly of one colour."""


class Change(NamedTuple):
    """How the strongly coloured things end, compared with how they begin.

    Areas: what came (1: there was none before) or went (-1). Places in quarters of the picture: away to either side,
    and down. `warm_wider`: by how much its width has grown, in its heights.
    """

    warm_area: float = 0.0
    warm_away: float = 0.0
    warm_down: float = 0.0
    warm_wider: float = 0.0
    cool_area: float = 0.0
    cool_away: float = 0.0
    cool_down: float = 0.0


@dataclass(frozen=True, slots=True)
class Event:
    """`sentence` says what happens, `reason` why it is funny, creative or possible, about {warm}, {cool}, {thing}.

    `change` is what the event does to the picture, by which the oracle tells it from the others of its story.
    """

    sentence: str
    reason: str
    title: str
    picture: Callable[[Stage, float], RGB]
    change: Change


@dataclass(frozen=True, slots=True)
class Story:
    """`setting` says what can be seen before anything happens."""

    name: str
    genre: Genre
    setting: str
    events: tuple[Event, ...]


TRICK = Story(
    "trick", "M", "A person stands behind a table with a {warm} {thing} on it.",
    (
        Event(
            "The {warm} {thing} leaves the table by itself and floats up into the air.",
            "A thin thread that nobody can see pulls the {thing} up.", "Lighter than air",
            magic.floating, Change(warm_down=-1.3),
        ),
        Event(
            "The {warm} {thing} fades away on the table by itself until it is gone.",
            "Two takes with and without the {thing} are laid over each other.", "Now you see it",
            magic.vanishing, Change(warm_area=-1.0),
        ),
        Event(
            "The {warm} {thing} swells up on the table by itself to twice its old size.",
            "Pictures of a larger and larger {thing} follow one another.", "A growing attraction",
            magic.swelling, Change(warm_area=0.8, warm_down=-0.4),
        ),
        Event(
            "The {warm} {thing} splits on the table by itself and becomes two.",
            "A second {thing} was hidden exactly behind the first one.", "Two for one",
            magic.doubling, Change(warm_area=0.5, warm_wider=1.2),
        ),
        Event(
            "The {warm} {thing} on the table turns {cool} by itself before our eyes.",
            "Coloured light makes the {thing} look {cool} in the end.", "A change of mood",
            magic.recolouring, Change(warm_area=-1.0, cool_area=1.0),
        ),
    ),
)  # fmt: skip

BOX = Story(
    "box", "M", "A person stands behind a table with a {cool} box on it.",
    (
        Event(
            "A {warm} balloon comes out of the {cool} box and floats up on a thread.",
            "The balloon lay flat in the box and was filled with light gas.", "Out of the box",
            magic.box_releases_balloon, Change(warm_area=1.0),
        ),
        Event(
            "The {cool} box on the table turns bit by bit into a large {warm} ball.",
            "Two takes with a box and with a ball are laid over each other.", "Squaring the circle",
            magic.box_becomes_ball, Change(warm_area=1.0, cool_area=-1.0),
        ),
        Event(
            "The {cool} box on the table shrinks until it would fit into a hand.",
            "Pictures of a smaller and smaller box follow one another.", "Small packet",
            magic.box_shrinks, Change(cool_area=-0.9, cool_down=0.3),
        ),
        Event(
            "The {cool} box leaves the table by itself and floats up into the air.",
            "A thin thread that nobody can see pulls the box up.", "Air mail",
            magic.box_rises, Change(cool_down=-1.3),
        ),
        Event(
            "The {cool} box slides by itself from one side of the table to the other.",
            "A magnet below the table pulls the box along.", "Moving house",
            magic.box_slides, Change(cool_away=1.5),
        ),
    ),
)  # fmt: skip

PARTY = Story(
    "party", "H", "A guest in a {cool} hat reaches for a {warm} cake on a table.",
    (
        Event(
            "The {cool} hat is blown off the head of the guest and flies away.",
            "The guest only thinks of the cake, and the hat takes the chance.", "Hats off",
            humor.hat_flies, Change(cool_area=-1.0),
        ),
        Event(
            "The {warm} cake slides over the edge of the table and hits the floor.",
            "The guest was about to take the cake, and the cake went first.", "Piece of cake",
            humor.cake_slides, Change(warm_away=1.0, warm_down=1.1),
        ),
        Event(
            "The legs of the table give way and the {warm} cake goes down with it.",
            "Of all things the table cannot bear the weight of one cake.", "A heavy dessert",
            humor.table_breaks, Change(warm_down=0.75),
        ),
        Event(
            "The guest falls over backwards and the {cool} hat lands on the floor.",
            "The guest wants the cake so much that both feet lose the ground.", "Head over heels",
            humor.guest_falls, Change(cool_away=0.4, cool_down=2.2),
        ),
        Event(
            "The {cool} hat leaps from the head of the guest onto the {warm} cake.",
            "The hat gets to the cake before the guest does.", "The icing on the cake",
            humor.hat_lands_on_cake, Change(cool_away=1.5, cool_down=0.65),
        ),
    ),
)  # fmt: skip

WALKED = 0.7
"""How far the player comes before the kick, in quarters of the picture."""

KICK = Story(
    "kick", "H", "A player in {cool} walks up to a {warm} ball and kicks.",
    (
        Event(
            "The {warm} ball flies up, comes down on the head of the player and stays.",
            "The player meant to shoot far and becomes the goal.", "Own goal",
            humor.ball_lands_on_head, Change(warm_away=0.65, warm_down=-2.4, cool_away=WALKED),
        ),
        Event(
            "The player loses balance during the kick and lies flat on the ground.",
            "So much effort, and the ball has not moved at all.", "A low point",
            humor.player_falls, Change(cool_away=0.4, cool_down=1.3),
        ),
        Event(
            "The {warm} ball bursts at the kick and only small scraps of it are left.",
            "The kick was too much for a ball that looked so firm.", "Full power",
            humor.ball_bursts, Change(warm_area=-1.0, cool_away=WALKED),
        ),
        Event(
            "The {warm} ball rolls away on its own before the foot can touch it.",
            "The ball seems to know what is coming and does not wait.", "Not today",
            humor.ball_runs_away, Change(warm_away=1.35, cool_away=WALKED),
        ),
    ),
)  # fmt: skip

PICTURE = Story(
    "picture", "C", "A person shows a picture of a {warm} {thing} on an easel.",
    (
        Event(
            "The painted {warm} {thing} drops out of the picture and lands on the floor.",
            "A flat drawing behaves as if it had weight.", "Falling out of the frame",
            creative.picture_drops_it, Change(warm_down=1.45),
        ),
        Event(
            "The painted {warm} {thing} rises out of the picture and hangs above it.",
            "A flat drawing behaves as if it were a balloon.", "Above the canvas",
            creative.picture_sends_it_up, Change(warm_down=-1.35),
        ),
        Event(
            "The painted {warm} {thing} grows until it takes up the whole picture.",
            "A flat drawing behaves as if it came closer.", "Larger than life",
            creative.picture_is_filled, Change(warm_area=0.7),
        ),
        Event(
            "The painted {warm} {thing} changes its colour in the picture to {cool}.",
            "A dry drawing behaves as if it were painted anew.", "Second thoughts",
            creative.picture_recolours, Change(warm_area=-1.0, cool_area=1.0),
        ),
        Event(
            "The painted {warm} {thing} splits inside the picture and becomes two.",
            "A drawing makes a copy of itself without a brush.", "Copy and paste",
            creative.picture_doubles, Change(warm_area=0.5, warm_wider=1.2),
        ),
    ),
)  # fmt: skip

PLANT = Story(
    "plant", "C", "A person stands beside a table with a {warm} flower in a {cool} pot.",
    (
        Event(
            "The {warm} flower shoots up from its pot on a stem that grows and grows.",
            "Weeks of growing are shown in a second.", "Reach for the sky",
            creative.plant_shoots_up, Change(warm_down=-1.3),
        ),
        Event(
            "The {warm} flower in the pot changes its colour to {cool} all by itself.",
            "A flower is used as if it were a lamp.", "Fashion for flowers",
            creative.plant_recolours, Change(warm_area=-1.0, cool_area=0.4, cool_down=-0.3),
        ),
        Event(
            "The pot with the {warm} flower takes off from the table and hovers.",
            "A heavy pot is used as if it were a balloon.", "Hanging garden",
            creative.plant_hovers, Change(warm_down=-1.05, cool_down=-1.05),
        ),
        Event(
            "The {warm} flower shrinks back into its {cool} pot until it is gone.",
            "The growing of a plant is shown backwards.", "Early winter",
            creative.plant_hides, Change(warm_area=-1.0),
        ),
        Event(
            "The {warm} flower in the pot swells until it is twice as large as before.",
            "A flower is used as if it were a balloon.", "Full bloom",
            creative.flower_swells, Change(warm_area=0.75, warm_down=-0.25),
        ),
    ),
)  # fmt: skip

STORIES: tuple[Story, ...] = (PARTY, PICTURE, TRICK, KICK, PLANT, BOX)
"""Genres in turn."""
