"""VideoChat2's speed: each stage beside the machine's ceiling, and batches beside the notebook's way.

    python benchmarks/videochat2.py [--size tiny] [--device cpu] [--dtype float32] [--frames 16] [--batch-size 16]
        [--questions 72] [--repeats 3] [--threads N] [--data demo] [--json FILE]
    python benchmarks/videochat2.py --size vicuna_7b --device cuda --dtype bfloat16 --questions 32

Weights are drawn at random, as large as asked, where they are to work. Questions and their decoded frames are the first
of a data set, in its order, as `mvbench eval` asks them; decoding is not timed. Prints; asserts nothing. Seconds are on
the clock; with one thread of a CPU they are CPU seconds, which hold on a busy machine. FLOP are counted by torch's
FlopCounterMode, fused attention included, as if nothing in attention were masked.

The notebook's way is that of `notebook_videochat2.py`, in the dtype given here for both sides. It is raced twice: with
weights that never end a reply, and with weights that were taught to reply as trained ones do, a letter and a few words.
With those the letters told by `--answer options` and `texts` are compared with the ones that are written.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from notebook_videochat2 import race
from random_videochat2 import adapter, drawn, teach
from torch.utils.flop_counter import FlopCounterMode

sys.path.pop(0)  # this folder, in which `qa_gen` would be the benchmark of that name

from baselines.videochat2.answering.opening import opened
from baselines.videochat2.answering.replies import Asked, Ready, ask
from baselines.videochat2.build import BUILDS
from baselines.videochat2.conversation.formats import evaluation
from mvbench import provenance
from mvbench.models.huggingface.decoding import settings
from mvbench.models.huggingface.lending import lent, quiet
from mvbench.prompts import PROTOCOLS
from mvbench.registry import dataset_folder
from mvbench.sampling import Sampling
from mvbench.scoring import JUDGES
from mvbench.tasks import Dataset, load
from mvbench.types import LETTERS, Generation, Reply, Request, Sample
from mvbench.video import ReadOptions, read

DATA = "demo"
PROTOCOL = "notebook"
STAGE_REPEATS = 7
SIDES = {"cpu": (256, 512, 1024)}
LARGE_SIDES = (2048, 4096, 8192, 16384)
"""Of the square matrices whose product is the ceiling."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Seconds that some work takes on a device."""

    device: torch.device

    @property
    def alone(self) -> bool:
        """Whether a busy machine is reckoned out."""
        return self.device.type == "cpu" and torch.get_num_threads() == 1

    def now(self) -> float:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return time.process_time() if self.alone else time.perf_counter()

    def seconds(self, work: Callable[[], object]) -> float:
        began = self.now()
        work()
        return self.now() - began

    def median(self, work: Callable[[], object], *, repeats: int) -> float:
        work()  # warm-up
        return statistics.median(self.seconds(work) for _ in range(repeats))


def ceiling(clock: Clock, dtype: torch.dtype) -> float:
    """FLOP per second of the fastest of some square products."""
    best = 0.0
    for side in SIDES.get(clock.device.type, LARGE_SIDES):
        left, right = torch.randn(2, side, side, device=clock.device).to(dtype)
        best = max(best, 2 * side**3 / clock.median(lambda: left @ right, repeats=STAGE_REPEATS))  # noqa: B023
    return best


class Decoding:
    """After a batch of prompts was read, one token more for each, as often as it is called."""

    def __init__(self, llm: Any, asked: Asked) -> None:
        self.llm, self.asked = llm, asked
        self.read()

    def read(self) -> None:
        """The prompts, from the beginning."""
        inputs, self.memory = opened(self.llm, self.asked.inputs, shared=self.asked.shared)
        self.mask = inputs["attention_mask"]
        begun = self.memory.get_seq_length()
        places = (self.mask.cumsum(dim=1) - 1).clamp(min=0)
        self.said = self.llm(
            inputs_embeds=inputs["inputs_embeds"][:, begun:],
            attention_mask=self.mask,
            position_ids=places[:, begun:],
            past_key_values=self.memory,
            use_cache=True,
            logits_to_keep=1,
        )

    def step(self) -> None:
        tokens = self.said.logits[:, -1:].argmax(dim=-1)  # (B, 1)
        places = self.mask.sum(dim=1, keepdim=True)
        self.mask = torch.cat([self.mask, torch.ones_like(tokens)], dim=1)
        self.said = self.llm(
            input_ids=tokens,
            attention_mask=self.mask,
            position_ids=places,
            past_key_values=self.memory,
            use_cache=True,
        )


