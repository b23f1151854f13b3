"""Visual tokens, batches, losses, gradients and greedy replies of the original: cases w, e, f, g, h and i."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from baselines.videochat2.conversation.dialogue import Medium
from baselines.videochat2.conversation.formats import FORMATS
from baselines.videochat2.conversation.labels import num_learned
from baselines.videochat2.sequence import Batch, Words, assembled, caption_rows
from baselines.videochat2.sizes import Compat
from tests.parity.videochat2 import Goldens, enlarged
from tests.parity.videochat2_models import LOGITS, STATES, SUMS, Rows, network, pixels

pytestmark = pytest.mark.slow

BOS, PAD = 1, 2


@pytest.fixture
def goldens(golden_dir: Path) -> Goldens:
    return Goldens(golden_dir / "videochat2")


class Expected(dict[str, Any]):
    """A case's outputs, and which of them were looked at."""

    def __init__(self, goldens: Goldens, name: str) -> None:
        super().__init__(goldens.tensors(name, "out"))
        self.used: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.used.add(name)
        return super().__getitem__(name)

    def all_compared(self, *kinds: str) -> None:
        """Nothing is left out of what the original gave for these inputs, by default for all."""
        left = {name for name in self if not kinds or name.split(".")[0] in kinds} - self.used
        assert self.used and not left, left


def close(found: Any, expected: Any, what: str, *, within: float = STATES) -> None:
    import torch

    assert found.shape == expected.shape, what
    assert torch.isfinite(expected).all(), what
    difference = (found.double() - expected.double()).abs().max().item()
    assert difference <= within, f"{what}: {difference}"


def same(found: Any, expected: Any, what: str) -> None:
    assert found.tolist() == expected.tolist(), what


def check(model: Any, batch: Batch, out: Expected, name: str) -> Any:
    """Everything that is stored of a batch; returns the loss."""
    import torch

    same(batch.attention_mask, out[f"{name}.attention_mask"], f"{name} mask")
    same(batch.labels, out[f"{name}.labels"], f"{name} labels")
    if f"{name}.inputs_embeds" in out:
        close(batch.inputs_embeds, out[f"{name}.inputs_embeds"], f"{name} inputs_embeds")
    result = model(batch.inputs_embeds, batch.attention_mask, batch.labels)
    close(result.logits[:, -1], out[f"{name}.logits_last"], f"{name} logits", within=LOGITS)
    sums = result.logits.double().sum(dim=-1)
    close(sums, out[f"{name}.logits_sum_per_pos"], f"{name} sums", within=SUMS)
    wanted = out[f"{name}.loss"]
    if torch.isnan(wanted):
        assert torch.isnan(result.loss), name
        rescued = model(batch.inputs_embeds, batch.attention_mask, batch.labels, num_learned=num_learned(batch.labels))
        assert rescued.loss.item() == 0
    else:
        close(result.loss, wanted, f"{name} loss")
    return result.loss


def batch_of(model: Any, rows: Sequence[Any], *, max_text: int | None = None) -> Batch:
    """The original's: where a text is cut there is a number in place of the BOS, and in captioning neither."""
    embedding = model.llm.get_input_embeddings()
    number = None if max_text is None else BOS
    return assembled(rows, embedding, pad_id=PAD, max_text=max_text, bos_number=number)


@pytest.mark.parametrize(
    ("name", "style", "kinds"),
    [
        ("e_stage3_vicuna", "vicuna", ("video", "image")),
        ("g_stage3_mistral", "mistral", ("video", "image")),
        ("i_phi_masking", "phi3", ("video",)),
    ],
)
def test_instruction_tuning(goldens: Goldens, name: str, style: str, kinds: Sequence[Any]) -> None:
    model, case = network(goldens, style), goldens.case(name)
    given, out = goldens.tensors(name, "in"), Expected(goldens, name)
    for kind in kinds:
        rows = Rows(goldens, case, style, kind, kind)
        ids, mask = rows.instruction_ids(case["max_txt_len"])
        if f"{kind}.qformer_ids" in given:
            same(ids, given[f"{kind}.qformer_ids"], f"{kind} instruction")
            same(mask, given[f"{kind}.qformer_mask"], f"{kind} instruction's mask")
        visual = model.visual_tokens(rows.pixels(), ids, mask)
        if f"{kind}.encode_img" in out:
            close(visual, out[f"{kind}.encode_img"], f"{kind} visual tokens")
        if f"{kind}.encode_img_empty_instruction" in out:
            empty, ones = rows.instruction_ids(case["max_txt_len"], [""] * len(visual))
            found = model.visual_tokens(rows.pixels(), empty, ones)
            close(found, out[f"{kind}.encode_img_empty_instruction"], f"{kind} visual tokens, empty instruction")
        check(model, batch_of(model, rows.parts(visual), max_text=case["max_txt_len"]), out, kind)
    out.all_compared("video", "image")


