"""What did the model see? One picture of exactly the frames it would get, with their times."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from mvbench.errors import UsageError
from mvbench.evaluation import reader
from mvbench.plan import Plan
from mvbench.runner import Shown
from mvbench.tasks import choose
from mvbench.terminal import plain
from mvbench.types import Frames, Sample
from mvbench.views import shown_instead

if TYPE_CHECKING:
    from PIL import Image

MARGIN = 6
CAPTION = 18
WIDEST = 1600
LARGEST_TILE = 320


def find(plan: Plan, place: str) -> Sample:
    """The sample `task:index`, or with its id `task/0003`. Raises UsageError naming what there is."""
    name, _, index = place.replace("/", ":").partition(":")
    chosen = choose(plan.dataset.tasks, name)
    if len(chosen) > 1:
        raise UsageError(f"{name!r} names {len(chosen)} tasks; ask for one, such as {chosen[0].key}:0")
    task = chosen[0]
    samples = {sample.id: sample for sample in plan.dataset.samples if sample.task == task.key}
    sample = samples.get(f"{task.key}/{int(index):04d}") if index.isdecimal() else None
    if sample is None:
        raise UsageError(f"{place!r} is no question: {task.key} has {task.key}:0 to {task.key}:{len(samples) - 1}")
    return sample


def look(plan: Plan, sample: Sample) -> Shown:
    """What a run over all questions with these settings would show for this sample."""
    shown = {one.id: one for one in shown_instead(plan.dataset.samples, plan.settings.view, seed=plan.settings.seed)}
    with reader(plan, [shown[sample.id]]) as read:
        return read(shown[sample.id])


def contact_sheet(frames: Frames, title: str) -> Image.Image:
    """All frames in reading order, each with its index in the source and its time."""
    from PIL import Image, ImageDraw, ImageFont

    count, height, width, _ = frames.rgb.shape
    scale = min(1.0, LARGEST_TILE / max(height, width))
    tile_width, tile_height = max(1, round(width * scale)), max(1, round(height * scale))
    columns = max(1, min(count, math.ceil(math.sqrt(count)), (WIDEST - MARGIN) // (tile_width + MARGIN)))
    rows = math.ceil(count / columns)
    sheet_width = max(MARGIN + columns * (tile_width + MARGIN), 360)
    sheet = Image.new("RGB", (sheet_width, 2 * MARGIN + CAPTION + rows * (tile_height + CAPTION + MARGIN)), "#f6f6f4")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    draw.text((MARGIN, MARGIN), plain(title), fill="#222222", font=font)
    for number, (rgb, index, seconds) in enumerate(zip(frames.rgb, frames.indices, frames.pts_seconds, strict=True)):
        left = MARGIN + number % columns * (tile_width + MARGIN)
        top = 2 * MARGIN + CAPTION + number // columns * (tile_height + CAPTION + MARGIN)
        tile = Image.fromarray(rgb)
        sheet.paste(tile if scale == 1.0 else tile.resize((tile_width, tile_height)), (left, top))
        draw.text((left, top + tile_height + 2), f"#{index}  {seconds:.2f} s", fill="#555555", font=font)
    return sheet


def save(sheet: Image.Image, path: Path) -> None:
    """Raises UsageError where nothing can be written."""
    try:
        sheet.save(path, format="PNG")
    except OSError as error:
        raise UsageError(f"cannot write {str(path)!r}: {error.strerror or error}; choose another --out") from None
