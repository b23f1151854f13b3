"""A run folder -> its result on each question, while its records stream by."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from mvbench.errors import RunError
from mvbench.importers.rows import TOOLS
from mvbench.orbits import orbit_of
from mvbench.rescoring import judged_again
from mvbench.results import Run
from mvbench.scoring import HEADLINE, JUDGES
from mvbench.types import LETTERS, Record, Status, Verdict


@dataclass(slots=True)
class Result:
    """What a run holds on one question, its repeats together.

    `right`: how many of the `asked` replies each judge counts right, as it judges today. `reported`: how many the run's
    own judge counted right when it was written. `letters`: what each reply says, by the judge of the comparison; a
    status where it says none. `prompt` and `frames`: digests of what the model was given; None where that is unknown.
    """

    sample_id: str
    task: str
    item_hash: str
    cluster: str
    orbit: str | None
    question: str
    choices: tuple[str, ...]
    answer_text: str
    answer: str
    prompt: str | None
    frames: str | None
    asked: int = 0
    reported: int = 0
    failed: int = 0
    right: dict[str, int] = field(default_factory=lambda: dict.fromkeys(JUDGES, 0))
    letters: list[str] = field(default_factory=list)

    def share(self, judge: str) -> float:
        return self.right[judge] / self.asked

    @property
    def reported_share(self) -> float:
        return self.reported / self.asked


@dataclass(frozen=True, slots=True)
class RunResults:
    """A run by the letter it has in this comparison, with its results by question id.

    `own_judge`: whose numbers the run itself shows.
    """

    letter: str
    run: Run
    own_judge: str
    results: Mapping[str, Result]

    @property
    def asked(self) -> int:
        return sum(result.asked for result in self.results.values())

    @property
    def expected(self) -> int:
        return int(self.run.facts["data"]["questions"])

    @property
    def errors(self) -> int:
        return sum(result.failed for result in self.results.values())


def results_of(run: Run, letter: str, *, judge: str, passing: Callable[[], object] = lambda: None) -> RunResults:
    """Every question of a run; `passing` is called for each record on its way.

    Raises RunError for a run without a record, and for records that cannot be read.
    """
    own_judge = judge_of(run)
    results: dict[str, Result] = {}
    for record in run.records():
        name = record.sample.id.partition("#")[0]
        result = results.get(name)
        if result is None:
            result = results[name] = first_result(record, name, run)
        again = judged_again(record).verdicts
        result.asked += 1
        result.failed += record.failure is not None
        result.reported += record.verdicts.get(own_judge, again[own_judge]).correct
        for one, verdict in again.items():
            result.right[one] += verdict.correct
        result.letters.append(said(again[judge]))
        passing()
    if not results:
        raise RunError(f"{str(run.path)!r} has no records yet; run the same evaluation again to finish it")
    return RunResults(letter, run, own_judge, results)


def judge_of(run: Run) -> str:
    """The judge whose numbers the run shows: that of the tool it was imported from, or of the table it printed."""
    imported = run.facts.get("import")
    tool = TOOLS.get(str(imported.get("tool"))) if isinstance(imported, dict) else None
    judge = tool.judge if tool else str(run.facts["arguments"]["resolved"].get("scoring"))
    return judge if judge in JUDGES else HEADLINE


def first_result(record: Record, name: str, run: Run) -> Result:
    sample = record.sample
    return Result(
        sample_id=name,
        task=sample.task,
        item_hash=sample.item_hash,
        cluster=sample.cluster,
        orbit=orbit_of(sample),
        question=sample.question,
        choices=sample.choices,
        answer_text=sample.answer_text,
        answer="?" if sample.answer is None else LETTERS[sample.answer],
        prompt=str(record.prompt_hash) if record.prompt_hash is not None else None,
        frames=None if "import" in run.facts else frames_digest(record, run.facts["fingerprint"]),
    )


def frames_digest(record: Record, fingerprint: Mapping[str, Any]) -> str:
    """The same for two records of a question only when the same pixels were shown, as far as records tell.

    Raises RunError.
    """
    frames = record.frames if isinstance(record.frames, dict) else {}
    shown = [frames.get(key) for key in ("indices", "size", "decoder", "fingerprint")]
    view = fingerprint.get("view")
    shown += [fingerprint.get("resize") if frames else None, view]
    shown.append(fingerprint.get("seed") if view == "noise" else None)  # the indices tell what a shuffle drew
    try:
        return hashlib.blake2b(orjson.dumps(shown), digest_size=8).hexdigest()
    except TypeError:  # lists in lists, deeper than JSON is written
        raise RunError(f"the frames of record {record.sample.id!r} are nothing that mvbench writes") from None


def said(verdict: Verdict) -> str:
    """`B`, or the status of a reply that names no choice."""
    if verdict.choice is not None:
        return LETTERS[verdict.choice]
    return "none" if verdict.status is Status.OK else str(verdict.status)
