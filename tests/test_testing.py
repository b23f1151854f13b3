import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mvbench import testing
from mvbench.errors import ModelError, UsageError
from mvbench.model import Model
from mvbench.models.builtin import FirstChoice, Oracle, RandomChoice
from mvbench.prompts import Prompt
from mvbench.testing import RULES, ContractBroken, Kit, check_model, kit
from mvbench.types import LETTERS, Clip, Frames, FrameSpec, Generation, Reply, Request, Sample
from mvbench.video import read
from tests import doctor_models
from tests.doctor_models import Seer


@pytest.fixture(autouse=True)
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clips are read anew for each request of the kit; here each is read once for all models."""

    def kept(clip: Clip, how: Any) -> Frames:
        if (clip, how) not in FRAMES:
            FRAMES[clip, how] = read(clip, how)
        frames = FRAMES[clip, how]
        return replace(frames, rgb=frames.rgb.copy(), pts_seconds=frames.pts_seconds.copy())

    monkeypatch.setattr(kit, "read", kept)


FRAMES: dict[tuple[Clip, Any], Frames] = {}


class Sound(Seer):
    """Keeps every rule; smaller batches make the tests quick."""

    name = "sound"
    batch_size = 3


class Threaded(Sound):
    batch_size = 1
    concurrency = 4


class TakesNoLogProbabilities(Sound):
    def __init__(self, *, generation: Generation) -> None:
        if generation.answer != "generate" or generation.prefix == "on":
            raise UsageError("only text, and no prefix")
        super().__init__(generation=replace(generation, prefix="off"))


class FindsOutWhenAsked(Sound):
    """What a server can do is known when it is asked."""

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        if self.generation.answer != "generate" or self.generation.prefix == "on":
            raise ModelError("the server gives no log-probabilities, and continues no prefix")
        return [replace(reply, prefix="") for reply in super().answer(requests)]


class OpensClips(Sound):
    """Gets no frames and reads the file itself."""

    wants = FrameSpec(frames=False)

    def look(self, request: Request) -> Any:
        if not request.clip.path.exists():
            return []
        from mvbench.video import ReadOptions

        return super().look(replace(request, frames=read(request.clip, ReadOptions())))


class OwnSize(Sound):
    wants = FrameSpec(side=None)


class RaisesOnOddFrames(Sound):
    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        if any(request.frames is not None and request.frames.rgb.shape[1] < 2 for request in requests):
            raise ValueError("pictures of one pixel")
        return super().answer(requests)


@pytest.mark.parametrize(
    "build",
    [
        Sound,
        Threaded,
        TakesNoLogProbabilities,
        FindsOutWhenAsked,
        OpensClips,
        OwnSize,
        RaisesOnOddFrames,
        FirstChoice,
        RandomChoice,
    ],
)
def test_a_model_that_keeps_the_contract_passes(build: Callable[..., Model]) -> None:
    check_model(build)


class NoBatchSize(Sound):
    batch_size = 0


class NoFrameSpec(Sound):
    wants = 224  # type: ignore[assignment]


class LoadsAtOnce(Sound):
    def __init__(self, *, generation: Generation) -> None:
        super().__init__(generation=generation)
        sys.modules.setdefault("vllm", sys.modules[__name__])


class TellsItsAddress(Sound):
    def identity(self) -> dict[str, str]:
        return {"built": str(id(self)), "object": hex(id(self.generation))}


class TellsAPath(Sound):
    def identity(self) -> dict[str, Any]:  # type: ignore[override]
        return {"weights": {"llm": ["/home/someone/llama"]}}


class TellsAWindowsPath(Sound):
    def identity(self) -> dict[str, str]:
        return {"weights": "C:\\weights\\llama"}


class TellsAKey(Sound):
    def identity(self) -> dict[str, str]:
        return {"model": "gpt", "api_key": "none of your business"}


class TellsAToken(Sound):
    def identity(self) -> dict[str, str]:
        return {"headers": "Authorization: Bearer abcdefghijkl"}


class TellsAnArray(Sound):
    def identity(self) -> dict[str, Any]:  # type: ignore[override]
        return {"sum": np.float32(3)}


class Drops(Sound):
    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        return super().answer(requests)[: self.batch_size]


class PadsTheBatch(Sound):
    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        replies = super().answer(requests)
        return replies + replies[:1] * (self.batch_size - len(replies))


class RaisesOnNothing(Sound):
    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        _ = requests[0]
        return super().answer(requests)


class SaysTexts(Sound):
    def answer(self, requests: Sequence[Request]) -> list[Any]:
        return [reply.text for reply in super().answer(requests)]


class CountsInFloats(Sound):
    def say(self, request: Request, choice: int) -> Reply:
        return replace(super().say(request, choice), output_tokens=3.5)  # type: ignore[arg-type]


class HasItsOwnReasons(Sound):
    def say(self, request: Request, choice: int) -> Reply:
        return replace(super().say(request, choice), finish_reason="eos")  # type: ignore[arg-type]


class Silent(Sound):
    def say(self, request: Request, choice: int) -> Reply:
        reply = super().say(request, choice)
        return reply if reply.choice_logprobs else replace(reply, text=" \n")


class KeepsState(Sound):
    """Its answer moves on with every call."""

    def __init__(self, *, generation: Generation) -> None:
        super().__init__(generation=generation)
        self.before = 0

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        replies = [
            self.say(request, (self.choose(request) + self.before) % len(request.choices)) for request in requests
        ]
        self.before += 1
        return replies


class RemembersTheLast(Sound):
    """A cache that is keyed by nothing: a question on its own gets the answer to the one asked before."""

    def __init__(self, *, generation: Generation) -> None:
        super().__init__(generation=generation)
        self.last: int | None = None

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        choices = [self.choose(request) for request in requests]
        if len(requests) == 1 and self.last is not None:
            choices, self.last = [self.last], choices[0]
        else:
            self.last = choices[-1] if choices else self.last
        return [
            self.say(request, choice % len(request.choices)) for request, choice in zip(requests, choices, strict=True)
        ]


class Reversed(Sound):
    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        return super().answer(requests)[::-1]


class SortedByLength(Sound):
    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        return super().answer(sorted(requests, key=lambda request: len(request.prompt.question)))


class PaddingLeaks(Sound):
    """In a batch, all but the longest prompt are answered by the choice beside the right one."""

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        longest = max((len(request.prompt.question) for request in requests), default=0)
        return [
            self.say(request, (self.choose(request) + (len(request.prompt.question) < longest)) % len(request.choices))
            for request in requests
        ]


class SharesAField(Threaded):
    """Threads write into the same place, and wait for each other while doing so."""

    def __init__(self, *, generation: Generation) -> None:
        import threading

        super().__init__(generation=generation)
        self.request: Request | None = None
        self.meeting = threading.Barrier(2)

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        import threading
        from contextlib import suppress

        replies = []
        for request in requests:
            self.request = request
            if threading.current_thread() is not threading.main_thread():
                with suppress(threading.BrokenBarrierError):
                    self.meeting.wait(1)
            replies.append(super().answer([replace(request, frames=self.request.frames)])[0])
        return replies


class WritesIntoFrames(Sound):
    def look(self, request: Request) -> Any:
        view = super().look(request)
        if request.frames is not None:
            request.frames.rgb[:] = 0
        return view


class WritesPastTheFlag(Sound):
    """As code does that has the address of the pixels."""

    def look(self, request: Request) -> Any:
        import ctypes

        view = super().look(request)
        if request.frames is not None:
            ctypes.memset(request.frames.rgb.ctypes.data, 7, request.frames.rgb.nbytes)
        return view


class NeedsTwoFrames(Sound):
    def look(self, request: Request) -> Any:
        if request.frames is not None and len(request.frames.rgb) < 2:
            raise ValueError("temporal patches need two frames")
        return super().look(request)


class NeedsFrames(Sound):
    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        return [
            Reply("", error="no frames") if request.frames is None else self.say(request, self.choose(request))
            for request in requests
        ]


class NeedsOneSize(OwnSize):
    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        frames = [request.frames.rgb[0] for request in requests if request.frames is not None]
        if len({one.shape for one in frames if one.shape[0] > 1}) > 1:
            raise ValueError("all input arrays must have the same shape")
        return super().answer(requests)


class SaysThePrefix(Sound):
    def say(self, request: Request, choice: int) -> Reply:
        reply = super().say(request, choice)
        return (
            replace(reply, text=f"{request.prompt.answer_prefix}{reply.text}") if not reply.choice_logprobs else reply
        )


class TakesThePrefixUnasked(Sound):
    def say(self, request: Request, choice: int) -> Reply:
        reply = super().say(request, choice)
        return replace(reply, prefix=request.prompt.answer_prefix) if not reply.choice_logprobs else reply


class HasItsOwnPrefix(Sound):
    def say(self, request: Request, choice: int) -> Reply:
        return replace(super().say(request, choice), prefix="Answer: (" if self.generation.prefix != "off" else "")


class OneValueTooMany(Sound):
    def say(self, request: Request, choice: int) -> Reply:
        reply = super().say(request, choice)
        return replace(reply, choice_logprobs=(*reply.choice_logprobs, 0.0)) if reply.choice_logprobs else reply


class InfiniteValues(Sound):
    def say(self, request: Request, choice: int) -> Reply:
        reply = super().say(request, choice)
        values = reply.choice_logprobs
        return replace(reply, choice_logprobs=(-np.inf, *values[1:])) if values else reply


class IgnoresTheMode(Sound):
    def __init__(self, *, generation: Generation) -> None:
        super().__init__(generation=replace(generation, answer="generate"))


class BreaksForGood(Sound):
    """After a request that it cannot answer, it answers none rightly."""

    broken = False

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        if any(not request.clip.path.exists() for request in requests):
            self.broken = True
            raise ValueError("no file")
        if self.broken:
            return [self.say(request, (self.choose(request) + 1) % len(request.choices)) for request in requests]
        return super().answer(requests)


class TakesOthersDown(Sound):
    """A request that it cannot answer moves the answers beside it."""

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        whole = [request for request in requests if request.clip.path.exists()]
        shift = len(whole) < len(requests)
        return [self.say(request, (self.choose(request) + shift) % len(request.choices)) for request in requests]


class EndsTheProcess(Sound):
    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        if any(not request.clip.path.exists() for request in requests):
            raise SystemExit(3)
        return super().answer(requests)


def told(seconds: Callable[[Frames], Sequence[float]]) -> Callable[[Model, Request], Sequence[float]]:
    def read_back(model: Model, request: Request) -> Sequence[float]:
        assert request.frames is not None
        return seconds(request.frames)

    return read_back


def pairs(frames: Frames) -> list[float]:
    """As processors tell them that merge two frames into one."""
    return frames.pts_seconds.reshape(-1, 2).mean(1).round(1).tolist()  # type: ignore[no-any-return]


BROKEN: list[tuple[type[Sound], str, str]] = [
    (NoBatchSize, "protocol", "batch_size is 0"),
    (NoFrameSpec, "protocol", "wants is 224"),
    (LoadsAtOnce, "cheap building", "building imports vllm"),
    (TellsItsAddress, "identity", "differ in built, object"),
    (TellsAPath, "identity", "'weights.llm' is the path '/home/someone/llama'"),
    (TellsAWindowsPath, "identity", "is the path"),
    (TellsAKey, "identity", "'api_key' looks like a secret"),
    (TellsAToken, "identity", "'headers' looks like a secret"),
    (TellsAnArray, "identity", "cannot be written as JSON"),
    (Drops, "count", "3 replies to 4 requests"),
    (PadsTheBatch, "count", "3 replies to 1 requests"),
    (RaisesOnNothing, "count", "0 requests: raised IndexError"),
    (SaysTexts, "count", "gave str instead of a Reply"),
    (CountsInFloats, "reply values", "output_tokens is 3.5"),
    (HasItsOwnReasons, "reply values", "finish_reason is 'eos'"),
    (Silent, "answers", "none of 8 questions gets a reply with a text"),
    (KeepsState, "determinism", "when asked again"),
    (RemembersTheLast, "determinism", "something is kept between calls"),
    (Reversed, "order", "in another order"),
    (SortedByLength, "order", "in another order"),
    (PaddingLeaks, "batch parity", "replies change in a batch of 4"),
    (SharesAField, "concurrency", "when 4 threads ask at once"),
    (WritesIntoFrames, "frames untouched", "read-only"),
    (WritesPastTheFlag, "frames untouched", "pixels of"),
    (NeedsTwoFrames, "frame numbers", "1 frame: raised ValueError: temporal patches"),
    (NeedsFrames, "frame numbers", "no frames, as under --view none: no frames"),
    (NeedsOneSize, "frame numbers", "two picture sizes in one batch: raised ValueError"),
    (SaysThePrefix, "prefix", "the text begins with the prefix"),
    (TakesThePrefixUnasked, "prefix", "--prefix off: Reply.prefix is 'Best Option: ('"),
    (HasItsOwnPrefix, "prefix", "Reply.prefix is 'Answer: ('"),
    (OneValueTooMany, "log-probabilities", "5 log-probabilities for 4 choices"),
    (InfiniteValues, "log-probabilities", "are not all finite"),
    (IgnoresTheMode, "log-probabilities", "no log-probabilities for 4 choices"),
    (BreaksForGood, "errors stay apart", "after a request that cannot be answered"),
    (TakesOthersDown, "errors stay apart", "changes the replies beside it"),
    (EndsTheProcess, "errors stay apart", "ends the process with 3"),
]


@pytest.mark.parametrize(("build", "rule", "why"), BROKEN, ids=[build.__name__ for build, _, _ in BROKEN])
def test_each_breach_is_found_by_its_own_rule_and_by_no_other(
    build: type[Sound], rule: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "vllm", raising=False)
    with pytest.raises(ContractBroken) as caught:
        check_model(build)
    sys.modules.pop("vllm", None)
    assert {one.rule for one in caught.value.broken} == {rule}, str(caught.value)
    assert any(why in one.why for one in caught.value.broken), str(caught.value)
    assert "'sound' breaks the contract" in str(caught.value)


@pytest.mark.parametrize(
    ("seconds", "why"),
    [
        (lambda frames: [float(place) for place in range(len(frames.indices))], "told are"),
        (lambda frames: [place / 24 for place in range(len(frames.indices))], "told are"),
        (lambda frames: [index / 25 for index in frames.indices], "told are"),
        (lambda frames: frames.pts_seconds[::-1], "do not rise"),
        (lambda frames: [], "no time is told"),
        (lambda frames: frames.pts_seconds * 1.2, "told are"),
        (lambda frames: frames.pts_seconds + 0.8 * np.diff(frames.pts_seconds).max(), "told are"),
        (lambda frames: frames.pts_seconds.reshape(-1, 4).mean(1), "told are"),
    ],
    ids=["one per second", "24 per second", "frame numbers", "reversed", "none", "stretched", "shifted", "in fours"],
)
def test_times_that_are_not_true_are_found(seconds: Callable[[Frames], Sequence[float]], why: str) -> None:
    with pytest.raises(ContractBroken) as caught:
        check_model(Sound, told_times=told(seconds))
    assert {one.rule for one in caught.value.broken} == {"frame times"}
    assert why in caught.value.broken[0].why


@pytest.mark.parametrize("seconds", [lambda frames: frames.pts_seconds, pairs], ids=["each", "merged in pairs"])
def test_true_times_are_taken_of_single_frames_and_of_pairs(seconds: Callable[[Frames], Sequence[float]]) -> None:
    check_model(Sound, told_times=told(seconds))


def test_a_request_that_told_the_answer_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def leaking(sample: Sample, prompt: Prompt, frames: Frames | None) -> Request:
        return Request(f"{sample.id} {sample.answer}", prompt, sample.choices, frames, sample.clip)

    monkeypatch.setattr(Request, "about", leaking)
    assert list(RULES["no answer in a request"](Kit(Sound, None))) == ["the right choice changes the request"]


@pytest.mark.parametrize(
    "build", [doctor_models.Down, doctor_models.EndsTheProcess], ids=["raises", "ends the process"]
)
def test_a_model_that_answers_nothing_breaks_the_rule_of_counts(build: type[Seer]) -> None:
    with pytest.raises(ContractBroken) as caught:
        check_model(build)
    assert "count" in {one.rule for one in caught.value.broken}


@pytest.mark.parametrize("rule", RULES)
def test_a_model_that_ends_the_process_under_a_rule_breaks_that_rule(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(kit: Kit) -> Iterator[str]:
        yield "found before"
        kit.build(generation=Generation())

    monkeypatch.setattr(testing, "RULES", {rule: ends})
    with pytest.raises(ContractBroken) as caught:
        check_model(doctor_models.EndsTheProcessAtOnce)
    assert [(one.rule, one.why) for one in caught.value.broken] == [
        (rule, "found before"),
        (rule, "raised SystemExit: no GPU"),
    ]


def test_a_model_whose_every_reply_is_an_error_breaks_the_rule_of_reply_values() -> None:
    class OnlyErrors(Sound):
        def say(self, request: Request, choice: int) -> Reply:
            return Reply("", error="the server said 500")

    with pytest.raises(ContractBroken) as caught:
        check_model(OnlyErrors)
    assert "reply values" in {one.rule for one in caught.value.broken}


def test_thinking_that_leaves_no_tokens_for_an_answer_is_something_said() -> None:
    class Pensive(Sound):
        def say(self, request: Request, choice: int) -> Reply:
            reply = super().say(request, choice)
            return (
                reply
                if reply.choice_logprobs
                else replace(reply, text="", reasoning="At first", finish_reason="length")
            )

    check_model(Pensive)


def test_all_breaches_are_told_at_once() -> None:
    class Careless(SaysThePrefix, InfiniteValues, TellsAKey):
        pass

    with pytest.raises(ContractBroken) as caught:
        check_model(Careless)
    assert {one.rule for one in caught.value.broken} == {"identity", "prefix", "log-probabilities"}
    assert len(str(caught.value).splitlines()) == 1 + len(caught.value.broken)


def test_an_oracle_with_a_table_is_built_by_a_function_of_its_own() -> None:
    """What `build` is does not matter, as long as it takes `generation`."""
    texts = {sample.id: sample.answer_text for sample in Kit(Oracle, None).samples}

    class Numbered(dict[str, str]):
        def __missing__(self, name: str) -> str:  # the kit asks some questions twice, as `task/0000#2`
            return texts[name.partition("#")[0]]

    check_model(lambda generation: Oracle(generation=generation, table=Numbered()))


def test_the_kit_needs_no_pytest(cache_dir: Path) -> None:
    program = (
        "import functools, sys; from mvbench.testing import check_model, kit\n"
        "from mvbench.models.builtin import FirstChoice\n"
        "kit.read = functools.cache(kit.read)\n"
        "check_model(FirstChoice); assert not {'pytest', 'torch', 'pandas'} & sys.modules.keys(); print('sound')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.returncode) == ("sound\n", 0), done.stderr


def test_letters_of_the_stand_ins_are_the_right_ones() -> None:
    """The stand-in sees: on every question of the kit its choice is the right one."""
    kit = Kit(OwnSize, None)
    model = OwnSize(generation=Generation())
    replies = [model.answer([kit.request(sample)])[0] for sample in kit.samples]
    assert [reply.text[0] for reply in replies] == [LETTERS[sample.answer or 0] for sample in kit.samples]
    assert doctor_models.NAMES
