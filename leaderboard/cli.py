"""Keep a leaderboard in a folder: add an entry, check all of them, build the page.

A board is a folder that lies in git: one file per entry. The first `add` makes it, with the published results in it.

  mvbench leaderboard add board runs/my-run --model "My 7B" --link https://...
  mvbench leaderboard validate board
  mvbench leaderboard build board --out site
"""

from __future__ import annotations

import argparse

from leaderboard.details import Details
from mvbench.config import add_flags, user_path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(print_help=parser.print_help)
    actions = parser.add_subparsers(dest="action", metavar="{add,validate,build}")
    add_add(actions)
    add_validate(actions)
    add_build(actions)


def add_add(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    add = actions.add_parser(
        "add",
        help="put a run, or what another tool wrote, on a board",
        description="Put a run, or what another tool wrote, on a board.",
        allow_abbrev=False,
    )
    add.add_argument("board", metavar="BOARD", help="the board's folder; made, with the published results, if new")
    add.add_argument(
        "what",
        nargs="+",
        metavar="WHAT",
        help=(
            "a run folder, or an entry's log (BOARD/logs/NAME), whose digits are then renewed; the public board's "
            "upload_leaderboard.json; lmms-eval's *_results.json, or its samples (several files, or their folder); "
            "VLMEvalKit's *_rating.json, or its predictions; the notebook's full file"
        ),
    )
    add.add_argument("--meta", metavar="FILE", help="TOML or JSON file with what the flags below tell, by their names")
    add.add_argument(
        "--data", metavar="DIR|NAME", help="what the questions were taken from, for replies that another tool wrote"
    )
    add_flags(add, Details)


def add_validate(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    validate = actions.add_parser(
        "validate",
        help="check every entry of a board, and recompute those with a log",
        description="Check every entry of a board; exit code 3 when one is wrong.",
        allow_abbrev=False,
    )
    validate.add_argument("board", metavar="BOARD", help="the board's folder")


def add_build(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    build = actions.add_parser(
        "build",
        help="rank the entries of a board; write its page and its CSV files",
        description="Rank the entries of a board, and write the page and the CSV files; exit code 3 when one is wrong.",
        allow_abbrev=False,
    )
    build.add_argument("board", metavar="BOARD", help="the board's folder")
    build.add_argument("--out", metavar="DIR", required=True, help="the site's folder")


def run(arguments: argparse.Namespace) -> int:
    if arguments.action is None:
        arguments.print_help()
        return 0
    return {"add": run_add, "validate": run_validate, "build": run_build}[arguments.action](arguments)


def run_add(arguments: argparse.Namespace) -> int:
    from leaderboard import adding, details
    from mvbench.terminal import console, plain

    told = details.from_flags(vars(arguments))
    if arguments.meta:
        told = told.over(details.from_file(user_path(arguments.meta, flag="--meta")))
    added = adding.add(
        user_path(arguments.board, flag="BOARD"),
        [user_path(name, flag="WHAT") for name in arguments.what],
        details=told,
        data=None if arguments.data is None else str(user_path(arguments.data, flag="--data")),
    )
    printer = console()
    for heading, words in adding.in_words(added):
        printer.print(f"{heading:10}{plain(words)}", markup=False, soft_wrap=True)
    return 0


def run_validate(arguments: argparse.Namespace) -> int:
    from leaderboard import validation

    return validation.run(user_path(arguments.board, flag="BOARD"), quiet=arguments.verbosity in ("warning", "error"))


def run_build(arguments: argparse.Namespace) -> int:
    from leaderboard import site

    return site.run(
        user_path(arguments.board, flag="BOARD"),
        out=user_path(arguments.out, flag="--out"),
        quiet=arguments.verbosity in ("warning", "error"),
    )
