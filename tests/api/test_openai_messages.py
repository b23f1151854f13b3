"""Request -> messages and completion -> Reply: what needs neither a server nor the `openai` package."""

import base64
import io
import logging
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mvbench.chat_api import Completion, Rejected, Unavailable
from mvbench.errors import Failure, UsageError
from mvbench.models.openai import OpenAI
from mvbench.models.openai.continuation import CLOSE, CONTINUE, find_out
from mvbench.models.openai.messages import clip_part, frames_part, little, video_metadata
from mvbench.models.openai.model import field_refused, merged, title
from mvbench.models.openai.refusals import REFUSED_AT_FIRST, Refusals
from mvbench.models.openai.replies import Tally, letter_logprobs, reply_of
from mvbench.types import Clip, FinishReason, Frames, Generation, Prompt, Request
from mvbench.video import ReadOptions, read
from mvbench.views import NOTHING, VIEWS
from tests.video import draw

SERVER = {"base_url": "http://localhost:8000/v1", "model": "tiny-vl"}


def completion(text: str = "A)", **changes: Any) -> Completion:
    fields: dict[str, Any] = {
        "reasoning": None,
        "refused": False,
        "finish_reason": "stop",
        "first_token": None,
        "input_tokens": 10,
        "output_tokens": 3,
        "model": None,
    }
    return Completion(text, **(fields | changes))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"send_as": "audio"}, "send_as is 'audio'; it must be one of auto, images, video, file"),
        ({"image_format": "gif"}, "image_format is 'gif'"),
        ({"send_as": "video", "image_format": "png"}, "send_as=video sends JPEGs"),
        ({"model": ""}, "model is ''"),
        ({"model": 4}, "model is 4"),
        ({"concurrency": 0}, "concurrency is 0; it must be a whole number of at least 1"),
        ({"concurrency": True}, "concurrency is True"),
        ({"max_retries": 1.5}, "max_retries is 1.5"),
        ({"timeout": -1}, "timeout is -1"),
        ({"timeout": math.nan}, "timeout is nan"),
        ({"timeout": "1"}, "timeout is '1'"),
        ({"cache": 3}, "cache is 3"),
        ({"extra_body": "top_k"}, "extra_body is 'top_k'"),
        ({"extra_body": {"stream": True}}, "extra_body sets stream"),
        ({"generation": Generation(gen_kwargs={"n": 2, "model": "x"})}, "--gen-kwargs sets model, n"),
        ({"generation": Generation(answer="texts")}, "--answer texts"),
        ({"base_url": "localhost"}, "base_url is 'localhost'"),
        ({"api_key_env": "sk-1"}, "api_key_env must be the name"),
        ({"api_key_env": "0123456789abcdef0123456789abcdef"}, "api_key_env must be the name"),
        ({"api_key_env": "A" * 41}, "api_key_env must be the name"),
    ],
)
def test_a_wrong_argument_is_one_line(arguments: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UsageError) as raised:
        OpenAI(**({"generation": Generation()} | SERVER | arguments))
    assert complaint in str(raised.value)
    assert "\n" not in str(raised.value)


def test_frames_of_a_video_part_carry_their_numbers_in_order(tmp_path: Path) -> None:
    frames = read(Clip(draw.h264(tmp_path / "a.mp4"), "video"), ReadOptions(side=None))
    part = frames_part(frames)
    head, _, content = part["video_url"]["url"].partition(",")
    assert (part["type"], head) == ("video_url", "data:video/jpeg;base64")
    pictures = [Image.open(io.BytesIO(base64.b64decode(piece))) for piece in content.split(",")]
    assert [draw.number_of(np.asarray(picture)) for picture in pictures] == list(frames.indices)


def test_a_video_part_comes_with_the_times_of_its_frames(tmp_path: Path) -> None:
    frames = read(Clip(draw.h264(tmp_path / "a.mp4", range(100)), "video", 1.0, 3.0), ReadOptions(side=None))
    metadata = video_metadata(frames)
    times = [place / metadata["fps"] for place in metadata["frames_indices"]]
    assert times == pytest.approx(frames.pts_seconds, abs=1e-6)
    assert metadata["num_frames"] == len(frames.rgb) == 16
    assert (metadata["total_num_frames"], metadata["duration"], metadata["do_sample_frames"]) == (100, 4.0, False)


