"""The goldens' networks, complete: their sizes, their weights, and the dialogues behind their texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from baselines.videochat2.build import make
from baselines.videochat2.conversation.dialogue import TAGS, Dialogue, Medium
from baselines.videochat2.conversation.formats import FORMATS
from baselines.videochat2.conversation.labels import Tokens, labelled
from baselines.videochat2.sequence import Words
from baselines.videochat2.sizes import Build, LoraSize, QFormerSize, VisionSize
from baselines.videochat2.weights import names
from tests.parity.videochat2 import Goldens, WordIds, bert_ids, enlarged

PREFIXES = {"vicuna": "llama_", "mistral": "mistral_", "phi3": "mistral_"}
EVERY_LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", "lm_head")
STATES, LOGITS, SUMS = 1e-5, 2e-5, 1e-4


@lru_cache(maxsize=4)
def network(goldens: Goldens, style: str, *, adapters: str | None = None, text: bool = True) -> Any:
    """A VideoChat2 with the stored weights of `style`'s language model and of the case `adapters`."""
    lora = None
    if adapters is not None:
        case = goldens.case(adapters)
        targets = LoraSize().targets if style == "vicuna" else EVERY_LINEAR
        lora = LoraSize(rank=case["lora_r"], alpha=case["lora_alpha"], targets=targets)
    stage: Literal[2, 3] = 3 if text else 2
    build = Build("golden", stage, style, vision(goldens), qformer(goldens, text=text), llm(goldens, style), lora)
    model = make(build)
    stored = weights(goldens, style, adapters=adapters)
    unread = set(stored) - set(model.state_dict())
    assert text or unread, "stage 2 has no text branch"
    assert not any(text or not name.startswith("qformer.bert.") for name in unread), unread
    model.load_state_dict({name: value for name, value in stored.items() if name not in unread})
    return model.eval()


def weights(goldens: Goldens, style: str, *, adapters: str | None) -> dict[str, Any]:
    """By our names. The language model's are stored without the name that adapters put before them."""
    stored = goldens.tensors("w_vicuna_stage3", "weights")
    if style != "vicuna":
        stored = {name: value for name, value in stored.items() if not name.startswith("llama_")}
        stored |= goldens.tensors("g_stage3_mistral", "weights")
    stored = {name: value for name, value in stored.items() if not names.COMPUTED.fullmatch(name)}
    if adapters is not None:
        model = PREFIXES[style] + "model."
        stored = {name.replace(model, f"{model}base_model.model."): value for name, value in stored.items()}
        stored |= goldens.tensors(adapters, "weights")
    renamed = names.ours(list(stored))
    return {renamed[name]: value for name, value in stored.items()}


def vision(goldens: Goldens) -> VisionSize:
    size, about = goldens.dims["vit"], goldens.facts["vision"]
    return VisionSize(
        width=size["dim"],
        blocks=size["depth"] + about["return_index"] + 1,
        heads=size["heads"],
        mlp_ratio=about["mlp_ratio"],
        patch=about["patch"],
        image_side=about["img_size"],
        table_frames=about["frames"],
    )


def qformer(goldens: Goldens, *, text: bool = True) -> QFormerSize:
    size = goldens.dims["qf"]
    return QFormerSize(
        width=size["hidden"],
        layers=size["layers"],
        heads=size["heads"],
        intermediate=size["inter"],
        vocabulary=size["vocab"] + 1,
        max_positions=size["maxpos"],
        cross_attention_every=goldens.facts["qformer"]["cross_attention_freq"],
        queries=size["nq"],
        extra_queries=size["extra"],
        text=text,
    )


def llm(goldens: Goldens, style: str) -> dict[str, Any]:
    size = goldens.dims["llm"]
    common = {
        "vocab_size": size["vocab"],
        "hidden_size": size["hidden"],
        "intermediate_size": size["inter"],
        "num_hidden_layers": size["layers"],
        "num_attention_heads": size["heads"],
        "max_position_embeddings": size["maxpos"],
        "tie_word_embeddings": False,
    }
    if style == "vicuna":
        return {"model_type": "llama", "rms_norm_eps": 1e-6, **common}
    case = goldens.case("g_stage3_mistral")
    own = {"num_key_value_heads": case["num_key_value_heads"], "rms_norm_eps": case["rms_eps"]}
    return {"model_type": "mistral", "rope_theta": case["rope_theta"], "sliding_window": None, **own, **common}


