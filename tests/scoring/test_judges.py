"""What holds for every judge, and what each public rule credits."""

import math

import pytest

from mvbench.scoring import HEADLINE, JUDGES, judge
from mvbench.scoring.official import BLANK_CREDITED
from mvbench.scoring.vlmevalkit import FAILURE_CREDITED
from mvbench.types import Reply, Status, Verdict
from tests.scoring.samples import sample

ALL = pytest.mark.parametrize("name", JUDGES)


def test_judges_have_their_names_and_parsed_is_the_headline() -> None:
    assert set(JUDGES) == {"official", "official-hd", "lmms", "vlmevalkit", "parsed"}
    assert HEADLINE == "parsed"
    assert set(judge(sample(), Reply("B"))) == set(JUDGES)


@ALL
@pytest.mark.parametrize("text", ["B", "B)", "(B) The tablet."])
def test_plain_right_answer_is_right_under_every_judge(name, text) -> None:
    assert JUDGES[name](sample(), Reply(text, prefix="(")) == Verdict(1, True, Status.OK)


@ALL
@pytest.mark.parametrize("text", ["C", "C)", "(C) The box."])
def test_plain_wrong_answer_is_wrong_under_every_judge(name, text) -> None:
    assert JUDGES[name](sample(), Reply(text, prefix="(")) == Verdict(2, False, Status.OK)


@ALL
def test_failed_request_is_an_error_and_wrong_whatever_else_it_holds(name) -> None:
    reply = Reply("B", error="connection refused", choice_logprobs=(0.0, 1.0, 0.0, 0.0))
    assert JUDGES[name](sample(), reply) == Verdict(None, False, Status.ERROR)


@ALL
def test_filtered_reply_is_refused(name) -> None:
    assert JUDGES[name](sample(), Reply("B", finish_reason="content_filter")).status is Status.REFUSED


def test_filtered_reply_never_scores_under_parsed() -> None:
    assert JUDGES["parsed"](sample(), Reply("B", finish_reason="content_filter")).correct is False


@ALL
def test_cut_off_reply_is_truncated_only_when_it_says_nothing(name) -> None:
    assert JUDGES[name](sample(), Reply("The video", finish_reason="length")).status is Status.TRUNCATED
    assert JUDGES[name](sample(), Reply("B) The tab", finish_reason="length")).status is Status.OK
    assert JUDGES[name](sample(), Reply("The video", finish_reason="stop")).status is Status.UNPARSED


@ALL
@pytest.mark.parametrize(
    ("logprobs", "choice"),
    [
        ((-3.0, -0.1, -2.0, -4.0), 1),
        ((-1.0, -0.5, -0.5, -4.0), 1),
        ((-1.0, math.nan, -0.5, -4.0), None),
        ((-1.0, -math.inf, -0.5, -4.0), None),
        ((-1.0, -0.5, -2.0), None),
        ((), None),
    ],
)
def test_log_probabilities_stand_for_the_first_largest(name, logprobs, choice) -> None:
    verdict = JUDGES[name](sample(), Reply("", choice_logprobs=logprobs))
    assert verdict.choice == choice
    assert verdict.status is (Status.UNPARSED if choice is None else Status.OK)


def test_text_counts_where_a_reply_has_both_text_and_log_probabilities() -> None:
    assert JUDGES["parsed"](sample(), Reply("C", choice_logprobs=(0.0, 1.0, 0.0, 0.0))).choice == 2


@pytest.mark.parametrize("text", ["", "  ", "###", ".", "..", ". no idea", "\n"])
def test_official_credits_blanks_for_every_gold_letter_and_says_so(text) -> None:
    for answer in sample().choices:
        verdict = JUDGES["official"](sample(answer=answer), Reply(text))
        assert verdict == Verdict(None, True, Status.UNPARSED, (BLANK_CREDITED,))
        assert JUDGES["official-hd"](sample(answer=answer), Reply(text)).correct is False


def test_official_hd_finds_letters_in_words() -> None:
    assert JUDGES["official-hd"](sample(), Reply("both")) == Verdict(None, True, Status.UNPARSED)


def test_lmms_counts_a_blank_as_wrong_and_the_article_as_a_choice() -> None:
    assert JUDGES["lmms"](sample(), Reply(" ")) == Verdict(None, False, Status.UNPARSED)
    assert JUDGES["lmms"](sample(), Reply("He took a box, so (D)")) == Verdict(0, False, Status.OK)
    assert JUDGES["lmms"](sample(), Reply("<think>A</think>B")) == Verdict(1, True, Status.OK)


@pytest.mark.parametrize("text", ["", "NaN", "N/A", "Failed to obtain answer via API."])
def test_vlmevalkit_credits_failures_and_says_so(text) -> None:
    assert JUDGES["vlmevalkit"](sample(), Reply(text)) == Verdict(None, True, Status.UNPARSED, (FAILURE_CREDITED,))


def test_vlmevalkit_reads_the_option_text() -> None:
    assert JUDGES["vlmevalkit"](sample(), Reply("it is the tablet.")) == Verdict(1, True, Status.OK)


@ALL
@pytest.mark.parametrize(("choices", "answer"), [(("", "one"), ""), ((" ", "one"), " "), (("one", "two"), "three")])
def test_odd_answers_make_no_judge_raise(name, choices, answer) -> None:
    for text in ("A", "", "(", "one", "@"):
        JUDGES[name](sample(choices, answer), Reply(text))


def test_where_the_original_raises_the_verdict_is_wrong() -> None:
    raised = Verdict(None, False, Status.UNPARSED, ("original_raises",))
    assert JUDGES["official"](sample(("", "one"), ""), Reply("A")) == raised
    assert JUDGES["official-hd"](sample(("", "one"), ""), Reply("A")) == raised
    assert JUDGES["lmms"](sample(("one", "two"), "three"), Reply("A")) == raised
    assert JUDGES["vlmevalkit"](sample((" ", "one"), " "), Reply("A")) == raised