@pytest.mark.parametrize("view", ["reverse", "shuffle", "middle"])
def test_a_view_that_reorders_frames_keeps_the_times_it_is_told_with_in_order(tmp_path: Path, view: str) -> None:
    frames = read(Clip(draw.h264(tmp_path / "a.mp4"), "video"), ReadOptions(side=None))
    assert video_metadata(VIEWS[view](frames, "seed")) == video_metadata(frames)


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=40).map(sorted), st.floats(0.5, 240), st.integers(1, 100))
def test_metadata_are_what_a_server_accepts_and_times_true_to_half_a_frame(
    seconds: list[float], fps: float, num_source_frames: int
) -> None:
    count = len(seconds)
    frames = Frames(
        np.zeros((count, 2, 2, 3), np.uint8), np.array(seconds), tuple(range(count)), fps, num_source_frames, 1e4,
        (2, 2), "x", "y",
    )  # fmt: skip
    metadata = video_metadata(frames)
    assert len(metadata["frames_indices"]) == metadata["num_frames"] == count
    assert metadata["total_num_frames"] >= max(count, max(metadata["frames_indices"]) + 1)
    for place, second in zip(metadata["frames_indices"], seconds, strict=True):
        assert abs(place / fps - second) <= 0.5 / fps + 1e-9


def test_a_clip_is_made_in_a_process_of_its_own_and_fails_as_reading_does(tmp_path: Path) -> None:
    path = draw.h264(tmp_path / "a.mp4")
    part = clip_part(Clip(path, "video"))
    assert part == {
        "type": "video_url",
        "video_url": {"url": "data:video/mp4;base64," + base64.b64encode(path.read_bytes()).decode()},
    }
    with pytest.raises(Failure, match="missing: no such file"):
        clip_part(Clip(tmp_path / "b.mp4", "video"))


def test_an_answer_never_has_the_prefix_or_the_thoughts_in_its_text() -> None:
    prefix = "Best Option: ("
    for text in ("B) The box.", "Best Option: (B) The box.", " Best Option: (B) The box."):
        assert reply_of(completion(text), prefix=prefix).text == "B) The box."
    assert reply_of(completion("Best Option: (B)"), prefix="").text == "Best Option: (B)"
    reply = reply_of(completion("", reasoning="I see", finish_reason="length"), prefix="")
    assert (reply.text, reply.reasoning, reply.finish_reason) == ("", "I see", "length")


@pytest.mark.parametrize(
    ("said", "refused", "meant"),
    [
        ("stop", False, "stop"),
        ("length", False, "length"),
        ("content_filter", True, "content_filter"),
        ("stop", True, "content_filter"),
        ("eos_token", False, None),
        (None, False, None),
    ],
)
def test_finish_reasons_mean_what_judges_know(said: str | None, refused: bool, meant: FinishReason | None) -> None:
    assert reply_of(completion(finish_reason=said, refused=refused), prefix="").finish_reason == meant


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ({"A": -1.0, "B": -2.0, "C": -3.0}, (-1.0, -2.0, -3.0)),
        (
            {"A": math.log(0.25), " A": math.log(0.25), "(B": math.log(0.5)},
            (math.log(0.5), math.log(0.5), math.log(0.25) - 1),
        ),
        ({"B)": -0.5, "The": -9.0}, (-10.0, -0.5, -10.0)),
        ({"The": -0.1, "It": -3.0, "B": -9.0}, (-10.0, -9.0, -10.0)),
        ({"C": -0.1, "A": -1.7e308}, (-1e9, -1e9 - 1, -0.1)),
        ({"The": -0.5, "a": -1.0}, None),
        ({"D": -0.5}, None),
        ({"": -0.5, " (": -0.7}, None),
    ],
)
def test_spellings_of_a_letter_are_summed_and_unseen_letters_lie_below_every_token(
    tokens: dict[str, float], expected: tuple[float, ...] | None
) -> None:
    found = letter_logprobs(tokens, 3)
    assert found == (None if expected is None else pytest.approx(expected))


