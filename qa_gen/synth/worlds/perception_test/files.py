"""Takes -> the official files: `all_*.json`, `mc_question_*.json` and `cut_frame_mapping_*.json`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from qa_gen.splits import Split
from qa_gen.synth.listing import write_json_object
from qa_gen.synth.world import Told
from qa_gen.synth.worlds.perception_test.stage import Action, Game, Stage, Take, Track

SPLIT_NAMES: Mapping[Split, str] = MappingProxyType({"test": "valid", "train": "train"})
QUESTION = 0
"""Id of the one question that each video has."""

LABELS = (
    "Putting something under something", "Moving something around", "Lifting something up",
    "Throwing something in the air", "Lifting something and putting it back", "Rolling something on a slanted surface",
    "Waving something", "Hitting something with something", "Dropping something and pulling it up",
    "Pushing something from left to right", "Turning something off", "Turning something on", "Closing something",
    "Opening something", "Showing something to the camera",
)  # fmt: skip
"""Of actions; `label_id` is the place in this list."""


def record(
    video_id: str, stage: Stage, game: Game, take: Take, *, choices: tuple[str, ...], answer: int
) -> dict[str, Any]:
    """A video's value in `all_*.json`."""
    return {
        "metadata": {
            "split": SPLIT_NAMES[stage.place.split],
            "video_id": video_id,
            "frame_rate": float(stage.fps),
            "num_frames": take.num_frames,
            "resolution": [stage.height, stage.width],
            "audio_samples": 0,
            "audio_sample_rate": 48000,
            "is_cup_game": int(game.is_cup_game),
            "is_camera_moving": 0,
        },
        "object_tracking": [tracked(number, track, stage, take) for number, track in enumerate(take.tracks)],
        "point_tracking": [],
        "action_localisation": [localised(number, action, stage) for number, action in enumerate(take.actions)],
        "sound_localisation": [],
        "mc_question": [
            {
                "id": QUESTION,
                "question": game.question,
                "options": list(choices),
                "answer_id": answer,
                "area": game.area,
                "reasoning": "descriptive",
                "tag": list(game.tags),
            }
        ],
        "grounded_question": [],
    }


def tracked(number: int, track: Track, stage: Stage, take: Take) -> dict[str, Any]:
    """A box every second, its sides as shares of the picture."""
    frames = list(range(0, take.num_frames, stage.fps))
    size = (stage.width, stage.height, stage.width, stage.height)
    return {
        "id": number,
        "label": track.label,
        "is_occluder": int(track.is_occluder),
        "bounding_boxes": [
            [round(min(max(edge / whole, 0.0), 1.0), 6) for edge, whole in zip(track.box(index), size, strict=True)]
            for index in frames
        ],
        "initial_tracking_box": [int(index == 0) for index in frames],
        "frame_ids": frames,
        "timestamps": [microseconds(index, stage) for index in frames],
        "is_masked": [0] * len(frames),
    }


def localised(number: int, action: Action, stage: Stage) -> dict[str, Any]:
    return {
        "id": number,
        "label": action.label,
        "label_id": LABELS.index(action.label),
        "parent_objects": list(action.objects),
        "frame_ids": [action.first, action.last],
        "timestamps": [microseconds(action.first, stage), microseconds(action.last, stage)],
    }


def microseconds(index: int, stage: Stage) -> int:
    return index * 1_000_000 // stage.fps


def publish(folder: Path, told: Callable[[], Iterable[Told]], split: Split) -> None:
    name = SPLIT_NAMES[split]
    write_json_object(folder / f"all_{name}.json", members(told, lambda row: row))
    write_json_object(folder / f"mc_question_{name}.json", members(told, questions))
    cuts = ((Path(one.video).stem, one.records["cut"]) for one in told() if one.records["cut"] is not None)
    write_json_object(folder / f"cut_frame_mapping_{name}.json", cuts)


def members(told: Callable[[], Iterable[Told]], shown: Callable[[Any], Any]) -> Iterable[tuple[str, Any]]:
    return ((Path(one.video).stem, shown(one.records["row"])) for one in told())


def questions(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("metadata", "mc_question")}
