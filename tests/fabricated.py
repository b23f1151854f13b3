"""Tasks and Records made from thin air, for tests of what comes after answering."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mvbench.errors import Failure
from mvbench.types import Clip, Record, Reply, Sample, Status, Task, Verdict

JUDGES = ("lmms", "official", "official-hd", "parsed", "vlmevalkit")

TWENTY = {
    "Action": {
        "AS": "Action Sequence",
        "AP": "Action Prediction",
        "AA": "Action Antonym",
        "FA": "Fine-grained Action",
        "UA": "Unexpected Action",
    },
    "Object": {"OE": "Object Existence", "OI": "Object Interaction", "OS": "Object Shuffle"},
    "Position": {"MD": "Moving Direction", "AL": "Action Localization"},
    "Scene": {"ST": "Scene Transition"},
    "Count": {"AC": "Action Count", "MC": "Moving Count"},
    "Attribute": {"MA": "Moving Attribute", "SC": "State Change"},
    "Pose": {"FP": "Fine-grained Pose"},
    "Character": {"CO": "Character Order"},
    "Cognition": {"EN": "Egocentric Navigation", "ER": "Episodic Reasoning", "CI": "Counterfactual Inference"},
}


def task(title: str, *, abbreviation: str = "XX", skill: str = "Action") -> Task:
    key = title.lower().replace(" ", "_").replace("-", "_")
    return Task(key, title, abbreviation, skill, f"{key}.json", key, "video", False, "a source", "4")


def twenty_tasks() -> tuple[Task, ...]:
    """The tasks of MVBench as the paper orders them."""
    return tuple(
        task(title, abbreviation=abbreviation, skill=skill)
        for skill, titles in TWENTY.items()
        for abbreviation, title in titles.items()
    )


def record(
    of: Task,
    index: int = 0,
    *,
    correct: bool | Mapping[str, bool] = True,
    status: Status = Status.OK,
    repeat: int = 1,
    cluster: str | None = None,
    choices: int = 4,
    judges: Sequence[str] = JUDGES,
) -> Record:
    """One record; `correct` may differ from judge to judge. By default each question has a cluster of its own."""
    name = f"{of.key}/{index:04d}"
    video = f"{of.folder}/{index}.mp4"
    sample = Sample(
        id=name if repeat == 1 else f"{name}#{repeat}",
        task=of.key,
        question="What happened?",
        choices=tuple(f"choice {number}" for number in range(choices)),
        answer=0,
        answer_text="choice 0",
        clip=Clip(Path(video), "video"),
        video=video,
        located="prefix",
        item_hash=name,
        cluster=cluster or video,
    )
    failed = status is Status.ERROR

    def verdict(judge: str) -> Verdict:
        right = correct if isinstance(correct, bool) else correct[judge]
        return Verdict(0, right and not failed, status)

    return Record(
        sample=sample,
        prompt_hash=None if failed else "0" * 16,
        reply=None if failed else Reply("A)", prefix="("),
        verdicts={judge: verdict(judge) for judge in judges},
        failure=Failure("missing", "no such file") if failed else None,
    )


def records(of: Task, *, correct: int, total: int, errors: int = 0, judges: Sequence[str] = JUDGES) -> Iterator[Record]:
    """`total` records of one task: first the correct ones, then the wrong ones, the last of them errors."""
    for index in range(total):
        status = Status.ERROR if index >= total - errors else Status.OK
        yield record(of, index, correct=index < correct, status=status, judges=judges)


def whole_mvbench(*, correct: int = 123) -> Iterator[Record]:
    """Twenty tasks with two hundred questions each, the share of correct ones a little different in every task."""
    for number, of in enumerate(twenty_tasks()):
        yield from records(of, correct=(correct + 7 * number) % 201, total=200)
