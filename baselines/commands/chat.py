"""Talk with a model about videos and images, a turn per line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from mvbench.config import add_flags, resolve
from mvbench.errors import UsageError
from mvbench.settings import OF_A_RUN, EvalSettings

ASKED = frozenset(
    {
        "model", "model_args", "checkpoint", "frames", "fps", "max_frames", "sampling", "decoder", "max_pixels",
        "gen_kwargs", "max_new_tokens", "seed", "device",
    }
)  # fmt: skip
MODEL = "videochat2"
LONGEST_REPLY = 512


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("media", nargs="+", metavar="FILE", help="video, GIF, folder of frames or image to talk about")
    descriptions = {
        "model": f"who answers: one of the VideoChat2 models (default: {MODEL})",
        "max_new_tokens": f"longest reply (default: {LONGEST_REPLY})",
        "seed": "for sampled replies, with --gen-kwargs temperature=...",
    }
    add_flags(parser, EvalSettings, only=ASKED, descriptions=descriptions)


def run(arguments: argparse.Namespace) -> int:
    settings, _ = resolve(EvalSettings, vars(arguments), flags_only=OF_A_RUN)

    from dataclasses import replace
    from pathlib import Path

    from baselines.videochat2.adapter import VideoChat2
    from mvbench import plan
    from mvbench.registry import build, model_factory
    from mvbench.types import Generation
    from mvbench.video import ReadOptions

    settings = replace(settings, model=settings.model or MODEL)
    factory = model_factory(str(settings.model))
    if not (isinstance(factory, type) and issubclass(factory, VideoChat2)):
        raise UsageError(f"--model {settings.model!r} cannot chat; give videochat2 or one of its kin")
    if problem := plan.model_problem(settings):
        raise UsageError(problem)
    generation = Generation(
        max_new_tokens=settings.max_new_tokens or LONGEST_REPLY, gen_kwargs=settings.gen_kwargs, seed=settings.seed
    )
    model = build(factory, plan.model_arguments(settings), generation, name=str(settings.model))
    assert isinstance(model, VideoChat2)
    how = ReadOptions(
        sampling=plan.choose_sampling(settings),
        side=model.wants.side,
        decoder=settings.decoder,
        max_pixels=settings.max_pixels,
    )

    from baselines.videochat2.answering.chatting import Talk
    from baselines.videochat2.answering.media import shown

    media = [shown(Path(name).expanduser(), how) for name in arguments.media]
    talk = Talk(model.ready(), media)
    for question in questions():
        print(talk.reply(question), flush=True)
    return 0


def questions() -> Iterator[str]:
    """The lines of standard input that are not blank, until it ends; asked for on a terminal.

    Raises UsageError for what is no text.
    """
    while sys.stdin:  # None where it was closed
        if sys.stdin.isatty():
            print("you> ", end="", file=sys.stderr, flush=True)
        try:
            line = sys.stdin.readline()
        except UnicodeDecodeError:
            raise UsageError(f"a question on standard input is not text in {sys.stdin.encoding.upper()}") from None
        if not line:
            if sys.stdin.isatty():
                print(file=sys.stderr)  # what comes next in the terminal gets a line of its own
            return
        if line.strip():
            yield line.strip()
