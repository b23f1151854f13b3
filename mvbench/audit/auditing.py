"""One audit, from plan to findings: a folder with a run folder for each rung."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

from mvbench.audit.climbing import Decoded, climb
from mvbench.audit.findings import Findings, find
from mvbench.audit.rungs import Ladder, ladder
from mvbench.audit.sentences import sentences
from mvbench.errors import MissingExtra, RunError
from mvbench.evaluation import concluded, facts, stop_requested
from mvbench.folders import claimed, explained, pretty, refuse_other_settings, write_atomically
from mvbench.plan import Plan
from mvbench.pricing import Spending
from mvbench.results import RESUME, Run, expect
from mvbench.scoring import HEADLINE

SCHEMA = 1
FILE = "audit.json"
LARGEST_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an audit amounts to; no findings while questions are left to ask on any rung.

    `asked` of `total` questions have been asked on all rungs together. `decoded` tells of this call alone.
    """

    path: Path
    ladder: Ladder
    asked: int
    total: int
    decoded: Decoded
    findings: Findings | None
    interrupted: bool = False
    spending: Spending = field(default_factory=Spending)


def audit(
    plan: Plan, *, scoring: str, margin: float, sources: Mapping[str, str], argv: Sequence[str], quiet: bool = False
) -> Outcome:
    """Ask what has not been asked yet on every rung; the same call over a finished audit asks nothing.

    `scoring`: the judge of all findings. `margin`: points within which two accuracies are called the same.
    Raises RunError for a folder that holds something else, MissingExtra without scipy.
    """
    if find_spec("scipy") is None:
        raise MissingExtra("scipy", extra="tables", purpose="mvbench audit")
    path = folder_of(plan)
    rungs = ladder(plan, path)
    with ExitStack() as held, explained(path, advice="choose another --out"):
        held.enter_context(claimed(path, marker=FILE, kind="audit", fresh=plan.settings.fresh))
        begin(path, plan)
        folders = {
            rung.name: held.enter_context(Run.open(rung.plan.folder, facts(rung.plan, sources=sources, argv=argv)))
            for rung in rungs.rungs
        }
        spending = spent(plan, folders)
        with stop_requested() as stop:
            decoded = climb(rungs, folders, spending=spending, stop=stop, quiet=quiet)
            stopped = stop.is_set()
        spending.check()
        asked = {name: len(run.done(HEADLINE)) for name, run in folders.items()}
        total = sum(len(rung.samples) for rung in rungs.rungs)
        summaries = {rung.name: concluded(rung.plan, folders[rung.name]) for rung in rungs.rungs if asked[rung.name]}
        findings = None
        if sum(asked.values()) == total:
            findings = find(rungs, folders, summaries, judge=scoring, margin=margin)
            content = described(plan) | {"findings": findings.to_json(), "sentences": list(sentences(findings))}
            with explained(path, advice=RESUME):
                write_atomically(path / FILE, pretty(content))
    return Outcome(
        path,
        rungs,
        asked=sum(asked.values()),
        total=total,
        decoded=decoded,
        findings=findings,
        interrupted=stopped and findings is None,
        spending=spending,
    )


def folder_of(plan: Plan) -> Path:
    """`--out`, else the name of a run with these settings, below `audits/`."""
    return plan.folder if plan.settings.out is not None else Path("audits") / plan.folder.name


def begin(path: Path, plan: Plan) -> None:
    """Write down whose audit this is. Raises RunError where the folder holds another one."""
    file = path / FILE
    if file.exists() or file.is_symlink():
        refuse_other_settings(path, read_fingerprint(file), plan.fingerprint, kind="audit")
    else:
        write_atomically(file, pretty(described(plan)))


def described(plan: Plan) -> dict[str, Any]:
    return {"schema": SCHEMA, "title": asdict(plan.facts), "data": plan.dataset.name, "fingerprint": plan.fingerprint}


def read_fingerprint(file: Path) -> dict[str, Any]:
    """The settings an audit was begun with. Raises RunError for a file that no audit wrote."""
    try:
        if file.is_symlink() or not file.is_file() or file.stat().st_size > LARGEST_BYTES:
            raise TypeError
        content = expect(orjson.loads(file.read_bytes()), dict)
        fingerprint: dict[str, Any] = expect(content["fingerprint"], dict)
        schema = expect(content["schema"], int)
    except OSError as error:
        raise RunError(f"cannot read {str(file)!r}: {error.strerror}") from None
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise RunError(f"{str(file)!r} is not what mvbench writes; restore it or choose another --out") from None
    if schema > SCHEMA:
        raise RunError(f"{str(file)!r} has schema {schema}; this mvbench reads up to {SCHEMA}: upgrade it")
    return fingerprint


def spent(plan: Plan, folders: Mapping[str, Run]) -> Spending:
    """What all rungs have cost so far, and the price of what is to come."""
    written = [run.tokens() for run in folders.values()]
    return Spending(
        plan.price,
        plan.settings.max_cost,
        sum(tokens.input for tokens in written),
        sum(tokens.output for tokens in written),
        sum(tokens.replies for tokens in written),
    )
