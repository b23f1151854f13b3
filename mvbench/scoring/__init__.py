"""Every judge side by side: `(Sample, Reply) -> Verdict`. Pure: opens no file, draws no random number.

A rule reads the text of a reply. What holds for every judge is added here, in `completed`: a failed request is an
error, log-probabilities stand for a letter, and the status says what became of the reply whatever the rule credits.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import isfinite
from types import MappingProxyType

from mvbench.scoring import lmms, official, parsed, vlmevalkit
from mvbench.types import LETTERS, Reply, Sample, Status, Verdict

Judge = Callable[[Sample, Reply], Verdict]

HEADLINE = "parsed"


def completed(rule: Judge, *, credits_refused: bool = True) -> Judge:
    """A judge made of a rule: error replies, log-probabilities, refusals and cut-off replies are the same for all.

    `credits_refused=False`: a refused reply is never right. The public tools do not know refusals and score its text.
    """

    def judge_one(sample: Sample, reply: Reply) -> Verdict:
        if reply.error is not None:
            return Verdict(None, False, Status.ERROR)
        verdict = rule(sample, spoken(reply, len(sample.choices)))
        if reply.finish_reason == "content_filter":
            if not credits_refused:
                return Verdict(None, False, Status.REFUSED)
            return replace(verdict, status=Status.REFUSED)
        if reply.finish_reason == "length" and verdict.status is Status.UNPARSED:
            return replace(verdict, status=Status.TRUNCATED)
        return verdict

    return judge_one


def spoken(reply: Reply, num_choices: int) -> Reply:
    """The reply with a text: where only log-probabilities were given, the letter of the (first) largest and `)`.

    A number of values other than `num_choices`, or one that is not finite, says nothing: the text stays empty.
    """
    logprobs = reply.choice_logprobs
    if logprobs is None or reply.text:
        return reply
    if not logprobs or len(logprobs) != num_choices or not all(map(isfinite, logprobs)):
        return reply
    return replace(reply, text=LETTERS[logprobs.index(max(logprobs))] + ")")


JUDGES: Mapping[str, Judge] = MappingProxyType(
    {
        "official": completed(official.judge),
        "official-hd": completed(official.judge_hd),
        "lmms": completed(lmms.judge),
        "vlmevalkit": completed(vlmevalkit.judge),
        "parsed": completed(parsed.judge, credits_refused=False),
    }
)


def judge(sample: Sample, reply: Reply) -> dict[str, Verdict]:
    """What every judge says about one reply, by the judge's name."""
    return {name: one(sample, reply) for name, one in JUDGES.items()}
