"""A question made from thin air, as judges need one."""

from pathlib import Path

from mvbench.types import Clip, Sample

OBJECTS = ("The laptop.", "The tablet.", "The box.", "The phone.")


def sample(choices: tuple[str, ...] = OBJECTS, answer: str | None = None) -> Sample:
    """`answer` is an option text, by default the second; its index is that of the last equal choice, or None."""
    text = choices[1] if answer is None else answer
    places = [index for index, choice in enumerate(choices) if choice == text]
    return Sample(
        id="object_interaction/0000",
        task="object_interaction",
        question="Which object was taken by the person?",
        choices=choices,
        answer=places[-1] if places else None,
        answer_text=text,
        clip=Clip(Path("a.mp4"), "video"),
        video="a.mp4",
        located="prefix",
        item_hash="0" * 16,
        cluster="a.mp4",
    )
