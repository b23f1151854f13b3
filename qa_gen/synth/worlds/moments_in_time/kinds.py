"""What can be seen in the clips: ten things, each with two motions and their opposites."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from qa_gen.synth.seeing import Track
from qa_gen.synth.vivid import Spots, share_of_first
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.moments_in_time import goods, house, sky
from qa_gen.synth.worlds.moments_in_time.stage import Stage


class Way(NamedTuple):
    """One direction of a motion: its label, and a sentence about {warm} and {cool} things."""

    label: str
    caption: str


Pair = tuple[Way, Way]
"""A motion as its degree goes from 0 to 1, and back."""

Tracks = Callable[[Spots, Spots], tuple[Track, Track]]


@dataclass(frozen=True, slots=True)
class Kind:
    """`picture` draws (stage, degree of the first motion, degree of the second), each 0 to 1.

    `rests` are the degrees at which one motion may rest while the other happens. `tracks` are both degrees as the warm
    and the cool spots of the frames tell them: 1 more in the end where the whole motion was done, flat where it rests.
    """

    name: str
    first: Pair
    second: Pair
    picture: Callable[[Stage, float, float], RGB]
    tracks: Tracks
    rests: tuple[tuple[float, ...], tuple[float, ...]] = ((0.0,), (0.0,))

    @property
    def labels(self) -> frozenset[str]:
        return frozenset(way.label for way in (*self.first, *self.second))


def of_balloon(warm: Spots, cool: Spots) -> tuple[Track, Track]:
    return share_of_first(warm.area) / 0.8, -warm.bottom / 80


def of_umbrella(warm: Spots, cool: Spots) -> tuple[Track, Track]:
    return warm.width / 94, -cool.bottom / 77


def of_rocket(warm: Spots, cool: Spots) -> tuple[Track, Track]:
    return -warm.bottom / 84, cool.width / 65


def of_submarine(warm: Spots, cool: Spots) -> tuple[Track, Track]:
    return warm.y / 68, share_of_first(warm.area)


def of_lift(warm: Spots, cool: Spots) -> tuple[Track, Track]:
    return -share_of_first(cool.area) / 0.68, -cool.bottom / 98


def of_ladder(warm: Spots, cool: Spots) -> tuple[Track, Track]:
    return -cool.y / 93, -share_of_first(cool.area)


def of_tank(warm: Spots, cool: Spots) -> tuple[Track, Track]:
    return share_of_first(cool.area) / 0.92, warm.height / 105


def of_lorry(warm: Spots, cool: Spots) -> tuple[Track, Track]:
    """The lorry's middle is taken once: while it drives, the crate does not move, and its distance says nothing."""
    lorry = float(np.nanmedian(cool.x)) if np.isfinite(cool.x).any() else 0.0
    return -np.abs(warm.x - lorry) / 108, share_of_first(cool.area)


def of_suitcase(warm: Spots, cool: Spots) -> tuple[Track, Track]:
    return -share_of_first(warm.area), cool.height / 70


def of_porter(warm: Spots, cool: Spots) -> tuple[Track, Track]:
    """Pushing goes away from the person's side, whichever that is."""
    side = float(np.sign(np.nanmedian(warm.x - cool.x)))
    return side * warm.x / 65, -warm.y / 38


