"""The rules of the contract: each a function that yields what a model does against it."""

from __future__ import annotations

import json
import math
import re
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass, replace
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from mvbench.doctor.checks import repeats
from mvbench.errors import MVBenchError
from mvbench.model import Model
from mvbench.prompts import PROTOCOLS
from mvbench.testing.kit import HEAVY, NUM_FRAMES, RAISED, BadReplies, Kit, in_words, meaning, meanings
from mvbench.types import FinishReason, Frames, FrameSpec, Generation, Request

CHEAP_SECONDS = 1.0
ROUNDING_SECONDS = 0.06
SOME_QUESTIONS = 8
SECRET_KEY = re.compile(r"(^|_)(api_?key|token|secret|password|authorization)$", re.IGNORECASE)
SECRET_VALUE = re.compile(r"\b(sk-|hf_|Bearer )\w{8,}")
ABSOLUTE = re.compile(r"^([/~\\]|[A-Za-z]:[\\/])|file://")


def protocol(kit: Kit) -> Iterator[str]:
    """Attributes and methods are there, and of the right types."""
    model: Any = kit.model
    name, wants = getattr(model, "name", None), getattr(model, "wants", None)
    if not isinstance(name, str) or not name.strip():
        yield f"name is {name!r}; it must be a text"
    if not isinstance(wants, FrameSpec):
        yield f"wants is {wants!r}; it must be a FrameSpec"
    for size in ("batch_size", "concurrency"):
        value = getattr(model, size, None)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            yield f"{size} is {value!r}; it must be a whole number of at least 1"
    for method in ("identity", "answer"):
        if not callable(getattr(model, method, None)):
            yield f"there is no method {method}()"


def cheap_building(kit: Kit) -> Iterator[str]:
    """Weights and connections wait for the first question: a plan is made, and refused, without them."""
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        kit.build(generation=Generation())
        taken.append(time.perf_counter() - began)
    if loaded := (HEAVY & sys.modules.keys()) - kit.heavy_before:
        yield f"building imports {', '.join(sorted(loaded))}; import it in the first answer()"
    if min(taken) > CHEAP_SECONDS:
        yield f"building takes {min(taken):.1f} s; at most {CHEAP_SECONDS:g} s, load weights in the first answer()"


def identity(kit: Kit) -> Iterator[str]:
    """The same for two that are built alike, plain JSON, and nothing that belongs to one machine or one person."""
    told: Any = kit.model.identity()
    again: Any = kit.build(generation=Generation()).identity()
    if not isinstance(told, Mapping):
        yield f"identity() gave {type(told).__name__}; it must be a mapping"
        return
    if told != again:
        differing = sorted(str(key) for key in {*told, *again} if told.get(key) != again.get(key))
        yield f"two models that are built alike differ in {', '.join(differing)}"
    try:
        json.dumps(dict(told), allow_nan=False)
    except (TypeError, ValueError) as error:
        yield f"it cannot be written as JSON: {error}"
        return
    for key, value in leaves(told):
        if SECRET_KEY.search(key) or SECRET_VALUE.search(value):
            yield f"{key!r} looks like a secret, and identity() is written down"
        elif ABSOLUTE.search(value) or str(Path.home()) in value:
            yield f"{key!r} is the path {value!r}; tell what lies there, such as a hash, not where"


