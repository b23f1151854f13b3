import csv
import io
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.entry import DataSet, Entry, Scores, Standing
from leaderboard.ranking import rank
from leaderboard.tables import csv_files, file_names
from mvbench.metrics import MVBENCH, MVBENCH_WITHOUT_POSE
from tests.leaderboard.made import PERCENTS, TASKS, entry

PUBLIC_HEADER = (
    "Type,Model,Language Model,Avg,Action Antonym,Action Count,Action Localization,Action Prediction,Action Sequence,"
    "Character Order,Counterfactual Inference,Egocentric Navigation,Episodic Reasoning,Fine-grained Action,"
    "Fine-grained Pose,Moving Attribute,Moving Count,Moving Direction,Object Existence,Object Interaction,"
    "Object Shuffle,Scene Transition,State Change,Unexpected Action"
)
KEYS = {task.title: task.key for task in TASKS}


def read(entries: Sequence[Entry], name: str = "leaderboard.csv") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_files(rank(entries))[name].decode("utf-8"))))


def header(content: bytes) -> str:
    return content.decode().partition("\n")[0]


def scores_in(row: Mapping[str, str]) -> Scores:
    """What a reader of the file knows of a row's numbers."""
    tasks = {key: float(row[title]) for title, key in KEYS.items() if row[title]}
    return Scores(tasks, float(row["Avg"]) if row["Avg"] else None)


def test_the_official_file_has_the_columns_of_the_public_board() -> None:
    assert header(csv_files([])["leaderboard_official.csv"]) == PUBLIC_HEADER


def test_the_boards_own_file_begins_with_the_official_headers_in_the_order_of_mvbench() -> None:
    columns = header(csv_files([])["leaderboard.csv"]).split(",")
    assert columns[:4] == ["Type", "Model", "Language Model", "Avg"]
    assert columns[4:24] == [task.title for task in TASKS]
    assert len(columns) == len(set(columns))


def test_avg_is_the_number_as_published_and_the_mean_has_a_column_of_its_own() -> None:
    (row,) = read([entry(tasks=PERCENTS | {"action_sequence": 43.5}, average=50.1)])
    assert (row["Avg"], row["Mean"]) == ("50.1", "50.150")


@pytest.mark.parametrize(
    ("average", "printed"), [(51.1, "51.1"), (62.975, "62.975"), (60.0, "60.0"), (None, "50.0")], ids=str
)
def test_avg_has_the_digits_it_was_published_with(average: float | None, printed: str) -> None:
    for name in ("leaderboard.csv", "leaderboard_official.csv"):
        assert read([entry(average=average)], name)[0]["Avg"] == printed


def test_a_mean_in_the_place_of_an_average_has_two_decimals() -> None:
    made = entry(data=DataSet("other"), tasks={"zebra": 33.333333333333336, "ape": 100.0})
    assert read([made], "leaderboard_other.csv")[0]["Avg"] == "66.67"


def test_every_known_fact_of_a_row_has_its_column() -> None:
    told = entry(
        type="VideoLLM",
        language_model="Vicuna-7B",
        frames="16",
        resolution="224",
        protocol="notebook",
        data=DataSet(MVBENCH, "2024-06-13", "ab" * 16),
        revision="v2",
        link="https://example.org/model",
        parameters_billion=7.0,
        items=dict.fromkeys(PERCENTS, 200),
        trained_on=("STAR", "CLEVRER"),
        submitted_by="Ada",
        date="2024-06",
        source="https://example.org/table",
        standing=Standing.RERUN,
        unverified=("language_model",),
        notes="224 px",
        log_model="hf",
    )
    (row,) = read([told])
    about = dict(list(row.items())[24:])
    assert about == {
        "Mean": "50.000",
        "Low": about["Low"],
        "High": about["High"],
        "Rank First": "1",
        "Rank Last": "1",
        "Frames": "16",
        "Resolution": "224",
        "Protocol": "notebook",
        "Judge": "official",
        "Status": "rerun",
        "Data": "MVBench",
        "Data Revision": "2024-06-13",
        "Data Hash": "ab" * 16,
        "Revision": "v2",
        "Link": "https://example.org/model",
        "Parameters (B)": "7.0",
        "Questions": "4000",
        "Trained On": "STAR; CLEVRER",
        "Model In Log": "hf",
        "Harness": "",
        "Submitted By": "Ada",
        "Date": "2024-06",
        "Source": "https://example.org/table",
        "Unverified": "language_model",
        "Entry": "mine",
        "Notes": "224 px",
        "Group": "ranked",
    }
    assert float(about["Low"]) < 50 < float(about["High"])


def test_what_is_not_known_stays_empty_and_is_no_zero() -> None:
    (row,) = read([entry(tasks={}, average=60.4)])
    assert {row[task.title] for task in TASKS} == {""}
    assert (row["Mean"], row["Rank First"], row["Parameters (B)"], row["Group"]) == ("", "", "", "average only")


def test_leaderboard_csv_holds_mvbench_and_nothing_else() -> None:
    others = [DataSet("demo", hash="ab"), DataSet(MVBENCH_WITHOUT_POSE), DataSet("MVBench.csv")]
    entries = [entry(f"e{number}", data=data, average=None) for number, data in enumerate([DataSet(MVBENCH), *others])]
    files = csv_files(rank(entries))
    assert [row["Entry"] for row in read(entries)] == ["e0"]
    assert sorted(files) == [
        "leaderboard.csv",
        "leaderboard_demo.csv",
        "leaderboard_mvbench-csv.csv",
        "leaderboard_mvbench-without-fine-grained-pose.csv",
        "leaderboard_official.csv",
    ]
    for name in files:
        if name not in ("leaderboard.csv", "leaderboard_official.csv"):
            assert len(read(entries, name)) == 1


