"""`mvbench import`, without the entry point."""

from pathlib import Path

from mvbench.cli import Parser
from mvbench.commands import import_


def import_files(*words: str | Path) -> int:
    """The exit code. Raises MVBenchError."""
    parser = Parser(prog="mvbench import", allow_abbrev=False)
    import_.add_arguments(parser)
    return import_.run(parser.parse_args([str(word) for word in words]))
