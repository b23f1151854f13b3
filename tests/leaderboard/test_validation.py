from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard import board as boards
from leaderboard.entry import DataSet, Entry, Scores, Standing
from leaderboard.seeds import seeds
from leaderboard.validation import Severity, check, check_entry
from leaderboard.validation.naming import folded
from leaderboard.validation.scores import possible
from mvbench.metrics import MVBENCH, MVBENCH_WITHOUT_POSE
from tests.leaderboard.made import PERCENTS, entry

TODAY = date(2026, 7, 1)
OTHER = DataSet("other", hash="ab" * 16)


def said(made: Entry, **options: Any) -> dict[Severity, list[str]]:
    """The texts of all findings, by severity."""
    found = check_entry(made, today=TODAY, **options)
    return {severity: [one.text for one in found if one.severity is severity] for severity in Severity}


def errors(made: Entry, **options: Any) -> list[str]:
    return said(made, **options)[Severity.ERROR]


def scored(**percents: float) -> dict[str, float]:
    return PERCENTS | percents


# ---------------------------------------------------------------------------------------------- entries alone


@pytest.mark.parametrize(
    "made",
    [
        entry(),
        entry(average=50.0),
        entry(tasks={}, average=51.1),
        entry(tasks=scored(action_sequence=51.15), context=True),
        entry(data=DataSet(MVBENCH, "2024-06-13", "0123abcd" * 4), items=dict.fromkeys(PERCENTS, 200)),
        entry(data=DataSet(MVBENCH, "original")),
        entry(data=OTHER, tasks={"zebra": 61.2}),
        entry(data=OTHER, tasks={"zebra": 66.66666666666667, "ape": 33.3}, items={"zebra": 3, "ape": 3}),
        entry(model="VILA-α 书生 (7B)", language_model="Qwen2-7B", trained_on=("STAR",)),
        entry(link="https://huggingface.co/OpenGVLab/VideoChat2", source="http://[::1]:80/a?b=c#d"),
        entry(date="2026-07-02"),
        entry(date="2023-11", parameters_billion=0.5, unverified=("language_model", "scores")),
        entry(standing=Standing.RERUN, revision="v2", notes="224 px; main row"),
    ],
    ids=range(13),
)
def test_nothing_is_wrong_with(made: Entry) -> None:
    assert errors(made) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # numbers
        ({"tasks": scored(action_sequence=101.0)}, "action_sequence is 101; a percentage lies between 0 and 100"),
        ({"tasks": scored(action_sequence=-0.5)}, "action_sequence is -0.5; a percentage"),
        ({"tasks": scored(action_sequence=float("nan"))}, "action_sequence is nan; a percentage"),
        ({"tasks": {}, "average": float("inf")}, "average is inf; a percentage"),
        ({"tasks": {}, "average": 100.5}, "average is 100.5; a percentage"),
        ({"tasks": dict.fromkeys(PERCENTS, 0.505)}, "no number is above 0.505; give percent, 51.1 and not 0.511"),
        ({"tasks": scored(action_sequence=61.2)}, "61.2, which no count of 200 questions gives, but 115/188 does"),
        (
            {"tasks": scored(action_sequence=61.2)},
            "the videos of 12; check the number; a question whose video is missing counts as wrong, as `mvbench eval`",
        ),
        ({"tasks": scored(object_existence=55.1)}, "but 109/198 does: the public archive lacks the videos of 2"),
        (
            {"tasks": scored(state_change=33.3)},
            "state_change is 33.3, which no count of 200 questions gives, but",
        ),
        ({"tasks": dict.fromkeys(PERCENTS, 33.3)}, "20 of 20 tasks are no counts of right answers, such as action_seq"),
        ({"average": 51.1}, "average is 51.1, but the mean of its 20 tasks is 50.00; mend it, or leave it out"),
        (
            {"tasks": scored(action_sequence=0.0, moving_count=0.0)},
            "2 tasks (action_sequence, moving_count) at",
        ),
        ({"tasks": dict.fromkeys(PERCENTS, 0.0)}, "20 tasks (action_sequence, action_prediction, action_antonym and"),
        ({"tasks": {}, "average": 0.0}, "average is 0: nothing was scored"),
        ({"tasks": {}}, "the judge official has neither tasks nor an average"),
        ({"scores": {}}, "scores is empty; an entry has at least an average"),
        (
            {"data": OTHER, "tasks": {"zebra": 50.0}, "items": {"zebra": 3}},
            "zebra is 50.0, which no count of 3",
        ),
        (
            {"data": OTHER, "tasks": {"zebra": 50.0}, "items": {"ape": 2}},
            "items tells of ape, of which there is no",
        ),
        (
            {"items": {"action_sequence": 0}},
            "0 questions of action_sequence were scored; a task without",
        ),
        # MVBench is MVBench
        ({"tasks": {"action_sequence": 50.0}}, "19 of 20 tasks are missing (Action Prediction, Action Antonym, "),
        (
            {"tasks": {key: percent for key, percent in PERCENTS.items() if key != "fine_grained_pose"}},
            "1 of 20 tasks are missing (Fine-grained Pose); a missing task is no zero: call the data set",
        ),
        ({"tasks": scored(zebra=50.0)}, "MVBench has no task 'zebra'"),
        (
            {"items": dict.fromkeys(PERCENTS, 100)},
            "100 questions of Action Sequence were scored, of 200; only",
        ),
        (
            {"items": PERCENTS | {"action_sequence": 188}},
            "188 questions of Action Sequence were scored, of 200; only the whole of MVBench is called so: "
            "count a question whose video is missing as wrong, as `mvbench eval` does",
        ),
        (
            {"data": DataSet(MVBENCH, "2024-06")},
            "data.revision is '2024-06'; it must be 'original' or '2024-06-13', the day on which some 30 duplicated",
        ),
        (
            {"data": replace(OTHER, revision="original"), "tasks": {"zebra": 50.0}},
            "data.revision is 'original'; only MVBench has revisions, 'other' is told by its hash: leave it out",
        ),
        ({"data": DataSet("mvbench")}, "data.name is 'mvbench', which looks like 'MVBench' and is not"),
        ({"data": DataSet("MVBеnch")}, "which looks like 'MVBench' and is not"),
        ({"data": DataSet("MV-Bench ")}, "which looks like 'MVBench' and is not"),
        ({"data": DataSet(MVBENCH_WITHOUT_POSE)}, "MVBench without Fine-grained Pose has no task 'fine_grained_pose'"),
        # words
        ({"model": "a" * 121}, "model has 121 characters"),
        ({"model": "--"}, "model is '--'; a name has letters or digits"),
        ({"model": "Chat\u202e2tahC"}, "model is 'Chat\\u202e2tahC' and holds U+202E (right-to-left override)"),
        ({"model": "Chat\u200b2"}, "holds U+200B (zero width space)"),
        ({"model": "Chat\u3164"}, "holds U+3164 (hangul filler)"),
        ({"model": "Chat\x002"}, "holds U+0000 (a control character)"),
        ({"notes": "one\ntwo"}, "notes is 'one\\ntwo' and holds U+000A"),
        ({"model": " Chat"}, "model is ' Chat'; leave out the blanks around it"),
        ({"model": "Cha" + "\u0301" * 9 + "t"}, "accents are piled on one letter"),
        ({"model": "VidеoChat2"}, "mixes Latin with Cyrillic letters that look alike"),
        ({"log_model": "\x1b[31m"}, "log_model is '\\x1b[31m'"),
        ({"harness": replace(entry().harness, version="\x1b[31m")}, "harness.version is '\\x1b[31m'"),
        (
            {"link": "javascript:alert(1)"},
            "link is 'javascript:alert(1)': only http:// and https:// are shown",
        ),
        ({"link": "data:text/html,x"}, "only http:// and https://"),
        ({"source": "//example.org"}, "source is '//example.org': only http:// and https://"),
        ({"link": "https://user:pass@example.org"}, "carries a user name or a password"),
        ({"link": "https://user@example.org"}, "carries a user name or a password"),
        ({"link": "https://"}, "it names no host"),
        ({"link": "https://a b"}, "it holds a character that no web address has"),
        ({"link": "https://exаmple.org"}, "it holds a character that no web address has"),
        ({"link": 'https://a"onclick="b'}, "it holds a character that no web address has"),
        ({"link": "https://a:b/"}, "it is no web address"),
        ({"link": "https://[::1"}, "it is no web address"),
        ({"date": "2026-07-03"}, "which lies ahead of us: today is 2026-07-01"),
        ({"date": "2026-02-30"}, "date is '2026-02-30'; write it as 2024-06-13, 2024-06 or 2024"),
        ({"date": "13.6.2024"}, "write it as 2024-06-13"),
        ({"date": "２０２４"}, "write it as 2024-06-13"),
        ({"parameters_billion": 0.0}, "parameters_billion is 0; it must lie above 0"),
        ({"parameters_billion": 7e9}, "parameters_billion is 7e+09; it must lie above 0 and be in billions"),
        ({"parameters_billion": float("nan")}, "parameters_billion is nan"),
        ({"trained_on": ("STAR",) * 101}, "trained_on lists 101; at most 100 fit"),
        ({"trained_on": ("",)}, "trained_on lists an empty text"),
        ({"unverified": ("language_modell",)}, "which is no field; did you mean 'language_model'?"),
        ({"scores": {"offical": Scores(PERCENTS)}}, "the judge 'offical' is unknown; did you mean 'official'?"),
        ({"data": OTHER, "tasks": {"__proto__ x": 50.0}}, "the task '__proto__ x' needs another key"),
        ({"data": replace(OTHER, hash="../../x")}, "data.hash is '../../x'; it must be hexadecimal digits"),
        ({"standing": Standing.REPRODUCED}, "standing is 'reproduced', and there is no log it follows from"),
    ],
    ids=lambda value: str(value)[:50] if isinstance(value, str) else "",
)
def test_refused_with_what_the_value_and_what_to_do(changes: dict[str, Any], expected: str) -> None:
    found = errors(entry(**changes))
    assert [text for text in found if expected in text], found
    assert all("\n" not in text for text in found)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"model": "<b>Chat</b>"}, "model is '<b>Chat</b>': markup is shown as it stands, never followed"),
        ({"notes": "[here](https://example.org)"}, "markup is shown as it stands"),
        ({"model": "=HYPERLINK(1)"}, "in CSV files an apostrophe keeps it from being a formula"),
        ({"data": OTHER, "tasks": {"zebra": 0.0}}, "1 task (zebra) at exactly 0, of nobody knows how many questions"),
        ({"context": True, "tasks": scored(action_sequence=61.2)}, "but 115/188 does"),
        ({"context": True, "average": 60.0}, "average is 60.0, but the mean of its 20 tasks is 50.00"),
    ],
)
def test_noted_and_not_refused(changes: dict[str, Any], expected: str) -> None:
    found = said(entry(**changes))
    assert found[Severity.ERROR] == []
    assert [text for text in found[Severity.NOTE] if expected in text], found