def test_texts_cut_on_the_right_and_instructions_cut_on_the_left(goldens: Goldens) -> None:
    model, case = network(goldens, "vicuna"), goldens.case("e_stage3_vicuna")
    given, out = goldens.tensors("e_stage3_vicuna", "in"), Expected(goldens, "e_stage3_vicuna")
    rows = Rows(goldens, case, "vicuna", "video", "video")
    cut = sorted(key.removesuffix(".loss") for key in out if key.startswith("video_trunc") and key.endswith(".loss"))
    assert cut
    for name in cut:
        longest = int(name.removeprefix("video_trunc"))
        visual = model.visual_tokens(rows.pixels(), *rows.instruction_ids(longest))
        check(model, batch_of(model, rows.parts(visual), max_text=longest), out, name)
    cut = sorted(key.removesuffix(".qformer_ids") for key in given if key.startswith("video_maxtxt"))
    assert cut
    for name in (name for name in cut if name.endswith(tuple("0123456789"))):
        ids, mask = rows.instruction_ids(int(name.removeprefix("video_maxtxt")))
        same(ids, given[f"{name}.qformer_ids"], name)
        same(mask, given[f"{name}.qformer_mask"], name)
        close(model.visual_tokens(rows.pixels(), ids, mask), out[f"{name}.encode_img"], name)
    out.all_compared(*(name.split(".")[0] for name in out if name.startswith("video_")))


def test_without_an_instruction_only_the_queries_look(goldens: Goldens) -> None:
    model, out = network(goldens, "vicuna"), Expected(goldens, "e2_no_instruction")
    for kind in ("video", "image"):
        close(model.visual_tokens(pixels(goldens, kind)), out[f"{kind}.encode_img"], kind)
    out.all_compared()


def test_captions(goldens: Goldens) -> None:
    model, out = network(goldens, "vicuna", text=False), Expected(goldens, "e3_stage2_vicuna")
    case = goldens.case("e3_stage2_vicuna")
    for name in ("video", "image", "video_noprompt"):
        kind = name.split("_")[0]
        visual = model.visual_tokens(pixels(goldens, kind))
        if f"{name}.encode_img" in out:
            close(visual, out[f"{name}.encode_img"], name)
        prompt = "" if name.endswith("noprompt") else case[f"prompt_{kind}"]
        rows = captions(goldens, case, visual, style="vicuna", medium=kind, prompt=prompt, pieces=f"{kind}_")
        check(model, batch_of(model, rows), out, name)
    out.all_compared()


def test_captions_whose_end_is_padding_do_not_learn_to_stop(goldens: Goldens) -> None:
    model, out = network(goldens, "mistral", text=False), Expected(goldens, "g2_stage2_mistral")
    case = goldens.case("g2_stage2_mistral")
    visual = model.visual_tokens(pixels(goldens, "video"))
    rows = captions(goldens, case, visual, style="mistral", medium="video", prompt=case["prompt_video"], pieces="")
    check(model, batch_of(model, rows), out, "video")
    out.all_compared()


def captions(
    goldens: Goldens, case: dict[str, Any], visual: Any, *, style: str, medium: Medium, prompt: str, pieces: str
) -> Sequence[Any]:
    """A case's captions, its request and ids checked against the stored ones."""
    tokenizer, stored = goldens.llm_tokenizer, case["pieces_ids"]
    before, after = "", ""
    if prompt:
        request = re.search(r"</\w+> (.*?) (?:###|\[/INST\])", prompt)
        assert request
        before, after = FORMATS[style].caption(request[1], medium)
        assert f"<{medium.title()}Here>".join((before, after)) == prompt
        assert tokenizer.encode(before) == stored[f"{pieces}before"]
        assert tokenizer.encode(after) == stored[f"{pieces}after"]
    assert FORMATS[style].stops()[0] == case["end_sym"]
    ends = [tokenizer.encode(caption + case["end_sym"]) for caption in case["captions"]]
    assert ends == stored["captions_with_end"]
    return caption_rows(
        visual,
        ends,
        before=[BOS, *tokenizer.encode(before)],
        after=tokenizer.encode(after),
        pad_id=PAD,
        max_text=case["max_txt_len"],
        compat=Compat(end_of_caption="masked"),
    )


