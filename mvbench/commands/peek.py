"""Show one question as a model gets it: the frames on one picture, the prompt, the choices."""

from __future__ import annotations

import argparse

from mvbench.commands import MISTAKE
from mvbench.config import add_flags, resolve
from mvbench.settings import OF_A_RUN, EvalSettings

SHOWN = frozenset(
    {
        "model", "model_args", "checkpoint", "data", "tasks_file", "frames", "fps", "max_frames", "sampling",
        "protocol", "view", "decoder", "resize", "max_pixels", "seed", "subtitles", "out", "decode_timeout",
    }
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", metavar="TASK:INDEX", help="such as moving_direction:3, or MD:3")
    add_flags(parser, EvalSettings, only=SHOWN, descriptions={"out": "the picture (default: peek-<task>-<index>.png)"})
    parser.add_argument("--show-answer", "--show_answer", action="store_true", help="tell which choice is right")


def run(arguments: argparse.Namespace) -> int:
    settings, _ = resolve(EvalSettings, vars(arguments), flags_only=OF_A_RUN)

    from dataclasses import replace
    from pathlib import Path

    from mvbench import peek, plan
    from mvbench.errors import Failure
    from mvbench.terminal import console, plain
    from mvbench.types import LETTERS, Frames

    planned = plan.make(replace(settings, model=settings.model or "first-choice"))
    sample = peek.find(planned, arguments.question)
    shown = peek.look(planned, sample)
    prompt = planned.protocol.render(sample, subtitles=settings.subtitles)
    printer = console()

    def tell(heading: str, text: object) -> None:
        printer.print(f"[bold]{heading}[/bold]", end=" ")
        printer.print(plain(str(text)), markup=False)

    start, end = sample.clip.start_seconds, sample.clip.end_seconds
    bounds = f", {start:g} to {end:g} s" if start is not None and end is not None else ""
    tell("question", sample.id)
    tell("clip", f"{sample.video} ({sample.clip.kind}{bounds}, found by {sample.located})")
    if isinstance(shown, Frames):
        path = Path(settings.out or f"peek-{sample.task}-{sample.id.rpartition('/')[2]}.png")
        times = ", ".join(f"{seconds:.2f}" for seconds in shown.pts_seconds)
        height, width = shown.rgb.shape[1:3]
        peek.save(peek.contact_sheet(shown, f"{sample.id}   {sample.question[:100]}"), path)
        tell("frames", f"{len(shown.indices)} of {shown.num_source_frames}, {width}x{height}, at {times} s")
        for note in shown.notes:
            tell("note", note)
        tell("picture", path)
    elif isinstance(shown, Failure):
        tell("no frames", f"{shown.reason}: {shown.detail}")
    else:
        tell("no frames", f"model {planned.model.name} with view {settings.view} is shown none")
    for heading, text in (
        ("system", prompt.system),
        ("user", prompt.question),
        ("answer prefix", prompt.answer_prefix),
    ):
        if text:
            printer.rule(heading, align="left", style="dim")
            printer.print(plain(text.rstrip("\n"), lines=True), markup=False)
    if arguments.show_answer:
        printer.rule("answer", align="left", style="dim")
        letter = "no choice" if sample.answer is None else f"({LETTERS[sample.answer]})"
        printer.print(plain(f"{letter} {sample.answer_text}"), markup=False)
    return MISTAKE if isinstance(shown, Failure) else 0