def stages(ready: Ready, requests: Sequence[Request], clock: Clock) -> Iterator[tuple[str, float, int]]:
    """Of one batch: name, seconds and FLOP of each stage, on what it is given when the adapter asks."""
    model = ready.loaded.model
    calls: dict[str, tuple[Any, Any]] = {}
    hooks = [
        getattr(model, name).register_forward_pre_hook(
            lambda _, given, named, name=name: calls.setdefault(name, (given, named)) and None, with_kwargs=True
        )
        for name in ("vision_encoder", "qformer")
    ]
    with quiet(), lent(model, ready.config):
        asked = ask(requests, ready, prefix=True)
        for hook in hooks:
            hook.remove()
        decoding = Decoding(model.llm, asked)
        work: dict[str, Callable[[], object]] = {
            "vision encoder": partial(model.vision_encoder, *calls["vision_encoder"][0], **calls["vision_encoder"][1]),
            "Q-Former": partial(model.qformer, *calls["qformer"][0], **calls["qformer"][1]),
            "prefill": decoding.read,
            "decode, one token": decoding.step,
        }
        for name, one in work.items():
            seconds = clock.median(one, repeats=STAGE_REPEATS)
            with FlopCounterMode(display=False) as counter:
                one()
            yield name, seconds, counter.get_total_flops()


def agreement(
    ready: Ready, samples: Sequence[Sample], requests: Sequence[Request], written: Sequence[Reply], *, batch_size: int
) -> dict[str, dict[str, int]]:
    """By task: how many questions, and for how many the letter that is written is the one each other way tells."""
    judge = JUDGES["parsed"]
    table = {sample.task: {"questions": 0, "options": 0, "texts": 0} for sample in samples}
    letters = [judge(sample, reply).choice for sample, reply in zip(samples, written, strict=True)]
    for sample in samples:
        table[sample.task]["questions"] += 1
    for answer in ("options", "texts"):
        model = adapter(ready.loaded, answer=answer, batch_size=batch_size)
        told = [
            reply
            for start in range(0, len(requests), batch_size)
            for reply in model.answer(requests[start : start + batch_size])
        ]
        for sample, letter, reply in zip(samples, letters, told, strict=True):
            table[sample.task][answer] += letter is not None and judge(sample, reply).choice == letter
    return table