def test_a_zero_among_few_questions_is_no_wonder() -> None:
    made = entry(data=OTHER, tasks={"zebra": 0.0, "ape": 50.0}, items={"zebra": 4, "ape": 4})
    assert check_entry(made, today=TODAY) == []
    assert "1 task (zebra)" in errors(replace(made, items={"zebra": 100, "ape": 100}))[0]


def test_an_average_may_be_the_mean_over_questions_where_all_are_told() -> None:
    tasks, items = {"zebra": 100.0, "ape": 50.0}, {"zebra": 300, "ape": 100}
    assert errors(entry(data=OTHER, tasks=tasks, items=items, average=87.5)) == []
    assert errors(entry(data=OTHER, tasks=tasks, items=items, average=75.0)) == []
    assert errors(entry(data=OTHER, tasks=tasks, average=87.5)) != []


@given(st.integers(1, 500), st.data())
def test_every_count_is_possible_however_it_was_rounded(questions: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, questions))
    percent = right / questions * 100
    assert possible(percent, questions) == right
    for decimals in (1, 2, 3):
        assert possible(round(percent, decimals), questions) is not None


# ------------------------------------------------------------------------------------------------- duplicates


@pytest.mark.parametrize(
    "name",
    ["VideoChat2", "videochat2", "Video Chat 2", "Video-Chat2", "ＶideoChat2", "VidéoChat2"],
)
def test_a_name_that_reads_like_another_is_refused_unless_it_is_another_revision(name: str) -> None:
    there, here = entry("there", model="VideoChat2"), entry("here", model=name)
    (found,) = errors(here, others=[there])
    assert "stands on this board already with these data, judge official and protocol ''" in found
    assert "entries/there.json" in found
    assert errors(replace(here, revision="v2"), others=[there]) == []


