"""Prefix, decoding, counts, scores and failures, on one family or two."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mvbench.errors import ModelError, UsageError
from mvbench.model import CountsTokens, Model, Reports
from mvbench.models.huggingface import HuggingFace
from mvbench.types import Generation
from tests.hf.asking import PROMPT, frames, request

pytestmark = pytest.mark.slow

Checkpoint = Callable[[str], Path]


def model_of(path: Path, generation: Generation | None = None, **arguments: Any) -> HuggingFace:
    return HuggingFace(generation=generation or Generation(max_new_tokens=6), path=str(path), device="cpu", **arguments)


def prompts(model: HuggingFace, *asked: Any) -> list[str]:
    return [model._load().inputs.asked(one).text for one in asked]


def test_the_contract_and_both_additions_are_kept(checkpoint: Checkpoint) -> None:
    model = model_of(checkpoint("llava"))
    assert isinstance(model, Model) and isinstance(model, Reports) and isinstance(model, CountsTokens)
    assert model.answer([]) == []


def test_the_reply_continues_the_prefix_and_does_not_contain_it(checkpoint: Checkpoint) -> None:
    model = model_of(checkpoint("qwen3_vl"))
    (text,) = prompts(model, request())
    assert text.endswith("<|im_start|>assistant\nBest Option: (")
    (reply,) = model.answer([request()])
    assert reply.prefix == "Best Option: ("
    assert not reply.text.startswith(reply.prefix)


@pytest.mark.parametrize(("prefix", "answer_prefix"), [("off", "Best Option: ("), ("auto", ""), ("on", "")])
def test_without_a_prefix_the_turn_is_the_models(checkpoint: Checkpoint, prefix: Any, answer_prefix: str) -> None:
    model = model_of(checkpoint("qwen3_vl"), Generation(max_new_tokens=6, prefix=prefix))
    asked = request(answer_prefix=answer_prefix)
    assert prompts(model, asked)[0].endswith("<|im_start|>assistant\n")
    assert model.answer([asked])[0].prefix == ""


def test_the_system_text_comes_first_and_again_where_the_protocol_says_so(checkpoint: Checkpoint) -> None:
    model = model_of(checkpoint("qwen3_vl"))
    once, twice, never = prompts(model, request(), request(repeat_system=True), request(system=""))
    assert [text.count(PROMPT.system) for text in (once, twice, never)] == [1, 2, 0]
    assert once.startswith("<|im_start|>system\n" + PROMPT.system)
    assert "<|vision_end|>" + PROMPT.system + "Question:" in twice
    assert "<|im_start|>system" not in never


def test_greedy_is_sent_whatever_the_checkpoint_says(checkpoint: Checkpoint) -> None:
    """The tiny checkpoints ask for sampling, with a repetition penalty of 1.5."""
    from transformers import AutoModelForImageTextToText

    path = checkpoint("llava")
    assert json.loads((path / "generation_config.json").read_text())["do_sample"] is True
    model = model_of(path, Generation(max_new_tokens=12))
    first, again = model.answer([request()]), model.answer([request()])
    assert first == again
    used = model.used()["generation"]
    assert (used["do_sample"], used["num_beams"], used["repetition_penalty"]) == (False, 1, 1.0)
    assert not {"temperature", "top_k", "top_p"} & set(used)
    loaded = model._load()
    plain = AutoModelForImageTextToText.from_pretrained(path)
    asked = loaded.inputs.asked(request())
    tokens = loaded.inputs.tensors([request()], [asked])
    ids, said = tokens["input_ids"], []
    for _ in range(12):  # the most probable token, again and again, by hand
        inputs = {**tokens, "input_ids": ids, "attention_mask": ids.new_ones(ids.shape)}
        following = plain(**inputs).logits[0, -1].argmax()
        if int(following) == loaded.inputs.tokenizer.eos_token_id:
            break
        said.append(int(following))
        ids = following.new_tensor([[*ids[0].tolist(), *said[-1:]]])
    assert first[0].text == loaded.inputs.tokenizer.decode(said, skip_special_tokens=True)


def test_sampling_follows_the_seed_and_the_question(checkpoint: Checkpoint) -> None:
    def texts(seed: int) -> list[str]:
        model = model_of(checkpoint("llava"), Generation(max_new_tokens=8, gen_kwargs={"temperature": 5.0}, seed=seed))
        return [model.answer([request(number)])[0].text for number in (0, 1, 0)]

    first = texts(0)
    assert first == texts(0)
    assert first[0] == first[2]
    assert texts(1) != first


def test_the_random_state_is_left_alone(checkpoint: Checkpoint) -> None:
    import torch

    model = model_of(checkpoint("llava"), Generation(max_new_tokens=4, gen_kwargs={"do_sample": True}))
    before = torch.get_rng_state()
    model.answer([request()])
    assert torch.equal(before, torch.get_rng_state())


def test_a_reply_that_was_cut_says_length_and_one_that_ended_says_stop(checkpoint: Checkpoint) -> None:
    model = model_of(checkpoint("llava"), Generation(max_new_tokens=40))
    replies = model.answer([request(number) for number in range(12)])
    assert {reply.finish_reason for reply in replies} == {"stop", "length"}
    for reply in replies:
        assert reply.output_tokens is not None
        assert (reply.output_tokens == 40) or reply.finish_reason == "stop"
        assert reply.finish_reason == "stop" or reply.output_tokens == 40


def test_what_was_used_can_be_written_down(checkpoint: Checkpoint) -> None:
    model = model_of(checkpoint("qwen3_vl"), batch_size=4)
    model.answer([request(number) for number in range(3)])
    used = dict(model.used())
    assert json.loads(json.dumps(used)) == used
    assert (used["model"], used["device"], used["dtype"]) == ("Qwen3VLForConditionalGeneration", ["cpu"], ["float32"])
    assert (used["frames_as"], used["batch_size"], used["attn_implementation"]) == ("video", 3, "sdpa")
    assert used["generation"]["max_new_tokens"] == 6


def test_attention_and_dtype_are_passed_through(checkpoint: Checkpoint) -> None:
    model = model_of(checkpoint("llava"), attn_implementation="eager", dtype="float16")
    model.answer([request()])
    assert (model.used()["attn_implementation"], model.used()["dtype"]) == ("eager", ["float16"])


def test_a_device_map_is_passed_to_accelerate(checkpoint: Checkpoint) -> None:
    model = HuggingFace(generation=Generation(max_new_tokens=2), path=str(checkpoint("llava")), device_map={"": "cpu"})
    assert model.answer([request()])[0].error is None


def test_a_pixel_budget_changes_the_number_of_tokens(checkpoint: Checkpoint) -> None:
    asked = request(0, frames(size=(320, 240)))
    path = checkpoint("qwen2_5_vl")
    counts = [model_of(path, max_pixels=budget).count_tokens(asked) for budget in (28 * 28, 16 * 28 * 28)]
    assert counts[1] - counts[0] > 10
    plain = model_of(path).count_tokens(asked)
    assert plain == model_of(path, max_pixels=4 * 28 * 28).count_tokens(asked)


@pytest.mark.parametrize("family", ["llava", "internvl"])
def test_a_budget_for_a_processor_without_one_is_refused(checkpoint: Checkpoint, family: str) -> None:
    with pytest.raises(UsageError, match="has no pixel budget"):
        model_of(checkpoint(family), max_pixels=1000).answer([request()])


@contextmanager
def room_for(model: HuggingFace, largest: int) -> Iterator[list[int]]:
    """The model with memory for so many requests; the sizes it was asked for."""
    import torch

    module = model._load().model
    generate, sizes = module.generate, []

    def limited(**inputs: Any) -> Any:
        sizes.append(len(inputs["input_ids"]))
        if sizes[-1] > largest:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return generate(**inputs)

    module.generate = limited
    yield sizes


def test_too_large_a_batch_is_halved_and_the_size_remembered(checkpoint: Checkpoint) -> None:
    asked = [request(number) for number in range(6)]
    expected = model_of(checkpoint("qwen3_vl")).answer(asked)
    model = model_of(checkpoint("qwen3_vl"))
    with room_for(model, 2) as sizes:
        assert model.answer(asked) == expected
        assert sizes == [6, 3, 1, 1, 1, 1, 1, 1]
        sizes.clear()
        assert model.answer(asked) == expected
        assert sizes == [1] * 6
    assert model.used()["batch_size"] == 1


def test_what_does_not_fit_alone_is_an_error_reply(checkpoint: Checkpoint) -> None:
    model = model_of(checkpoint("llava"))
    with room_for(model, 0):
        replies = model.answer([request(0), request(1)])
    assert all("out of memory" in (reply.error or "") for reply in replies)


def test_a_hostile_question_costs_itself_alone(checkpoint: Checkpoint) -> None:
    """A question that holds the mark of a picture makes the processor count wrongly."""
    asked = [request(0), request(1, question="What is <image> here?"), request(2)]
    model = model_of(checkpoint("llava"))
    first, bad, last = model.answer(asked)
    assert bad.error is not None and "\n" not in bad.error
    assert [first, last] == model_of(checkpoint("llava")).answer([asked[0], asked[2]])


def test_clips_of_several_lengths_are_asked_in_groups(checkpoint: Checkpoint) -> None:
    model = model_of(checkpoint("internvl"))
    asked = [request(number, frames(number, times=(0.0, 0.4, 0.8)[: 1 + number % 3])) for number in range(6)]
    with room_for(model, 99) as sizes:
        together = model.answer(asked)
    assert sizes == [2, 2, 2]
    assert together == [model.answer([one])[0] for one in asked]


def logprob_by_hand(model: HuggingFace, asked: Any, continuation: list[int]) -> float:
    """Of these tokens after the prompt: a forward pass for each of them, nothing padded."""
    import torch

    loaded = model._load()
    tensors = dict(loaded.inputs.tensors([asked], [loaded.inputs.asked(asked)]))
    total = 0.0
    for token in continuation:
        with torch.no_grad():
            logits = loaded.model(**tensors).logits[0, -1].double()
        total += float(torch.log_softmax(logits, dim=-1)[token])
        more = torch.tensor([[token]])
        for name in ("input_ids", "attention_mask", "mm_token_type_ids"):
            if name in tensors:
                fed = {"input_ids": more, "attention_mask": torch.ones_like(more)}.get(name, torch.zeros_like(more))
                tensors[name] = torch.cat([tensors[name], fed], dim=1)
    return total


@pytest.mark.parametrize("family", ["llava", "qwen2_5_vl", "qwen3_vl", "internvl", "llava_onevision"])
@pytest.mark.parametrize("prefix", ["auto", "off"])
def test_texts_are_scored_as_the_sum_over_their_tokens(checkpoint: Checkpoint, family: str, prefix: Any) -> None:
    model = model_of(checkpoint(family), Generation(answer="texts", prefix=prefix))
    asked = [request(0), replace(request(1), choices=("a", "close the door"))]
    for one, reply in zip(asked, model.answer(asked), strict=True):
        written = [f"{'ABCD'[place]}) {text}" if prefix == "auto" else text for place, text in enumerate(one.choices)]
        tokenizer = model._load().inputs.tokenizer
        spaces = ("",) if prefix == "auto" else ("", " ")
        by_hand = [
            [logprob_by_hand(model, one, tokenizer.encode(space + text)) for space in spaces] for text in written
        ]
        summed = [math.log(sum(map(math.exp, logs))) for logs in by_hand]
        assert reply.choice_logprobs == pytest.approx(summed, abs=1e-4)
        assert reply.text == ""


@pytest.mark.parametrize("prefix", ["auto", "off"])
def test_letters_are_scored_over_their_spellings(checkpoint: Checkpoint, prefix: Any) -> None:
    model = model_of(checkpoint("qwen3_vl"), Generation(answer="options", prefix=prefix))
    asked = request(0)
    (reply,) = model.answer([asked])
    encode = model._load().inputs.tokenizer.encode
    openings = ("", " ") if prefix == "auto" else ("", " ", "(", " (")
    for letter, score in zip("ABCD", reply.choice_logprobs or (), strict=True):
        spellings = {tuple(encode(opening + letter)) for opening in openings}
        by_hand = [logprob_by_hand(model, asked, list(spelling)) for spelling in spellings]
        assert score == pytest.approx(math.log(sum(map(math.exp, by_hand))), abs=1e-4)


def test_the_letters_together_are_no_more_than_certain(checkpoint: Checkpoint) -> None:
    model = model_of(checkpoint("llava"), Generation(answer="options"))
    (reply,) = model.answer([replace(request(0), choices=tuple("abcdefghijklmnopqrstuvwxyz"))])
    assert 0 < np.exp(reply.choice_logprobs or ()).sum() <= 1


def test_more_choices_than_letters_are_an_error_reply(checkpoint: Checkpoint) -> None:
    model = model_of(checkpoint("llava"), Generation(answer="options"))
    (reply,) = model.answer([replace(request(0), choices=("x",) * 27)])
    assert reply.error == "ValueError: 27 choices; there are letters for 26"


def test_a_choice_without_text_is_an_error_reply(checkpoint: Checkpoint) -> None:
    model = model_of(checkpoint("llava"), Generation(answer="texts", prefix="off"))
    good, bad = model.answer([request(0), replace(request(1), choices=("sit", ""))])
    assert bad.error == "ValueError: a choice without text cannot be scored by its text"
    assert good.error is None


@pytest.mark.parametrize("answered_before", [False, True])
def test_scores_that_are_no_numbers_stop_the_run_or_are_an_error_reply(
    checkpoint: Checkpoint, answered_before: bool
) -> None:
    import torch

    model = model_of(checkpoint("llava"), Generation(answer="options"))
    if answered_before:
        model.answer([request(1)])
    with torch.no_grad():
        model._load().model.lm_head.weight.fill_(torch.nan)
    if answered_before:
        assert "not finite" in (model.answer([request(0)])[0].error or "")
    else:
        with pytest.raises(ModelError, match=r"even a plain question .*not finite"):
            model.answer([request(0)])


def test_a_hostile_first_question_costs_itself_alone(checkpoint: Checkpoint) -> None:
    model = model_of(checkpoint("llava"))
    (bad,) = model.answer([request(1, question="What is <image> here?")])
    assert bad.error is not None
    assert model.answer([request(0)])[0].error is None


def test_frames_that_cannot_be_written_are_read(checkpoint: Checkpoint) -> None:
    """torch warns of such an array, and takes none that runs backwards; a warning fails the test."""
    shown = frames(0)
    expected = model_of(checkpoint("internvl")).answer([request(0, shown)])
    shown.rgb.setflags(write=False)
    backwards = replace(shown, rgb=shown.rgb[::-1].copy()[::-1])
    assert model_of(checkpoint("internvl")).answer([request(0, shown)]) == expected
    assert model_of(checkpoint("internvl")).answer([request(0, backwards)]) == expected


@pytest.mark.skipif(find_spec("bitsandbytes") is not None, reason="bitsandbytes is installed")
def test_quantisation_without_its_package_names_the_install(checkpoint: Checkpoint) -> None:
    with pytest.raises(UsageError, match="pip install bitsandbytes"):
        model_of(checkpoint("llava"), quantization="4bit").answer([request()])


def test_nothing_is_logged_or_printed_for_each_batch(
    checkpoint: Checkpoint, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    model = model_of(checkpoint("qwen3_vl"))
    model.answer([request(0)])
    capfd.readouterr()
    model.answer([request(1), request(2)])
    assert not caplog.records
    assert capfd.readouterr() == ("", "")


def test_a_template_that_has_no_place_for_frames_is_named(checkpoint: Checkpoint, tmp_path: Path) -> None:
    model = altered(checkpoint("llava"), tmp_path, "{% for m in messages %}{{ m.content[0].text }}{% endfor %}")
    with pytest.raises(ModelError, match="chat template"):
        model.answer([request()])


def test_a_checkpoint_without_a_chat_template_is_named(checkpoint: Checkpoint, tmp_path: Path) -> None:
    model = altered(checkpoint("llava"), tmp_path, None)
    with pytest.raises(ModelError, match="has no chat template"):
        model.answer([request()])


NO_SYSTEM = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    "{% for m in messages %}{{ m['role'] }}: {% for part in m['content'] %}"
    "{{ part['text'] if part['type'] == 'text' else '<image>' }}{% endfor %}{{ '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}assistant:{% endif %}"
)
PLAIN_SYSTEM = (
    "{% for m in messages %}{{ m['role'] }}: {% if m['role'] == 'system' %}{{ m['content'] }}{% else %}"
    "{% for part in m['content'] %}{{ part['text'] if part['type'] == 'text' else '<image>' }}{% endfor %}"
    "{% endif %}{{ '\n' }}"
    "{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}"
)
NEVER_OPEN = (
    "{% for m in messages %}{% if m['role'] != 'assistant' %}{{ m['role'] }}: {% for part in m['content'] %}"
    "{{ part['text'] if part['type'] == 'text' else '<image>' }}{% endfor %}{{ '\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}assistant:{% endif %}"
)


def altered(path: Path, folder: Path, template: str | None) -> HuggingFace:
    """The checkpoint with another chat template, or none."""
    for file in path.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "chat_template.jinja").unlink()
    if template is not None:
        (folder / "chat_template.jinja").write_text(template)
    return model_of(folder)


def test_a_template_that_refuses_a_system_message_gets_it_before_the_question(
    checkpoint: Checkpoint, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = altered(checkpoint("llava"), tmp_path, NO_SYSTEM)
    (text,) = prompts(model, request())
    assert text.startswith("user: <image><image><image><image>" + PROMPT.system + "Question:")
    assert model.answer([request()])[0].error is None
    assert model.used()["system_as"] == "user text"
    assert caplog.text.count("takes no system message") == 1


def test_a_template_that_takes_a_plain_system_text_gets_one(checkpoint: Checkpoint, tmp_path: Path) -> None:
    model = altered(checkpoint("llava"), tmp_path, PLAIN_SYSTEM)
    assert prompts(model, request())[0].startswith("system: " + PROMPT.system + "\nuser: <image>")


def test_a_template_that_leaves_no_turn_open_has_the_prefix_appended(checkpoint: Checkpoint, tmp_path: Path) -> None:
    model = altered(checkpoint("llava"), tmp_path, NEVER_OPEN)
    assert prompts(model, request())[0].endswith("0\nassistant:Best Option: (")
