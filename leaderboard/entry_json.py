"""An entry <-> its file's JSON."""

from __future__ import annotations

from dataclasses import asdict, fields

from leaderboard.documents import Document, Table
from leaderboard.entry import DataSet, Entry, Harness, Scores, Standing
from mvbench.errors import DataError, suggestion
from mvbench.folders import pretty

NAMES = tuple(field.name for field in fields(Entry) if field.name != "slug")
"""The members of the file, in its order; the slug is the file's name."""


def to_json(entry: Entry) -> bytes:
    """The content of an entry's file: every field, also those of which nothing is known, in the dataclass's order."""
    values = asdict(entry)
    return pretty({name: values[name] for name in NAMES})


def from_json(document: Document, slug: str) -> Entry:
    """The entry that a file holds; what its values amount to is not looked at here.

    Raises DataError naming file, line, field and value.
    """
    table = document.table
    table.refuse_unknown(NAMES)
    return Entry(
        slug=slug,
        model=table.text("model", None),
        data=data_of(table.inner("data", needed=True)),
        scores=scores_of(table.inner("scores", needed=True)),
        revision=table.text("revision"),
        link=table.text("link"),
        type=table.text("type"),
        language_model=table.text("language_model"),
        parameters_billion=table.number("parameters_billion"),
        frames=table.text("frames"),
        resolution=table.text("resolution"),
        protocol=table.text("protocol"),
        items=table.counts("items"),
        trained_on=table.texts("trained_on"),
        harness=harness_of(table.inner("harness")),
        submitted_by=table.text("submitted_by"),
        date=table.text("date"),
        source=table.text("source"),
        standing=standing_of(table),
        context=table.switch("context"),
        unverified=table.texts("unverified"),
        log=table.text("log") if table.members.get("log") is not None else None,
        log_model=table.text("log_model"),
        notes=table.text("notes"),
    )


def data_of(table: Table) -> DataSet:
    table.refuse_unknown(names_of(DataSet))
    return DataSet(table.text("name", None), table.text("revision"), table.text("hash"))


def harness_of(table: Table) -> Harness:
    table.refuse_unknown(names_of(Harness))
    return Harness(table.text("name"), table.text("version"))


def scores_of(table: Table) -> dict[str, Scores]:
    result = {}
    for judge in table.members:
        row = table.inner(judge)
        row.refuse_unknown(names_of(Scores))
        result[judge] = Scores(row.numbers("tasks"), row.number("average"))
    return result


def standing_of(table: Table) -> Standing:
    word = table.text("standing", Standing.SELF_REPORTED.value)
    known = [standing.value for standing in Standing]
    if word not in known:
        raise DataError(
            f"{table.where('standing')}: 'standing' is {word!r:.60}; it must be one of {', '.join(known)}"
            f"{suggestion(word, known)}"
        )
    return Standing(word)


def names_of(kind: type[DataSet] | type[Harness] | type[Scores]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
