import pickle

import pytest

from mvbench import errors
from mvbench.errors import Failure, MissingExtra, MVBenchError

ERRORS = [
    Failure("corrupt", "as it is"),
    MissingExtra("torch", extra="models", purpose="--resize fast"),
    *(kind("a text") for kind in MVBenchError.__subclasses__() if kind not in (Failure, MissingExtra)),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_travels_between_processes_as_it_is(error: MVBenchError) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again).get("reason") == vars(error).get("reason")


def test_the_tree_in_the_docstring_is_the_one_there_is() -> None:
    drawn = [line.split()[1] for line in (errors.__doc__ or "").splitlines() if line.strip().startswith(("|-", "`-"))]
    assert drawn == [kind.__name__ for kind in MVBenchError.__subclasses__()]
