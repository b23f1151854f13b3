"""The claims made about scoring, one test each."""

import subprocess
import sys

import pytest

from mvbench.scoring import HEADLINE, JUDGES, judge
from mvbench.types import Reply, Status
from tests.scoring.replies import REPLIES
from tests.scoring.samples import sample

headline = JUDGES[HEADLINE]


@pytest.mark.parametrize("text", ["", " ", "\n", "(", ")", "()", ".", "(.", "...", "###", "@", "?!", "😀", "</s>"])
def test_c1_blank_and_garbage_replies_never_score(text) -> None:
    for answer in sample().choices:
        for prefix in ("Best Option: (", ""):
            assert headline(sample(answer=answer), Reply(text, prefix=prefix)).correct is False


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (Reply("B)"), Status.OK),
        (Reply(""), Status.UNPARSED),
        (Reply("", finish_reason="length"), Status.TRUNCATED),
        (Reply("B)", finish_reason="content_filter"), Status.REFUSED),
        (Reply("", error="timed out"), Status.ERROR),
    ],
)
def test_c2_every_reply_has_exactly_one_status_whatever_became_of_it(reply, status) -> None:
    verdicts = judge(sample(), reply)
    assert verdicts[HEADLINE].status is status
    assert all(isinstance(verdict.status, Status) for verdict in verdicts.values())
    assert verdicts[HEADLINE].correct is (status is Status.OK)


def test_c7_scoring_draws_no_random_number_and_imports_nothing_heavy() -> None:
    probe = "import sys, mvbench.scoring; print(*{'random', 'secrets', 'numpy', 'torch'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""
    replies = [Reply(reply) for rows in REPLIES.values() for _, _, reply, _ in rows]
    assert [judge(sample(), reply) for reply in replies] == [judge(sample(), reply) for reply in replies]


@pytest.mark.parametrize(
    "text",
    [
        "A man walks in.",
        "a man",
        "He took a broom.",
        "I think so.",
        "Not A",
        "A is wrong.",
        "Neither A nor B",
        "It isn't A.",
    ],
)
def test_c8_articles_pronouns_and_denials_select_no_letter(text) -> None:
    for prefix in ("Best Option: (", ""):
        assert headline(sample(), Reply(text, prefix=prefix)).choice is None
