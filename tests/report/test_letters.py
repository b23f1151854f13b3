from dataclasses import replace

from mvbench.report.letters import Letters
from mvbench.types import Status, Verdict
from tests.fabricated import record, task


def test_right_letters_stand_beside_chosen_ones() -> None:
    letters = Letters()
    of = task("A task")
    chosen = [1, 1, None, 0]
    for place, choice in enumerate(chosen):
        one = record(of, place, judges=["parsed"])
        letters.add(replace(one, verdicts={"parsed": Verdict(choice, choice == 0, Status.OK)}))
    unanswerable = record(of, 9, judges=["parsed"])
    letters.add(replace(unanswerable, sample=replace(unanswerable.sample, answer=None)))
    assert letters.table() == {"parsed": {"a_task": [[0, -1, 1], [0, 0, 1], [0, 1, 2]]}}