@dataclass(frozen=True)
class Rows:
    """The rows of a case as they are put in: `pixels` (B, T, 3, H, W) and the Q-Former's ids."""

    goldens: Goldens
    case: dict[str, Any]
    style: str
    medium: Medium | None
    kind: str

    @property
    def padding(self) -> Literal["left", "right"]:
        return "right" if self.style == "vicuna" else "left"

    def pixels(self) -> Any:
        return pixels(self.goldens, self.kind)

    def instruction_ids(self, longest: int, texts: Sequence[str] | None = None) -> tuple[Any, Any]:
        import torch

        wanted = self.case[f"{self.kind}_instruction"] if texts is None else texts
        ids, mask = bert_ids(self.goldens.bert_tokenizer, wanted, longest=longest, truncate="left", pad=self.padding)
        return torch.tensor(ids), torch.tensor(mask)

    def parts(self, visual: Sequence[Any]) -> list[list[Any]]:
        """Each text's ids and labels around its visual tokens; the ids are checked against the stored ones."""
        tokenizer = self.goldens.llm_tokenizer
        stored = self.case.get("text_ids" if self.medium is None else f"{self.kind}_text_split_ids", [])
        rows = []
        for number, text in enumerate(self.case[f"{self.kind}_text"]):
            lesson = FORMATS[self.style].lesson(dialogue(text, self.style, self.medium))
            assert (lesson.before or "") + lesson.after == text
            after = tokens(tokenizer, lesson.after)
            labels = labelled(lesson.pieces, after)
            if self.medium is None:
                found: Any = list(after.ids)
                rows += [[Words([1, *after.ids], [-100, *labels])]]
            else:
                before = tokenizer.encode(lesson.before or "")
                found = [before, list(after.ids)]
                rows += [[Words([1, *before]), visual[number], Words(after.ids, labels)]]
            if number < len(stored):
                assert found == stored[number]
        return rows


def pixels(goldens: Goldens, kind: str) -> Any:
    stored = goldens.tensors("e_stage3_vicuna", "in")[f"{kind}_lowres"]
    return enlarged(stored, goldens.case("e_stage3_vicuna")["upsample"])


def tokens(tokenizer: WordIds, text: str) -> Tokens:
    spans = tuple(found.span() for found in re.finditer(tokenizer.pattern, text))
    return Tokens(tuple(tokenizer.encode(text)), spans)


def dialogue(text: str, style: str, medium: Medium | None) -> Dialogue:
    """What a stored text was made of: the texts' own words hold no role's name, so they can be told apart."""
    opening = "" if medium is None else "".join(TAGS[medium])
    if style == "vicuna":
        head, told = text.split(f"###Human: {opening}", 1)
        message, rest = told.split(" ###", 1)
        turns = re.findall(r"(?:###Human: (.*?) )?###Assistant: (.*?) (?=###)", f"###{rest}")
        return Dialogue(tuple(turns), medium, head.removesuffix(" "), message=message)
    if style == "mistral":
        head, rest, message = "", text, ""
        if medium is not None:
            head, told = text.split(f"[INST] {opening}", 1)
            message, rest = told.split(" [/INST]", 1)
        elif not text.startswith("[INST]"):
            head, rest = text.split(" [INST]", 1)
            rest = f" [INST]{rest}"
        else:
            rest = f" {text}"
        turns = re.findall(r"(?: \[INST\] (.*?) \[/INST\])? (.*?) </s>", rest)
        return Dialogue(tuple(turns), medium, head.removesuffix(" "), message=message)
    found = re.match(r"(?:<\|system\|>\n(.*?)<\|end\|>\n)?<\|user\|>\n", text)
    assert found
    message, rest = text[found.end() :].removeprefix(opening).split("\n", 1)
    turns = re.findall(r"(.*?)<\|end\|>\n<\|assistant\|>\n(.*?)<\|end\|>(?:\n<\|user\|>\n)?", rest)
    return Dialogue(tuple(turns), medium, found[1] or "", message=message)
