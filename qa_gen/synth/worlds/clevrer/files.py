"""The official files: one annotation per video, and one file of questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from qa_gen.splits import Split
from qa_gen.synth.listing import write_json_lines, write_json_list
from qa_gen.synth.world import Told
from qa_gen.synth.worlds.clevrer.take import NUM_FRAMES, Take, from_record
from qa_gen.synth.worlds.clevrer.things import HALF_HEIGHT

RECORD = "clevrer"
"""Key of the records that this reads."""

FIRST_INDEX: Mapping[Split, int] = {"train": 0, "test": 10_000}
"""The source's training videos count from 0, its validation videos from 10000."""

FOLDER: Mapping[Split, str] = {"train": "train", "test": "validation"}
DIGITS = 6


def scene_index(split: Split, number: int) -> int:
    return FIRST_INDEX[split] + number


def shelf(index: int) -> str:
    """Videos and annotations lie in folders of a thousand.

    >>> shelf(12345)
    '12000-13000'
    """
    low = index // 1000 * 1000
    return f"{low:05d}-{low + 1000:05d}"


def video_file(split: Split, index: int) -> str:
    return f"video_{FOLDER[split]}/video_{shelf(index)}/video_{index:05d}.mp4"


def annotation_file(split: Split, index: int) -> str:
    return f"annotation_{FOLDER[split]}/annotation_{shelf(index)}/annotation_{index:05d}.json"


def publish(folder: Path, told: Callable[[], Iterable[Told]], split: Split) -> None:
    """Write both kinds of files, one video at a time."""
    write_json_list(folder / f"{FOLDER[split]}.json", (question_record(video.records[RECORD]) for video in told()))
    for video in told():
        record = video.records[RECORD]
        index = record["scene_index"]
        write_json_lines(folder / annotation_file(split, index), [annotation(index, from_record(record))])


def question_record(record: Mapping[str, Any]) -> dict[str, Any]:
    index = record["scene_index"]
    return {"scene_index": index, "video_filename": f"video_{index:05d}.mp4", "questions": record["questions"]}


def annotation(index: int, take: Take) -> dict[str, Any]:
    return {
        "scene_index": index,
        "video_filename": f"video_{index:05d}.mp4",
        "object_property": [
            {"object_id": disc, "color": thing.colour, "material": thing.material, "shape": thing.shape}
            for disc, thing in enumerate(take.things)
        ],
        "motion_trajectory": trajectory(take),
        "collision": [
            {
                "object_ids": [hit.first, hit.second],
                "frame_id": frame,
                "location": [round(hit.x, DIGITS), round(hit.y, DIGITS), HALF_HEIGHT],
            }
            for frame, hit in take.hits
        ],
    }


def trajectory(take: Take) -> list[dict[str, Any]]:
    motion = take.motion
    flat = np.zeros_like(motion.yaw)
    lifted = np.full_like(motion.yaw, HALF_HEIGHT)
    table = [
        np.round(np.stack(parts, axis=2) + 0.0, DIGITS).tolist()
        for parts in (
            (motion.location[..., 0], motion.location[..., 1], lifted),
            (flat, flat, motion.yaw),
            (motion.velocity[..., 0], motion.velocity[..., 1], flat),
            (flat, flat, motion.spin),
        )
    ]
    inside = motion.inside.tolist()
    return [
        {
            "frame_id": frame,
            "objects": [
                {
                    "object_id": disc,
                    "location": location,
                    "orientation": orientation,
                    "velocity": velocity,
                    "angular_velocity": angular_velocity,
                    "inside_camera_view": inside[frame][disc],
                }
                for disc, (location, orientation, velocity, angular_velocity) in enumerate(
                    zip(*(columns[frame] for columns in table), strict=True)
                )
            ],
        }
        for frame in range(NUM_FRAMES)
    ]
