"""What a model would see of a film, without the detour over a file."""

import numpy as np
from PIL import Image

from qa_gen.synth.sight import sampled
from qa_gen.synth.world import RGB, Scene

SIDE = 224


def as_shown(scene: Scene, num_frames: int = 16) -> RGB:
    """The sampled frames of the scene's first mark, the shorter side resized to 224, the centre square."""
    film, orbit = scene.film, scene.marks[0].orbit
    return np.stack([centre(film.frame(index)) for index in sampled(film, orbit, num_frames)])


def centre(frame: RGB) -> RGB:
    height, width = frame.shape[:2]
    part = SIDE / min(height, width)
    picture = Image.fromarray(np.ascontiguousarray(frame)).resize(
        (round(width * part), round(height * part)), Image.Resampling.BICUBIC
    )
    left, top = (picture.width - SIDE) // 2, (picture.height - SIDE) // 2
    return np.asarray(picture.crop((left, top, left + SIDE, top + SIDE)))
