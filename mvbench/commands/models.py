"""List the models that --model can name, and the arguments each takes."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none."""


def run(arguments: argparse.Namespace) -> int:
    import inspect

    from rich.table import Table
    from rich.text import Text

    from mvbench.registry import MODELS, registered
    from mvbench.terminal import console, plain

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("model", "arguments", "what it does"):
        table.add_column(heading)
    for name, point in registered(MODELS).items():
        try:
            factory = point.load()
        except (ImportError, AttributeError) as error:
            table.add_row(name, "", Text(plain(f"cannot be loaded: {error}")))
            continue
        words = [
            parameter.name if parameter.default is parameter.empty else f"{parameter.name}={parameter.default}"
            for parameter in inspect.signature(factory).parameters.values()
            if parameter.name not in ("generation", "table")
        ]
        summary = (inspect.getdoc(factory) or "").partition("\n\n")[0].replace("\n", " ")
        table.add_row(name, Text(" ".join(words)), Text(summary))
    console().print(table)
    return 0