def test_another_data_set_has_columns_for_its_own_tasks() -> None:
    tasks = {"scene_transition": 50.0, "zebra_count": 25.0}
    content = csv_files(rank([entry(data=DataSet("zoo"), tasks=tasks)]))["leaderboard_zoo.csv"]
    assert header(content).startswith("Type,Model,Language Model,Avg,Scene Transition,Zebra Count,Mean,")


def test_every_ranking_of_mvbench_is_in_one_file_judge_by_judge() -> None:
    both = {"official": Scores(PERCENTS), "parsed": Scores(PERCENTS | {"action_sequence": 0.0})}
    rows = read([entry("logged", scores=both, log="logs/logged"), entry("told", protocol="notebook")])
    assert [(row["Entry"], row["Judge"], row["Protocol"], row["Mean"]) for row in rows] == [
        ("logged", "official", "", "50.000"),
        ("told", "official", "notebook", "50.000"),
        ("logged", "parsed", "", "47.975"),
    ]


def test_the_official_file_has_only_whole_ranked_rows_of_the_official_judge_best_first() -> None:
    both = {"official": Scores(PERCENTS, 50.0), "parsed": Scores(PERCENTS, 99.0)}
    entries = [
        entry("worse", average=49.9),
        entry("both", scores=both, log="logs/both", protocol="notebook"),
        entry("alone", tasks={}, average=80.0),
        entry("quoted", context=True),
        entry("other", data=DataSet("demo")),
    ]
    rows = read(entries, "leaderboard_official.csv")
    assert [(row["Model"], row["Avg"]) for row in rows] == [("Model both", "50.0"), ("Model worse", "49.9")]


@pytest.mark.parametrize(
    ("protocol", "names"), [("", ["mine"]), ("notebook", ["mine"]), ("mvbench", []), ("lmms", []), ("my own", [])]
)
def test_the_official_file_holds_the_protocols_of_the_official_number_alone(protocol: str, names: list[str]) -> None:
    made = entry(protocol=protocol, log="logs/mine")
    assert [row["Model"] for row in read([made], "leaderboard_official.csv")] == [f"Model {name}" for name in names]
    assert [row["Entry"] for row in read([made])] == ["mine"]


def test_a_link_in_the_official_file_leads_where_the_entry_says_whatever_the_name() -> None:
    name = "x](javascript:alert(1)) <b>"
    (row,) = read([entry(model=name, link="https://example.org/a)b")], "leaderboard_official.csv")
    assert row["Model"] == r"[x\](javascript:alert(1)) \<b>](https://example.org/a%29b)"
    assert read([entry(model="[a](http://b)")], "leaderboard_official.csv")[0]["Model"] == r"\[a\](http://b)"


# ------------------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize(
    ("sets", "names"),
    [
        ([("demo", "ab")], ["demo"]),
        ([("../../etc/passwd", "")], ["etc-passwd"]),
        ([("CON", ""), ("con", "")], ["con-", "con-"]),
        ([("demo", "ab"), ("demo", "cd")], ["demo-", "demo-"]),
        ([("official", "")], ["official-"]),
        ([("官方", ""), ("*", "")], ["", ""]),
        ([("x" * 500, "")], ["x" * 60]),
    ],
    ids=lambda value: str(value)[:40],
)
def test_file_names_are_safe_and_no_two_are_alike(sets: list[tuple[str, str]], names: list[str]) -> None:
    found = file_names(sets)
    assert len(set(found)) == len(sets)
    for name, start in zip(found, names, strict=True):
        assert name.startswith(f"leaderboard_{start}")
        assert name not in ("leaderboard_official.csv", "leaderboard_.csv")


@given(st.lists(st.tuples(st.text(max_size=70), st.sampled_from(["", "ab"])), unique=True, max_size=8))
def test_any_name_becomes_a_plain_file_name(sets: list[tuple[str, str]]) -> None:
    found = file_names(sets)
    assert len(set(found)) == len(sets)
    for name in found:
        assert name.removeprefix("leaderboard_").removesuffix(".csv").replace("-", "a").isalnum() and name.isascii()


def test_same_entries_in_any_order_give_the_same_bytes() -> None:
    entries = [entry("a"), entry("b", tasks={}, average=3.0), entry("c", data=DataSet("demo")), entry("d")]
    assert csv_files(rank(entries)) == csv_files(rank(entries[::-1]))


def test_lines_end_in_a_line_feed_and_text_is_utf_8() -> None:
    content = csv_files(rank([entry(model="书生")]))["leaderboard.csv"]
    assert "书生".encode() in content
    assert b"\r" not in content and content.endswith(b"\n") and not content.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_text_that_a_spreadsheet_would_run_is_made_inert(start: str) -> None:
    evil = f"{start}HYPERLINK(1)"
    texts = ("model", "type", "language_model", "frames", "resolution", "protocol", "revision", "date", "notes")
    made = entry(**dict.fromkeys(texts, evil), data=DataSet(evil), unverified=(evil,), trained_on=(evil,))
    for name, content in csv_files(rank([made])).items():
        for line in csv.reader(io.StringIO(content.decode(), newline="")):
            assert not [cell for cell in line if cell[:1] in tuple("=+-@\t\r\n") and cell], name


percents = st.floats(0, 100).map(lambda value: value + 0.0)


@given(st.fixed_dictionaries(dict.fromkeys(PERCENTS, percents)), st.none() | percents)
def test_a_reader_of_the_file_gets_the_scores_of_the_entry(tasks: dict[str, float], average: float | None) -> None:
    made = entry(tasks=tasks, average=average)
    (row,) = read([made])
    found = scores_in(row)
    assert found.tasks == tasks
    assert average is None or found.average == average
