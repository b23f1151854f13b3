"""A corpus -> one picture that shows a person what was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mvbench.errors import RunError
from mvbench.folders import explained
from mvbench.tasks import public_tasks
from qa_gen.synth.corpus import Order, made_with
from qa_gen.synth.sheet import contact_sheet
from qa_gen.synth.world import RGB, Scene
from qa_gen.synth.worlds import world

FILE = "contact-sheet.jpg"
PICTURES = 6


def write(folder: Path, order: Order, facts: Mapping[str, Any]) -> Path:
    """Write the contact sheet of the corpus: a row per task, from the first orbit of each, drawn anew.

    Raises RunError where the corpus was made with other code, which may have drawn other scenes.
    """
    if facts["made_with"] != made_with():
        raise RunError(f"{str(folder)!r} was made by another version, and this one may draw other scenes: no sheet")
    file = folder / FILE
    with explained(folder, advice="the corpus itself is complete"):
        contact_sheet(list(rows(order))).save(file, quality=85)
    return file


def rows(order: Order) -> Iterator[tuple[str, list[RGB]]]:
    first = {place.task: place for place in reversed(order.places())}
    for task in public_tasks():
        if place := first.get(task.key):
            yield f"{task.title} ({task.source})", pictures(world(place.source).scenes(place)[0])


def pictures(scene: Scene) -> list[RGB]:
    """Pictures from all over what the scene is asked about."""
    orbit, film = scene.marks[0].orbit, scene.film
    start, end = 0, film.num_frames - 1
    if orbit.start_seconds is not None and orbit.end_seconds is not None:
        start, end = round(orbit.start_seconds * film.fps), min(round(orbit.end_seconds * film.fps), end)
    return [film.frame(int(index)) for index in np.linspace(start, end, 2 * PICTURES + 1)[1::2]]
