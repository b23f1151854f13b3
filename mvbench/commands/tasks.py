"""List the twenty tasks: keys, what they ask for, where their videos lie."""

from __future__ import annotations

import argparse

from mvbench.config import user_path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tasks-file", "--tasks_file", metavar="FILE", help="TOML file that adds or replaces tasks")


def run(arguments: argparse.Namespace) -> int:
    from rich.table import Table
    from rich.text import Text

    from mvbench import tasks
    from mvbench.terminal import console, plain

    listed = {task.key: task for task in tasks.public_tasks()}
    if arguments.tasks_file:
        path = user_path(arguments.tasks_file, flag="--tasks-file")
        listed |= {task.key: task for task in tasks.parse_tasks(tasks.read_text(path), origin=path.name)}
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("", "key", "skill", "source", "options", "bounds", "videos"):
        table.add_column(heading, no_wrap=heading != "videos")
    for task in listed.values():
        bounds = "start-end" if task.bounded else ""
        cells = (task.abbreviation, task.key, task.skill, task.source, task.options, bounds, task.folder)
        table.add_row(*(Text(plain(cell)) for cell in cells))
    console().print(table)
    return 0