@given(st.dictionaries(st.text("ABCDE ()▁.", min_size=1, max_size=3), st.floats(-1.79e308, 0), min_size=1, max_size=20))
def test_letters_get_finite_values_and_the_seen_ones_more_than_the_unseen(tokens: dict[str, float]) -> None:
    found = letter_logprobs(tokens, 4)
    if found is None:
        return
    assert len(found) == 4 and all(map(math.isfinite, found))
    seen = {letter for letter in "ABCD" if any(token.strip(" ()▁.") == letter for token in tokens)}
    values = dict(zip("ABCD", found, strict=True))
    for unseen in set("ABCD") - seen:
        assert all(values[unseen] < values[letter] for letter in seen)
    assert all(values[token] >= max(value, -1e9) - 1e-9 for token, value in tokens.items() if token in values)


BEGUN = "one, two, three, four, five"


@pytest.mark.parametrize(
    ("usual", "continued", "closed", "insist", "works"),
    [
        (completion("four, five"), completion("ur, five"), None, False, True),
        (completion("ur, five", input_tokens=None), completion("ur, five", input_tokens=None), None, False, True),
        (completion("four, five"), completion("four, five"), completion("four, five"), False, False),
        (completion("one, two"), completion("one, two"), completion("one, two"), False, False),
        # what only token counts tell
        (completion("zq", input_tokens=36), completion("zq", input_tokens=30), completion("zq", input_tokens=33), False,
         True),
        (completion("zq", input_tokens=36), completion("zq", input_tokens=33), completion("zq", input_tokens=33), False,
         False),
        (completion("zq", input_tokens=36), completion("zq", input_tokens=30), None, False, False),
        (completion("zq", input_tokens=36), completion("zq", input_tokens=36), None, False, False),
        # what repeats the words that were begun
        (completion("four"), completion(BEGUN), completion("four"), False, True),
        (completion(BEGUN), completion(BEGUN), completion(BEGUN), False, False),
        (completion("four"), completion(BEGUN), completion(BEGUN), False, False),
        (completion("four"), completion(BEGUN), None, False, False),
        # what was refused
        (completion("ur, five"), None, None, False, True),
        (completion("four"), None, None, False, False),
        (None, completion("four"), completion("four"), False, False),
        (None, None, None, False, False),
        # who thinks first
        (completion("", reasoning="The user"), completion("ur, five"), None, False, False),
        (completion("<think>The user"), completion("ur, five"), None, False, False),
        (completion("", reasoning="The user"), completion("ur, five"), None, True, True),
    ],
)  # fmt: skip
def test_a_prefix_is_given_where_the_evidence_says_that_it_is_continued(
    usual: Completion | None, continued: Completion | None, closed: Completion | None, insist: bool, works: bool
) -> None:
    said = {"": usual, str(CONTINUE): continued, str(CLOSE): closed}
    verdict = find_out(lambda fields: said[str(fields) if fields else ""], insist=insist)
    assert verdict.works is works
    assert bool(verdict.fields) == (works and continued is not None)
    assert verdict.evidence


class Asking:
    """Asks a little, and counts how often."""

    def __init__(self, refusal: Failure | None) -> None:
        self.times = 0
        self._refusal = refusal

    def __call__(self) -> None:
        self.times += 1
        if self._refusal is not None:
            raise self._refusal


@pytest.mark.parametrize(
    ("refusal", "ends"), [(None, False), (Rejected("no pictures"), True), (Unavailable("status 500", 500), False)]
)
def test_many_refusals_at_first_end_the_run_only_where_a_small_question_is_refused_too(
    refusal: Failure | None, ends: bool
) -> None:
    refusals, asking = Refusals(), Asking(refusal)
    for _ in range(REFUSED_AT_FIRST - 1):
        assert refusals.count(Rejected("too long"), ask_little=asking) is None
    assert asking.times == 0
    why = refusals.count(Rejected("too long"), ask_little=asking)
    assert why == ("the server refused the first 10 questions, and a small one too: too long" if ends else None)
    refusals.count(Rejected("too long"), ask_little=asking)
    assert asking.times == (2 if ends else 1)