KINDS: tuple[Kind, ...] = (
    Kind(
        "balloon",
        (
            Way("inflating", "A {warm} and {cool} balloon fills with air on the ground."),
            Way("deflating", "A {warm} and {cool} balloon loses its air on the ground."),
        ),
        (
            Way("rising", "A {warm} and {cool} balloon rises from the ground."),
            Way("falling", "A {warm} and {cool} balloon sinks to the ground."),
        ),
        sky.balloon,
        of_balloon,
        rests=((1.0,), (0.0,)),
    ),
    Kind(
        "umbrella",
        (
            Way("opening", "A {warm} umbrella opens outdoors."),
            Way("closing", "A {warm} umbrella closes outdoors."),
        ),
        (
            Way("rising", "A {warm} umbrella rises into the air."),
            Way("falling", "A {warm} umbrella sinks out of the air."),
        ),
        sky.umbrella,
        of_umbrella,
        rests=((0.0, 1.0), (0.0, 1.0)),
    ),
    Kind(
        "rocket",
        (
            Way("launching", "A {warm} rocket takes off from its pad."),
            Way("landing", "A {warm} rocket lands on its pad."),
        ),
        (
            Way("opening", "The {cool} nose of a rocket opens on its pad."),
            Way("closing", "The {cool} nose of a rocket closes on its pad."),
        ),
        sky.rocket,
        of_rocket,
    ),
    Kind(
        "submarine",
        (
            Way("submerging", "A {warm} submarine goes down under water."),
            Way("rising", "A {warm} submarine comes up from under water."),
        ),
        (
            Way("entering", "A {warm} submarine comes into the picture at the surface of the sea."),
            Way("exiting", "A {warm} submarine leaves the picture at the surface of the sea."),
        ),
        sky.submarine,
        of_submarine,
        rests=((0.0,), (1.0,)),
    ),
    Kind(
        "lift",
        (
            Way("opening", "The {cool} doors of a lift open."),
            Way("closing", "The {cool} doors of a lift close."),
        ),
        (
            Way("ascending", "A {cool} lift goes up to the next floor."),
            Way("descending", "A {cool} lift goes down to the floor below."),
        ),
        house.lift,
        of_lift,
        rests=((0.0,), (0.0, 1.0)),
    ),
    Kind(
        "ladder",
        (
            Way("climbing", "A person in {cool} climbs a ladder."),
            Way("descending", "A person in {cool} comes down a ladder."),
        ),
        (
            Way("entering", "A person in {cool} walks in through a door."),
            Way("exiting", "A person in {cool} comes out of a door."),
        ),
        house.ladder,
        of_ladder,
    ),
    Kind(
        "tank",
        (
            Way("filling", "A tank fills with {cool} water."),
            Way("draining", "A tank of {cool} water runs empty."),
        ),
        (
            Way("opening", "The {warm} lid of a tank opens."),
            Way("closing", "The {warm} lid of a tank closes."),
        ),
        house.tank,
        of_tank,
        rests=((0.3, 0.5, 0.7), (0.0,)),
    ),
    Kind(
        "lorry",
        (
            Way("loading", "A crane puts a {warm} crate onto a {cool} lorry."),
            Way("unloading", "A crane takes a {warm} crate off a {cool} lorry."),
        ),
        (
            Way("entering", "A {cool} lorry drives into a yard where a {warm} crate stands."),
            Way("exiting", "A {cool} lorry leaves a yard where a {warm} crate stands."),
        ),
        goods.lorry,
        of_lorry,
        rests=((0.0,), (1.0,)),
    ),
    Kind(
        "suitcase",
        (
            Way("packing", "A hand packs {warm} clothes into a {cool} suitcase."),
            Way("unpacking", "A hand takes {warm} clothes out of a {cool} suitcase."),
        ),
        (
            Way("opening", "A hand opens a {cool} suitcase."),
            Way("closing", "A hand closes a {cool} suitcase."),
        ),
        goods.suitcase,
        of_suitcase,
        rests=((0.0, 1.0), (1.0,)),
    ),
    Kind(
        "porter",
        (
            Way("pushing", "A person in {cool} pushes a {warm} crate over the floor."),
            Way("pulling", "A person in {cool} pulls a {warm} crate over the floor."),
        ),
        (
            Way("lifting", "A person in {cool} lifts a {warm} crate off the floor."),
            Way("placing", "A person in {cool} puts a {warm} crate down on the floor."),
        ),
        goods.porter,
        of_porter,
    ),
)
"""All labels but "deflating" are classes of the source; no two kinds have the same four."""

CATEGORIES = tuple(sorted(frozenset(label for kind in KINDS for label in kind.labels)))
