"""One orbit: four walks through the same corridor under the same rule, through 1, 3, 5 and 7 doors in the same time.

A frame shows nothing but its phase between two crossings. Frame `f` of `64 j + 1` of a walk through `n` doors has the
phase `n f mod 64 j`; as `n` is odd, the frames sampled from all four walks have the same phases in another order.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import Any

from qa_gen.synth.names import neutral
from qa_gen.synth.world import RGB, Film, Place, Scene
from qa_gen.synth.worlds.vlnce.corridor import Corridor, a_corridor
from qa_gen.synth.worlds.vlnce.instruction import CARDINALS, DOORS, OPTIONS, QUESTION, instruction
from qa_gen.synth.worlds.vlnce.view import SIDE, picture
from qa_gen.synth.worlds.vlnce.walk import DECISIONS, STEP_METRES, Decision, Walk

SOURCE = "vlnce"
TASKS = ("egocentric_navigation",)

LENGTHS = ((1, 8), (2, 10), (2, 12), (2, 15))
"""Pairs of j and frames per second: 8 to 13 seconds for `64 j + 1` frames."""


def orbit_size(task: str, index: int) -> int:
    return len(DECISIONS)


def scenes(place: Place) -> list[Scene]:
    rng = place.rng("walks")
    corridor = a_corridor(place.rng("look"))
    length, fps = rng.choice(LENGTHS)
    decisions = rng.sample(DECISIONS, len(DECISIONS))
    rule: dict[int, Decision] = dict(zip(DOORS, decisions, strict=True))
    told = instruction(rule, place.rng("wording"))
    options = place.rng("options").sample(DECISIONS, len(DECISIONS))
    building = {
        "scan": neutral(rng.randrange(36**5), length=11),
        "trajectory": place.first_video // len(DECISIONS) + 1,
    }
    start = (round(rng.uniform(-9, 9), 3), round(rng.uniform(0, 3), 3), round(rng.uniform(-9, 9), 3))
    yaw = 15 * rng.randrange(24)
    members = rng.sample(DOORS, len(DOORS))
    return [
        scene(
            place,
            member,
            walk=Walk(start, yaw, doors, corridor.door_steps, rule[doors], rng.randint(8, 16)),
            corridor=corridor,
            phases=64 * length,
            fps=fps,
            told=told,
            options=options,
            building=building,
        )
        for member, doors in enumerate(members)
    ]


def scene(
    place: Place,
    member: int,
    *,
    walk: Walk,
    corridor: Corridor,
    phases: int,
    fps: int,
    told: str,
    options: list[Decision],
    building: dict[str, Any],
) -> Scene:
    episode = place.first_video + member + 1
    film = Film(
        path=f"clips/{place.name(member, length=6)}.mp4",
        width=SIDE,
        height=SIDE,
        fps=Fraction(fps),
        num_frames=phases + 1,
        frame=partial(frame, corridor, walk.doors, phases),
    )
    seconds = phases / fps
    dials = {
        "doors": walk.doors,
        "metres_per_second": round(walk.metres_shown / seconds, 3),
        "doors_per_second": round(walk.doors / seconds, 3),
    }
    question, choices = QUESTION.format(instruction=told), [OPTIONS[decision] for decision in options]
    mark = place.mark(member, film, question, choices, options.index(walk.decision), record=str(episode), dials=dials)
    records = {"episode": episode_record(episode, walk, told, building), "gt": gt_record(walk)}
    records["clip"] = {"episode_id": episode, "frame": walk.steps_shown, "clip": film.path}
    return Scene(film, records, captions(walk, corridor), (mark,))


def frame(corridor: Corridor, doors: int, phases: int, index: int) -> RGB:
    return picture(corridor, doors * index % phases, phases)


def episode_record(episode: int, walk: Walk, told: str, building: dict[str, Any]) -> dict[str, Any]:
    """As in `val_unseen.json`, but for the tokens, which follow from the text."""
    locations = walk.locations()
    end = locations[-1]
    path = [locations[0], locations[walk.steps_shown], end]
    return {
        "episode_id": episode,
        "trajectory_id": building["trajectory"],
        "scene_id": f"mp3d/{building['scan']}/{building['scan']}.glb",
        "start_position": locations[0],
        "start_rotation": walk.start_rotation(),
        "info": {"geodesic_distance": (len(locations) - 1) * STEP_METRES},
        "goals": [{"position": end, "radius": 3.0}],
        "instruction": {"instruction_text": told},
        "reference_path": path if end != path[1] else path[:2],
    }


def gt_record(walk: Walk) -> dict[str, Any]:
    locations = walk.locations()
    return {"locations": locations, "actions": walk.actions(), "forward_steps": len(locations) - 1}


def captions(walk: Walk, corridor: Corridor) -> tuple[str, ...]:
    doors = "one door" if walk.doors == 1 else f"{CARDINALS[walk.doors]} doors"
    return (
        f"The camera walks down a corridor with {corridor.door} door frames and goes through {doors}.",
        f"First-person view of a walk along a hallway through {doors}; the walk ends at a crossing.",
    )