@pytest.mark.parametrize(
    ("name", "other"),
    [("ВЕТА-1", "BETA-l"), ("ΑΒΕ", "ABE"), ("LLaMA", "LIaMA"), ("Yi-1.5", "Yi 1.5"), ("ﬁne", "fine"), ("M①", "M1")],
)
def test_names_that_look_alike_fold_to_one(name: str, other: str) -> None:
    assert folded(name) == folded(other)


def test_published_names_do_not_fold_to_one() -> None:
    names = {seed.model for seed in seeds()}
    assert len({folded(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    "changes",
    [
        {"data": OTHER},
        {"protocol": "notebook"},
        {"scores": {"parsed": Scores(PERCENTS)}},
        {"context": True},
    ],
)
def test_the_same_model_may_stand_elsewhere_again(changes: dict[str, Any]) -> None:
    there, here = entry("there", model="VideoChat2"), entry("here", model="VideoChat2")
    assert errors(here, others=[there]) != []
    assert errors(replace(here, **changes), others=[there]) == []


def test_two_revisions_of_mvbench_are_two_data_sets() -> None:
    there, here = entry("there", model="M"), entry("here", model="M", data=DataSet(MVBENCH, "2024-06-13"))
    assert errors(here, others=[there]) == []
    assert errors(replace(here, data=DataSet(MVBENCH, "", "ab" * 16)), others=[there]) != []


def test_two_contents_under_the_name_of_mvbench_are_noted() -> None:
    there, here = (entry(slug, data=DataSet(MVBENCH, hash=slug * 16)) for slug in ("aa", "bb"))
    assert said(here, others=[there])[Severity.NOTE] == [
        f"data.hash is '{'bb' * 16}': its MVBench has other questions than that of entries/aa.json"
    ]
    assert check_entry(replace(here, data=there.data), others=[there], today=TODAY) == []


def test_two_quotes_of_one_model_need_two_sources() -> None:
    quote = entry("a", model="M", context=True, source="https://a.org")
    assert errors(replace(quote, slug="b"), others=[quote]) != []
    assert errors(replace(quote, slug="b", source="https://b.org"), others=[quote]) == []


# --------------------------------------------------------------------------------------------- published rows


def test_the_published_rows_are_a_valid_board_and_known_disagreements_are_notes(tmp_path: Path) -> None:
    checked = check(boards.make(tmp_path / "board", seeds()).path, today=TODAY)
    assert checked.errors == ()
    assert len(checked.entries) == len(seeds())
    differing = {note.path.removeprefix("entries/") for note in checked.notes if "but the mean of its" in note.text}
    assert differing == {
        "random.json",
        "gpt-4v.json",
        "trace.json",
        "videollamb-7b-videochat2-data.json",
    }


def test_a_published_row_with_another_number_is_a_submission(tmp_path: Path) -> None:
    random = next(seed for seed in seeds() if seed.slug == "random")
    assert errors(random) == []
    other = replace(random, scores={"official": replace(random.scores["official"], average=30.0)})
    assert [text for text in errors(other) if "average is 30.0, but the mean" in text]
