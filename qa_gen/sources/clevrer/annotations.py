"""An annotation file -> the objects of a video and their motion."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np

from qa_gen.sources.clevrer.facts import Bools, Collision, Floats, Motion, Object
from qa_gen.sources.records import Unfit, digits_of, number_of, object_of, text_at

MOST_OBJECTS = 100
MOST_FRAMES = 100_000

Reject = Callable[[str, object], None]
"""Counts a part that is left out: the reason, and the part."""


def annotation_of(value: object, *, scene_index: int, reject: Reject) -> tuple[tuple[Object, ...], Motion]:
    """Objects and motion. Raises Unfit; a collision that cannot be used is left out."""
    record = object_of(value)
    if record.get("scene_index", scene_index) != scene_index:
        raise Unfit("annotation is of another scene")
    objects = objects_of(record.get("object_property"))
    places = {each.object_id: place for place, each in enumerate(objects)}
    frames = frames_of(record.get("motion_trajectory"))
    try:
        location, velocity, visible = arrays_of(frames, list(places))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise error if isinstance(error, Unfit) else Unfit("motion of an object cannot be read") from None
    collisions = []
    for entry in list_of(record.get("collision"), "collision"):
        try:
            collisions.append(collision_of(entry, places, len(frames)))
        except Unfit as error:
            reject(str(error), entry)
    collisions.sort(key=lambda collision: collision.frame)
    return objects, Motion(location, velocity, visible, tuple(collisions))


def objects_of(value: object) -> tuple[Object, ...]:
    found = []
    for entry in list_of(value, "object_property"):
        record = object_of(entry)
        words = (text_at(record, key) for key in ("color", "material", "shape"))
        found.append(Object(int(digits_of(record.get("object_id"), "object_id")), *words))
    if not 0 < len(found) <= MOST_OBJECTS:
        raise Unfit("no objects, or too many")
    if len({each.object_id for each in found}) < len(found):
        raise Unfit("an object_id comes twice")
    return tuple(found)


def frames_of(value: object) -> Sequence[Mapping[str, Any]]:
    """The frames of `motion_trajectory`, which must be all there, from 0 on, in order."""
    frames = list_of(value, "motion_trajectory")
    if not 0 < len(frames) <= MOST_FRAMES:
        raise Unfit("no frames, or too many")
    for number, frame in enumerate(frames):
        if not isinstance(frame, dict) or frame.get("frame_id", number) != number:
            raise Unfit("frames are missing or out of order")
        list_of(frame.get("objects"), "objects of a frame")
    return frames


def arrays_of(frames: Sequence[Mapping[str, Any]], ids: Sequence[int]) -> tuple[Floats, Floats, Bools]:
    """Location, velocity and view of every object in every frame.

    In real files every frame tells of all objects in one order, and only others are brought into it.
    """
    rows = [frame["objects"] for frame in frames]
    if any([entry["object_id"] for entry in row] != ids for row in rows):
        rows = [in_order(row, ids) for row in rows]
    entries = [entry for row in rows for entry in row]
    shape = (len(frames), len(ids))
    location = floats([entry["location"] for entry in entries])
    velocity = floats([entry["velocity"] for entry in entries])
    seen = np.array([entry["inside_camera_view"] for entry in entries])
    if seen.dtype != np.bool_:
        raise Unfit("inside_camera_view is not true or false")
    known = np.array([entry is not ABSENT for entry in entries])
    if not (np.isfinite(location[known]).all() and np.isfinite(velocity[known]).all()):
        raise Unfit("location or velocity is no finite number")
    return location.reshape(*shape, 3), velocity.reshape(*shape, 3), seen.reshape(shape)


NOWHERE = (float("nan"),) * 3
ABSENT: Mapping[str, Any] = {"location": NOWHERE, "velocity": NOWHERE, "inside_camera_view": False}


def in_order(row: Sequence[Mapping[str, Any]], ids: Sequence[int]) -> list[Mapping[str, Any]]:
    by_id = {entry["object_id"]: entry for entry in row}
    if len(by_id) < len(row) or not set(ids).issuperset(by_id):
        raise Unfit("objects of a frame are not those of the video")
    return [by_id.get(object_id, ABSENT) for object_id in ids]


def floats(triples: Sequence[Sequence[float]]) -> Floats:
    """`(N, 3)`, by way of one flat list, which is twice as fast as by nested ones."""
    if set(map(len, triples)) != {3}:
        raise Unfit("location or velocity is not three numbers")
    with np.errstate(over="ignore"):  # what is too large becomes infinite, which is told of later
        return np.fromiter(chain.from_iterable(triples), dtype=np.float32).reshape(-1, 3)


def collision_of(value: object, places: Mapping[int, int], num_frames: int) -> Collision:
    record = object_of(value)
    ids = list_of(record.get("object_ids"), "object_ids")
    try:
        first, second = (places[object_id] for object_id in ids)
    except (KeyError, TypeError, ValueError):
        raise Unfit("collision is not of two objects of the video") from None
    frame = number_of(record.get("frame_id"), "frame_id of a collision")
    if first == second or not 0 <= frame < num_frames:
        raise Unfit("collision is of one object, or outside the video")
    return Collision(int(frame), (first, second))


def list_of(value: object, key: str) -> list[Any]:
    if not isinstance(value, list):
        raise Unfit(f"no {key}")
    return value