def test_refusals_after_an_answer_never_end_the_run() -> None:
    refusals, asking = Refusals(), Asking(Rejected("no"))
    refusals.answered()
    assert all(refusals.count(Rejected("too long"), ask_little=asking) is None for _ in range(50))
    assert asking.times == 0


def test_a_little_request_shows_as_much_and_none_of_the_question(tmp_path: Path) -> None:
    path = draw.h264(tmp_path / "a.mp4")
    frames = read(Clip(path, "video"), ReadOptions(side=None))
    for shown in (frames, None):
        asked = little(Request("AS/0000", Prompt("s", "q", "p"), ("a", "b"), shown, Clip(path, "video")))
        assert (asked.frames is None) == (shown is None)
        assert asked.frames is None or asked.frames.rgb.shape == (2, 224, 224, 3)
        assert (asked.prompt, asked.clip) == (Prompt("", "Say yes.", ""), NOTHING)


@pytest.mark.parametrize(
    ("why", "field"),
    [
        ("Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.", "max_tokens"),
        ("Unsupported value: 'temperature' does not support 0 with this model. Only 1 is supported.", "temperature"),
        ("[{'type': 'extra_forbidden', 'loc': ['body', 'seed'], 'msg': 'Extra inputs are not permitted'}]", "seed"),
        ("'max_tokens' is too large: 100. The context length is 64 tokens", None),
        ("Unrecognized request argument supplied: add_generation_prompt", None),
        ("this model is not multimodal", None),
        ("logprobs are not supported", None),
        ("this model has not proceeded: unsupported, it was seeded", None),
        ("top_temperature is not supported", None),
        ("temperature: not supported", "temperature"),
    ],
)
def test_a_field_that_a_server_cannot_take_is_told_from_other_complaints(why: str, field: str | None) -> None:
    assert field_refused(why, {"max_tokens": 9, "temperature": 0, "seed": 0}) == field


def test_what_the_user_adds_goes_into_tables_and_wins() -> None:
    ours = {"media_io_kwargs": {"video": {"fps": 25.0, "num_frames": 16}}, "seed": 0}
    theirs = {"media_io_kwargs": {"video": {"fps": 1.0}}, "seed": 3, "top_k": 1}
    assert merged(ours, theirs) == {
        "media_io_kwargs": {"video": {"fps": 1.0, "num_frames": 16}},
        "seed": 3,
        "top_k": 1,
    }
    assert ours["seed"] == 0


def test_cut_replies_are_warned_about_when_they_are_no_accident(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    tally = Tally(100)
    for number in range(19):
        tally.count("length" if number == 0 else "stop")
    assert not caplog.records
    for _ in range(200):
        tally.count("stop")
    tally.count("content_filter")
    assert not caplog.records  # 2 of 220 are below 1 %
    tally.count("length")
    assert [record.getMessage() for record in caplog.records] == [
        "of 221 replies 2 were cut after 100 tokens (raise --max-new-tokens) and 1 declined by a content filter"
    ]
    for _ in range(9):
        tally.count("length")
    assert [record.getMessage().split(" (")[0] for record in caplog.records[1:]] == [
        "of 224 replies 5 were cut after 100 tokens",
        "of 230 replies 11 were cut after 100 tokens",
    ]


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("Qwen3-VL-8B", "Qwen3-VL-8B"),
        ("Qwen/Qwen3-VL-8B", "Qwen/Qwen3-VL-8B"),
        ("/data/checkpoints/mine/", "mine"),
        ("/", "/"),
    ],
)
def test_tables_call_it_by_the_name_of_the_model_and_not_of_the_adapter(model: str, name: str) -> None:
    assert title(model) == name