@pytest.mark.parametrize(
    ("name", "of", "style"),
    [
        ("f_stage3_lora_vicuna", "e_stage3_vicuna", "vicuna"),
        ("g3_stage3_mistral_lora", "g_stage3_mistral", "mistral"),
    ],
)
def test_adapters_and_what_is_trained(goldens: Goldens, name: str, of: str, style: str) -> None:
    from baselines.videochat2.weights import names

    model, case, out = network(goldens, style, adapters=name), goldens.case(of), Expected(goldens, name)
    model.zero_grad()
    rows = Rows(goldens, case, style, "video", "video")
    visual = model.visual_tokens(rows.pixels(), *rows.instruction_ids(case["max_txt_len"]))
    check(model, batch_of(model, rows.parts(visual), max_text=case["max_txt_len"]), out, "video").backward()
    trained = {key: weight for key, weight in model.named_parameters() if weight.requires_grad}
    if "trainable_count" in out:
        assert sum(weight.numel() for weight in trained.values()) == out["trainable_count"].item()
    norms = {key.removeprefix("video.gradnorm."): out[key] for key in out if "gradnorm" in key}
    found = names.ours(list(norms))
    for key, wanted in norms.items():
        assert trained[found[key]].grad.norm().item() == pytest.approx(wanted.item(), rel=1e-5), key
    out.all_compared("video", "trainable_count")


def test_greedy_replies(goldens: Goldens) -> None:
    import torch

    model, case = network(goldens, "vicuna", adapters="f_stage3_lora_vicuna"), goldens.case("f_stage3_lora_vicuna")
    out, tokenizer = Expected(goldens, "f_stage3_lora_vicuna"), goldens.llm_tokenizer
    rows = Rows(goldens, goldens.case("e_stage3_vicuna"), "vicuna", "video", "video")
    embedding = model.llm.get_input_embeddings()
    for number, asked in enumerate(case["generation"]):
        before, after = asked["prompt"].split("<VideoHere>")
        parts = [tokenizer.encode(before, add_special_tokens=True), tokenizer.encode(after)]
        assert parts == asked["seg_ids"]
        row = rows.pixels()[asked["video_row"]][None]
        with torch.no_grad():
            visual = model.visual_tokens(row, *rows.instruction_ids(512, [asked["instruction"]]))
            close(visual, out[f"gen{number}.video_emb"], "visual tokens")
            batch = assembled([[Words(parts[0]), visual[0], Words(parts[1])]], embedding, pad_id=PAD, padding="left")
            close(batch.inputs_embeds, out[f"gen{number}.context_emb"], "context")
            length = len(asked["tokens"])
            written = model.llm.generate(
                inputs_embeds=batch.inputs_embeds,
                attention_mask=batch.attention_mask,
                max_new_tokens=length,
                min_new_tokens=1,
                do_sample=False,
                eos_token_id=2,
                pad_token_id=PAD,
            )
        assert written[0].tolist() == asked["tokens"] == asked["manual_greedy"]
        same(written[0], out[f"gen{number}.token_ids"], "tokens")
    out.all_compared(*(f"gen{number}" for number in range(9)))


def test_high_resolution(goldens: Goldens) -> None:
    model, case = network(goldens, "mistral"), goldens.case("h_hd_mistral")
    given, out = goldens.tensors("h_hd_mistral", "in"), Expected(goldens, "h_hd_mistral")
    side = case["local_size"]
    for kind in ("video", "image"):
        rows = Rows(goldens, case, "mistral", kind, kind)
        number = len(case[f"{kind}_text"])
        videos = [enlarged(given[f"{kind}{row}_lowres"], case["upsample"]) for row in range(number)]
        ids, mask = rows.instruction_ids(case["max_txt_len"])
        for name, whole in ((kind, True), (f"{kind}_noglobal", False)):
            visual = model.tiled_visual_tokens(videos, ids, mask, side=side, whole=whole)
            for row, tokens in enumerate(visual):
                if f"{name}.encode_img.{row}" in out:
                    close(tokens[None], out[f"{name}.encode_img.{row}"], f"{name} {row}")
            if f"{name}.loss" in out:
                check(model, batch_of(model, rows.parts(visual), max_text=case["max_txt_len"]), out, name)
    text = Rows(goldens, case, "mistral", None, "text")
    check(model, batch_of(model, text.parts([]), max_text=case["max_txt_len"]), out, "text")
    out.all_compared()