def peak_memory(ready: Ready, requests: Sequence[Request], device: torch.device) -> dict[str, float]:
    """MiB: of the process so far, and on a GPU of one batch's answer, weights included."""
    memory = {"resident": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        adapter(ready.loaded, batch_size=len(requests)).answer(requests)
        memory["gpu"] = torch.cuda.max_memory_allocated(device) / 2**20
    return memory


def questions(dataset: Dataset, how: ReadOptions, most: int) -> tuple[list[Sample], list[Request]]:
    """The first, with their frames."""
    samples = list(dataset.samples[:most])
    render = PROTOCOLS[PROTOCOL].render
    return samples, [Request.about(sample, render(sample), read(sample.clip, how)) for sample in samples]


def print_stages(rows: Sequence[dict[str, Any]], top: float) -> None:
    print(f"{'stage, one batch':<20} {'seconds':>9} {'GFLOP':>10} {'GFLOP/s':>9} {'of the ceiling':>15}")
    for row in rows:
        rate = row["flop"] / row["seconds"] / 1e9
        print(f"{row['stage']:<20} {row['seconds']:>9.4f} {row['flop'] / 1e9:>10.3f} {rate:>9.1f}", end=" ")
        print(f"{row['share_of_ceiling']:>14.1%}")
    print(f"{'ceiling':<20} {'':>9} {'':>10} {top / 1e9:>9.1f}   the fastest of some square products\n", flush=True)


def print_race(title: str, result: dict[str, Any]) -> None:
    rates, ratio, n = result["questions_per_second"], result["ratio"], result["questions"]
    tokens = result["tokens_of_a_reply"]
    print(f"{title}: {n} questions")
    for name in ("notebook", "batches"):
        print(f"  {name:<9} {rates[name]['median']:>8.2f} questions/s, {tokens[name]:.1f} tokens a reply")
    print(
        f"  ratio     {ratio['median']:>8.2f} ({ratio['min']:.2f} to {ratio['max']:.2f}; wanted of tiny on a CPU: 4)\n"
        f"  equal: {result['equal_official_verdicts']}/{n} official verdicts, {result['equal_texts']}/{n} texts\n",
        flush=True,
    )


def print_agreement(table: dict[str, dict[str, int]]) -> None:
    print("letters that are those written, by task (random weights: a check that it runs)")
    print(f"  {'task':<26} {'n':>3} {'options':>8} {'texts':>6}")
    total = {key: sum(row[key] for row in table.values()) for key in ("questions", "options", "texts")}
    for task, row in (*table.items(), ("all", total)):
        print(f"  {task:<26} {row['questions']:>3} {row['options']:>8} {row['texts']:>6}")
    print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="tiny", choices=BUILDS)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", default="float32", choices=("float32", "bfloat16", "float16"))
    parser.add_argument("--frames", type=int, default=16)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--questions", type=int, default=72)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, help="of the CPU (default: torch's)")
    parser.add_argument("--data", default=DATA, help=f"data folder, or a data set by name (default: {DATA})")
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    torch.set_num_threads(given.threads or torch.get_num_threads())
    device, dtype = torch.device(given.device), getattr(torch, given.dtype)
    clock = Clock(device)
    loaded = drawn(given.size, device=device, dtype=dtype)
    ready = Ready.of(loaded, settings(Generation()))
    build = loaded.build
    how = ReadOptions(Sampling(num_frames=given.frames), side=None if build.tiles else build.vision.image_side)
    dataset = load(dataset_folder(given.data))
    samples, requests = questions(dataset, how, given.questions)
    parameters = sum(weight.numel() for weight in loaded.model.parameters())
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else provenance.processor()
    print(f"{build.name}, {parameters:,} random weights, {given.dtype}; {name}; {provenance.versions()}\n")

    top = ceiling(clock, dtype)
    rows = [
        {"stage": stage, "seconds": seconds, "flop": flop, "share_of_ceiling": flop / seconds / top}
        for stage, seconds, flop in stages(ready, requests[: given.batch_size], clock)
    ]
    print_stages(rows, top)
    races = {}
    racing = {"batch_size": given.batch_size, "repeats": given.repeats}
    run = race(ready, requests, clock.seconds, **racing)
    races["endless replies"] = run.result(samples)
    print_race("replies that never end", races["endless replies"])
    prompt = evaluation(requests[0].prompt, ready.style, tokenizer=loaded.tokenizer)
    teach(loaded, prompt[-1], LETTERS[: min(len(sample.choices) for sample in samples)])
    run = race(ready, requests, clock.seconds, **racing)
    races["replies like a trained model's"] = run.result(samples)
    print_race("replies like a trained model's", races["replies like a trained model's"])
    agreed = agreement(ready, samples, requests, run.replies["batches"], batch_size=given.batch_size)
    print_agreement(agreed)
    memory = peak_memory(ready, requests[: given.batch_size], device)
    print("peak memory: " + ", ".join(f"{where} {mebibytes:,.0f} MiB" for where, mebibytes in memory.items()))
    if given.json:
        where = {"date": time.strftime("%Y-%m-%d"), **provenance.hardware(), "device": name}
        result = {
            "environment": where | provenance.versions(),
            "settings": {key: value for key, value in vars(given).items() if key not in ("data", "json", "threads")},
            "threads": torch.get_num_threads(),
            "data": dataset.name,
            "parameters": parameters,
            "ceiling_flop_per_second": top,
            "stages": rows,
            "races": races,
            "agreement": agreed,
            "peak_mib": memory,
        }
        given.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
