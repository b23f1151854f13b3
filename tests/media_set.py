"""A small set of questions about real videos, in the MVBench layout: what was seen in the footage, written by hand."""

import json
from pathlib import Path

from mvbench.tasks import public_tasks

YOGA, DANCE, MIRROR = "yoga.mp4", "jesse_dance.mp4", "nasa_13013.mp4"
PARTS = ("At the beginning of the video.", "In the middle of the video.", "At the end of the video.",
         "Throughout the entire video.")  # fmt: skip


def part(which: int) -> tuple[str, int, tuple[str, ...]]:
    return PARTS[which], which, tuple(text for text in PARTS if text != PARTS[which])


# video as annotated | file on disk | question | right answer | its position | wrong answers | bounds
Row = tuple[str, str, str, str, int, tuple[str, ...], dict[str, float]]
ROWS: dict[str, list[Row]] = {
    "action_sequence": [
        (YOGA, YOGA, "What did the woman do right after she had arched her back with her chest raised?",
         "Pushed her hips up, hands and feet on the ground.", 2,
         ("Rolled over onto her back.", "Sat down with crossed legs.", "Jumped to her feet."),
         {"start": 3.7, "end": 6.0}),
        (YOGA, YOGA, "What did the woman do after she had held one arm straight up?",
         "Spread both arms to the sides.", 0,
         ("Lay down on her belly.", "Picked something up.", "Walked away."), {"start": 6.8, "end": 9.9}),
    ],
    "action_prediction": [
        (YOGA, YOGA, "What will the woman do next?", "Raise one arm towards the sky.", 3,
         ("Lie down flat.", "Do a handstand.", "Take off her top."), {"start": 4.3, "end": 6.75}),
    ],
    "fine_grained_action": [
        (f"dancing/{DANCE}", DANCE, "What is the man doing?", "dancing", 1, ("swimming", "cooking", "climbing"), {}),
    ],
    "unexpected_action": [
        (f"test_creative/{DANCE}", DANCE, "What do the drawings do that drawings cannot do?",
         "They come to life and dance along with the man", 0,
         ("They are swallowed by the dog", "They melt and drip onto the floor", "They catch fire one by one"), {}),
    ],
    "object_interaction": [
        (MIRROR, MIRROR, "What does the worker stand in?", "The red lift basket.", 2,
         ("The rowing boat.", "The elevator.", "The car."),
         {"start": 5.9, "end": 8.0, "accurate_start": 6.0, "accurate_end": 8.0}),
    ],
    "action_localization": [
        (YOGA, YOGA, "When does the woman hold her raised foot with one hand?", *part(0),
         {"start": 0.0, "end": 4.8, "accurate_start": 0.0, "accurate_end": 1.6}),
        (YOGA, YOGA, "When does the woman lift her chest and look up, legs on the ground?", *part(1),
         {"start": 3.3, "end": 4.8, "accurate_start": 3.8, "accurate_end": 4.3}),
        (YOGA, YOGA, "When does the woman stand with both arms spread wide?", *part(2),
         {"start": 6.7, "end": 9.9, "accurate_start": 8.9, "accurate_end": 9.9}),
    ],
    "fine_grained_pose": [
        # annotated as the data set's .avi, present as .mp4: the rule of the same stem with another known extension
        ("S001C001P001R001A095_rgb.avi", DANCE, "How does the man hold himself when the video ends?",
         "with both arms flung out", 1, ("with folded arms", "squatting down", "with both hands on his head"), {}),
    ],
    "scene_transition": [
        (MIRROR, MIRROR, "How does the view change?",
         "From far away to a close-up of the worker, then further away.", 3,
         ("From a close-up of the worker to the open sky.", "From the street to the inside of a car.",
          "From a close-up of the worker to far away, then close again."), {}),
    ],
    "moving_direction": [
        ("video_00001.mp4", "h264_10bits.mp4", "In which direction does the slanting rainbow stripe move?", "Down.", 2,
         ("Up.", "To the left.", "The object is stationary."), {}),
    ],
    "state_change": [
        ("video_00001.mp4", "h264_10bits.mp4", "What happens to the gray bar?", "It grows, then it shrinks", 0,
         ("It shrinks, then it grows", "I don't know"), {}),
    ],
    "character_order": [
        ("video_00002.mp4", "h265_video.mp4", "Which number is shown last?", "9", 1, ("4", "7"), {}),
        ("video_00003.mkv", "av1_video.mkv", "Which digit comes right after the 2?", "3", 2, ("1", "4"), {}),
    ],
    "object_existence": [
        ("video_00004.mp4", "discard_first_keyframe.mp4", "Is there a clock that runs?", "yes", 0,
         ("no", "not sure"), {}),
        ("video_00005.gif", "gradient.gif", "Does anything in the picture move?", "no", 2, ("yes", "not sure"), {}),
    ],
}  # fmt: skip


def make(media_dir: Path, out: Path) -> Path:
    """Write the set into the folder `out`, its videos as links to the files of `media_dir`; returns `out`."""
    for task in public_tasks():
        records = []
        for video, file, question, answer, place, others, bounds in ROWS.get(task.key, []):
            link = (out / "video" / task.folder / video).with_suffix(Path(file).suffix)
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.is_symlink():
                link.symlink_to((media_dir / file).resolve(strict=True))
            candidates = [*others[:place], answer, *others[place:]]
            records.append({"video": video, "question": question, "candidates": candidates, "answer": answer, **bounds})
        if records:
            path = out / "json" / task.json
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(records, indent=1), "utf-8")
    return out