def leaves(table: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a JSON value, with the key it stands under."""
    for key, value in table.items():
        name = f"{within}{key}"
        for item in value if isinstance(value, list | tuple) else [value]:
            if isinstance(item, Mapping):
                yield from leaves(item, f"{name}.")
            else:
                yield name, item if isinstance(item, str) else ""


def no_answer_in_request(kit: Kit) -> Iterator[str]:
    """Two questions that differ only in what is right make the same request."""
    sample = kit.samples[0]
    prompt, frames = PROTOCOLS["mvbench"].render(sample), kit.frames(sample)
    other = replace(sample, answer=1, answer_text=sample.choices[1])
    if Request.about(sample, prompt, frames) != Request.about(other, PROTOCOLS["mvbench"].render(other), frames):
        yield "the right choice changes the request"
    for name in field_names(Request.about(sample, prompt, frames)):
        if "answer" in name and name != "answer_prefix":
            yield f"a request has the field {name!r}"


def field_names(value: Any) -> Iterator[str]:
    if is_dataclass(value):
        for item in fields(value):
            yield item.name
            yield from field_names(getattr(value, item.name))


def count(kit: Kit) -> Iterator[str]:
    """One Reply per request, for no request, one, a full batch, and one more than that."""
    for number in (0, 1, kit.model.batch_size, kit.model.batch_size + 1):
        try:
            kit.ask(kit.requests(number))
        except BadReplies as error:
            yield str(error)
        except RAISED as error:
            yield f"{number} requests: raised {in_words(error)}"


def reply_values(kit: Kit) -> Iterator[str]:
    """Each field holds what its type says."""
    for request, reply in zip(requests := kit.requests(3), kit.ask(requests), strict=True):
        for name in ("text", "prefix"):
            if not isinstance(getattr(reply, name), str):
                yield f"{name} of the reply to {request.sample_id} is {getattr(reply, name)!r}"
        if reply.finish_reason not in (None, *get_args(FinishReason)):
            yield f"finish_reason is {reply.finish_reason!r}; it must be one of {', '.join(get_args(FinishReason))}"
        for name in ("input_tokens", "output_tokens"):
            value = getattr(reply, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
                yield f"{name} is {value!r}; it must be a whole number or None"
        if reply.error is not None:
            yield f"{request.sample_id} ends in an error: {reply.error!r:.200}"


def answers(kit: Kit) -> Iterator[str]:
    """Something is said to one question at least: a text, a thought or log-probabilities."""
    replies = kit.ask(requests := kit.requests(SOME_QUESTIONS))
    if not any(reply.text.strip() or reply.choice_logprobs or reply.reasoning for reply in replies):
        errors = [reply.error for reply in replies if reply.error is not None]
        why = f"; the first error is {errors[0]!r:.200}" if errors else ""
        yield f"none of {len(requests)} questions gets a reply with a text or log-probabilities{why}"


def determinism(kit: Kit) -> Iterator[str]:
    """The same question gets the same reply, whatever was asked between."""
    requests = kit.requests(4)
    first = meanings(kit.ask(requests), requests)
    second = meanings(kit.ask(requests), requests)
    yield from (
        f"{request.sample_id} got {a}, and {b} when asked again"
        for request, a, b in zip(requests, first, second, strict=True)
        if a != b
    )
    alone = meaning(kit.ask(requests[:1])[0], requests[0])
    kit.ask(requests[:0:-1])
    again = meaning(kit.ask(requests[:1])[0], requests[0])
    if alone != again:
        yield f"{requests[0].sample_id} got {alone}, and {again} after other questions: something is kept between calls"


def order(kit: Kit) -> Iterator[str]:
    """Replies come in the order of the requests."""
    requests, alone, together = kit.alone_and_together
    one, other = (
        [(reply.text, meaning(reply, request)) for request, reply in zip(requests, replies, strict=True)]
        for replies in (alone, together)
    )
    if one != other and Counter(one) == Counter(other):
        yield "a batch gets the replies that its questions get alone, but in another order"


def batch_parity(kit: Kit) -> Iterator[str]:
    """A question gets the same choice alone and in a batch."""
    requests, alone, together = kit.alone_and_together
    rows = zip(requests, meanings(alone, requests), meanings(together, requests), strict=True)
    differing = [row for row in rows if row[1] != row[2]]
    if differing:
        request, a, b = differing[0]
        yield (
            f"{len(differing)} of {len(requests)} replies change in a batch of {len(requests)}: "
            f"{request.sample_id} gets {a} alone and {b} there"
        )


def concurrency(kit: Kit) -> Iterator[str]:
    """As many threads as the model allows may ask at once."""
    model = kit.model
    if model.concurrency == 1:
        return
    requests = kit.requests(2 * min(model.concurrency, 16))
    alone = [meaning(kit.ask([request])[0], request) for request in requests]
    with ThreadPoolExecutor(min(model.concurrency, 16)) as threads:
        at_once = list(threads.map(lambda request: meaning(kit.ask([request])[0], request), requests))
    changed = sum(a != b for a, b in zip(alone, at_once, strict=True))
    if changed:
        yield f"{changed} of {len(requests)} replies change when {model.concurrency} threads ask at once"


def frames_untouched(kit: Kit) -> Iterator[str]:
    """Frames are read, not written: they may be shown again, or lie where nothing can be written."""
    requests = [request for request in kit.requests(3) if request.frames is not None]
    if not requests:
        return
    before = []
    for request in requests:
        assert request.frames is not None
        before.append(request.frames.rgb.copy())
        request.frames.rgb.setflags(write=False)
        request.frames.pts_seconds.setflags(write=False)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch.from_numpy warns of such an array, and reads it
            kit.model.answer(requests)
    except RAISED as error:
        yield f"frames that are read-only are not taken: {in_words(error)}"
        return
    for request, rgb in zip(requests, before, strict=True):
        if request.frames is not None and (request.frames.rgb != rgb).any():
            yield f"the pixels of {request.sample_id} are changed"
            return


def frame_numbers(kit: Kit) -> Iterator[str]:
    """Any number of frames, the same one several times, clips of several lengths in one batch, and none at all."""
    request = kit.requests(1)[0]
    batches = {"no frames, as under --view none": [replace(request, frames=None)]}
    if (frames := request.frames) is not None:
        for name, places in (("1 frame", [7]), ("2 frames", [3, 9]), ("the same frame 4 times", [5] * 4)):
            batches[name] = [replace(request, frames=picked(frames, places))]
        batches[f"{NUM_FRAMES} frames"] = [request]
        batches[f"1 frame and {NUM_FRAMES} in one batch"] = [replace(request, frames=picked(frames, [7])), request]
        if kit.model.wants.side is None:
            upright = replace(frames, rgb=frames.rgb.transpose(0, 2, 1, 3).copy())
            batches["two picture sizes in one batch"] = [request, replace(request, frames=upright)]
    for name, batch in batches.items():
        try:
            errors = [reply.error for reply in kit.ask(batch) if reply.error is not None]
        except RAISED as error:
            yield f"{name}: raised {in_words(error)}"
            continue
        if errors:
            yield f"{name}: {errors[0]:.200}"


def picked(frames: Frames, places: Sequence[int]) -> Frames:
    """Some of the frames, with their times and indices."""
    return replace(
        frames,
        rgb=frames.rgb[list(places)],
        pts_seconds=frames.pts_seconds[list(places)],
        indices=tuple(frames.indices[place] for place in places),
    )


def frame_times(kit: Kit) -> Iterator[str]:
    """What the model tells about times is true, in files of several rates and lengths.

    A time may stand for two frames that the model puts into one, and be rounded to a tenth.
    """
    if kit.told_times is None or not kit.model.wants.frames:
        return
    for sample in [sample for sample in kit.samples if sample.task == "doctor_times"][::4]:
        request = kit.request(sample)
        assert request.frames is not None
        true = [float(seconds) for seconds in request.frames.pts_seconds]
        told = [float(seconds) for seconds in kit.told_times(kit.model, request)]
        reach = max(later - earlier for earlier, later in pairwise(true)) / 2 + ROUNDING_SECONDS
        where = f"{len(true)} frames from {true[0]:.2f} s to {true[-1]:.2f} s"
        if not told:
            yield f"{where}: no time is told"
        elif sorted(told) != told:
            yield f"{where}: the times that are told do not rise"
        elif far := [one for one in true if min(abs(one - other) for other in told) > reach]:
            yield f"{where}: told are {len(told)} times from {told[0]:g} s to {told[-1]:g} s, none {far[0]:.2f} s"
        elif not true[0] - reach <= told[0] <= told[-1] <= true[-1] + reach:
            yield f"{where}: told are times from {told[0]:g} s to {told[-1]:g} s"


def prefix(kit: Kit) -> Iterator[str]:
    """A reply's text never begins with the prefix; `prefix` is the one that was asked for, or none.

    `--prefix on` may be refused with an MVBenchError, when the model is built or first asked.
    """
    requests = kit.requests(2)
    bare = [replace(request, prompt=replace(request.prompt, answer_prefix="")) for request in requests[:1]]
    settings: tuple[Literal["auto", "on", "off"], ...] = ("auto", "on", "off")
    for setting in settings:
        try:
            replies = kit.ask([*requests, *bare], self_built(kit, Generation(prefix=setting)))
        except MVBenchError:
            if setting != "on":
                raise
            continue
        for request, reply in zip([*requests, *bare], replies, strict=True):
            asked = request.prompt.answer_prefix
            if asked and repeats(reply.text, asked):
                yield f"--prefix {setting}: the text begins with the prefix: {reply.text!r:.80}"
            allowed = {"auto": ("", asked), "on": (asked,), "off": ("",)}[setting]
            if reply.error is None and reply.prefix not in allowed:
                wanted = " or ".join(map(repr, allowed))
                yield f"--prefix {setting}: Reply.prefix is {reply.prefix!r}; it must be {wanted}"


def self_built(kit: Kit, generation: Generation) -> Model:
    """Another model; the one that is there already for the default settings, whose weights may be loaded."""
    return kit.model if generation == Generation() else kit.build(generation=generation)


def log_probabilities(kit: Kit) -> Iterator[str]:
    """For `--answer options` and `texts`, one finite value per choice.

    Either may be refused with an MVBenchError: when the model is built, or when a server is first asked.
    """
    sample = kit.samples[0]
    fewer = replace(sample, choices=sample.choices[:3])
    requests = [kit.request(sample), kit.request(fewer)]
    modes: tuple[Literal["options", "texts"], ...] = ("options", "texts")
    for mode in modes:
        try:
            replies = kit.ask(requests, kit.build(generation=Generation(answer=mode)))
        except MVBenchError:
            continue
        for request, reply in zip(requests, replies, strict=True):
            values = reply.choice_logprobs
            if values is None or len(values) != len(request.choices):
                size = "no" if values is None else len(values)
                yield f"--answer {mode}: {size} log-probabilities for {len(request.choices)} choices"
            elif not all(math.isfinite(value) for value in values):
                yield f"--answer {mode}: log-probabilities {tuple(values)} are not all finite"


def errors_stay_apart(kit: Kit) -> Iterator[str]:
    """A request that cannot be answered costs its batch at most, and nothing after it."""
    first, odd, last = kit.requests(3)
    expected = [meaning(kit.ask([request])[0], request) for request in (first, last)]
    try:
        replies = kit.ask([first, spoiled(odd), last])
    except BadReplies as error:
        yield f"with a request that cannot be answered, {error}"
    except Exception:
        pass  # allowed: the harness makes error records of the batch
    except SystemExit as error:
        yield f"a request that cannot be answered ends the process with {error.code!r}"
    else:
        others = meanings([replies[0], replies[2]], [first, last])
        if any(reply.error is None for reply in (replies[0], replies[2])) and others != expected:
            yield "a request that cannot be answered changes the replies beside it"
    after = meaning(kit.ask([first])[0], first)
    if after != expected[0]:
        yield f"after a request that cannot be answered, {first.sample_id} gets {after} instead of {expected[0]}"


def spoiled(request: Request) -> Request:
    """With frames of one pixel, and a file that is not there."""
    clip = replace(request.clip, path=request.clip.path.with_name("missing.mp4"))
    if request.frames is None:
        return replace(request, clip=clip)
    return replace(request, clip=clip, frames=replace(request.frames, rgb=request.frames.rgb[:, :1, :1]))


RULES: Mapping[str, Callable[[Kit], Iterator[str]]] = MappingProxyType(
    {
        "protocol": protocol,
        "cheap building": cheap_building,
        "identity": identity,
        "no answer in a request": no_answer_in_request,
        "count": count,
        "reply values": reply_values,
        "answers": answers,
        "determinism": determinism,
        "order": order,
        "batch parity": batch_parity,
        "concurrency": concurrency,
        "frames untouched": frames_untouched,
        "frame numbers": frame_numbers,
        "frame times": frame_times,
        "prefix": prefix,
        "log-probabilities": log_probabilities,
        "errors stay apart": errors_stay_apart,
    }
)
FOUNDATIONS = frozenset({"protocol"})
"""Where one of these is broken, no other can be looked at."""
COMPARES = {"count", "reply values", "determinism"}
NEEDS: Mapping[str, set[str]] = MappingProxyType(
    {
        "reply values": {"count"},
        "answers": {"count", "reply values"},
        "determinism": {"count"},
        "order": COMPARES,
        "batch parity": COMPARES | {"order"},
        "concurrency": COMPARES,
        "frames untouched": {"count"},
        "frame numbers": {"count"},
        "prefix": {"count", "order"},
        "log-probabilities": {"count", "order"},
        "errors stay apart": COMPARES | {"order", "batch parity"},
    }
)
"""What must hold before a rule says anything: one mistake is told once."""
