"""Make a checkpoint to begin with: networks of a named size with random weights, and their tokenizers.

`tiny` (under 6 M parameters, made for CPUs) and `small` (60 M) bring a language model and tokenizers of their own, the
latter trained from an English text that comes along, or from --text. The other sizes stand on a public language model
and on BERT, whose folders are named by --llm and --bert; the language model stays where it is.

The same seed and the same text make the same files.
"""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from baselines.videochat2.build import BUILDS
from mvbench.config import checked, user_path, whole

if TYPE_CHECKING:
    from baselines.videochat2.checkpoint.new import Made

FAMILIES = ("videochat2",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("family", metavar="FAMILY", choices=FAMILIES, help=f"one of {', '.join(FAMILIES)}")
    parser.add_argument("--out", metavar="DIR", required=True, help="folder to make")
    parser.add_argument(
        "--size", metavar="SIZE", choices=[*BUILDS], default="tiny", help=f"{', '.join(BUILDS)} (default: tiny)"
    )
    parser.add_argument("--seed", type=checked(whole(0)), default=0, metavar="N", help="of the weights (default: 0)")
    parser.add_argument("--text", metavar="FILE", help="text to train the tokenizers from (for tiny and small)")
    parser.add_argument("--llm", metavar="FOLDER", help="a language model, as it is downloaded")
    parser.add_argument("--bert", metavar="FOLDER", help="BERT: its tokenizer, and where they are there its weights")
    parser.add_argument("--vision", metavar="FILE", help="the vision encoder's weights, such as l16_25m.pth")
    parser.add_argument("--fresh", action="store_true", help="move an existing checkpoint aside and start anew")


def run(arguments: argparse.Namespace) -> int:
    from baselines.videochat2.checkpoint.new import Order, make_checkpoint
    from baselines.videochat2.language import need_transformers
    from mvbench.terminal import console

    need_transformers()
    folder = user_path(arguments.out, flag="--out")
    order = Order(size=arguments.size, seed=arguments.seed, **given(arguments, "text", "llm", "bert", "vision"))
    made = make_checkpoint(folder, order, fresh=arguments.fresh)
    printer = console()
    printer.print(table(made))
    printer.print(f"\n{made.build.name} in {folder}: {size(made.bytes)} on disk", markup=False, soft_wrap=True)
    elsewhere = made.language_model == "external" and order.llm is not None
    model = ["--model", "videochat2", "--checkpoint", str(folder)]
    model += ["--model-args", f"llm={order.llm}"] if elsewhere else []
    command = ["mvbench", "eval", *model, "--data", "demo", "--answer", "options"]
    printer.print(f"next: {shlex.join(command)}", markup=False, soft_wrap=True)
    return 0


def given(arguments: argparse.Namespace, *names: str) -> dict[str, Path]:
    """The flags that name files, those that were given."""
    return {name: user_path(value, flag=f"--{name}") for name in names if (value := getattr(arguments, name))}


def table(made: Made) -> Any:
    """Parameters by part; of a language model that stays in its own folder, that it does."""
    from rich.table import Table

    shown = Table(box=None, pad_edge=False)
    shown.add_column("part")
    shown.add_column("parameters", justify="right")
    shown.add_column()
    for part, number in made.parameters.items():
        apart = part == "language model" and made.language_model == "external"
        shown.add_row(part, f"{number:,}", "in its own folder" if apart else "")
    shown.add_row("all", f"{sum(made.parameters.values()):,}", "")
    return shown


def size(number: int) -> str:
    return f"{number / 1e9:.2f} GB" if number >= 1e9 else f"{number / 1e6:.1f} MB"
