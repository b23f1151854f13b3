"""Which columns of texts come back from a table as numbers or truth values: our rule against pandas itself."""

import io
from pathlib import Path

import pytest

from mvbench.scoring.totals import changes_type

pytestmark = pytest.mark.slow

# fmt: off
TEXTS = [
    "1", "-1", "+1", "00012", "1.5", ".5", "5.", "1e5", "1E+3", "1e-3", "-.5e-3", "1e999", "12345678901234567890",
    " 1", "1 ", "\t1", "\n1", "1\n", "inf", "-inf", "Inf", "INF", "infinity", "-Infinity",
    "True", "TRUE", "true", "False", "FALSE", "false",
    "1e", "1e+", ".", "+", "1_000", "1,000", "0x10", "1j", "1L", "1f", "1d5", "1e5.5", "1.2.3", "--1", "(1)", "1%",
    "Infinit", " True", "yes", "T", "١", "1\u00a0", "A", "a box",
]
# fmt: on


@pytest.mark.parametrize("text", TEXTS)
def test_a_column_of_one_text_is_guessed_as_pandas_does(tmp_path: Path, text: str) -> None:
    import pandas as pd

    column = pd.DataFrame({"answer": [text, text], "other": ["a", "b"]})
    stream = io.StringIO(column.to_csv(sep="\t", index=False))
    column.to_excel(tmp_path / "x.xlsx", index=False, engine="openpyxl")
    for read in (pd.read_csv(stream, sep="\t"), pd.read_excel(tmp_path / "x.xlsx")):
        guessed = not any(isinstance(value, str) for value in read["answer"])
        assert guessed is changes_type([text, text])
