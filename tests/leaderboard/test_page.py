"""The page's HTML, without a browser: what is in it, and that nothing from an entry can leave its place."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leaderboard.entry import DataSet, Entry, Scores, Standing
from leaderboard.page import Download, Remark, page
from leaderboard.page.values import data_names, printed, ranking_values, web_address
from leaderboard.ranking import rank
from mvbench.statistics import Estimate
from tests.leaderboard.made import PERCENTS, TASKS, entry

VOID = {"meta", "link", "input", "br", "img", "hr", "col"}

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "'\"><svg/onload=alert(1)>",
    "]]><!--<script>",
    "\u2028\u2029\x00\x1b[31m",
    "\u202egnp.exe",
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "javascript:alert(1)",
    "__proto__",
)


class Parsed(HTMLParser):
    """The elements of a page, with what is inside scripts; fails where a tag is not closed by its own."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append((dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            attributes, text = self.scripts[-1]
            self.scripts[-1] = attributes, text + data
        elif self.open and self.open[-1] != "style":
            self.words.append(data)

    def data(self) -> Any:
        (text,) = (text for attributes, text in self.scripts if attributes.get("id") == "rankings")
        return json.loads(text)


def hostile_entry(text: str, slug: str = "hostile") -> Entry:
    return entry(
        slug,
        model=f"Model {text}",
        link=text,
        type=text,
        language_model=text,
        frames=text,
        resolution=text,
        trained_on=(text,),
        submitted_by=text,
        source=text,
        notes=text,
        revision=text,
        unverified=(text, "model"),
        data=DataSet("MVBench", revision=text),
    )


def test_the_data_read_back_are_the_rankings() -> None:
    entries = [
        entry("one", average=51.1, standing=Standing.RERUN),
        entry("two", tasks=dict.fromkeys(PERCENTS, 70.5)),
        entry("average", tasks={}, average=66.25),
        entry("quote", context=True),
    ]
    rankings = rank(entries)
    (found,) = Parsed(page(rankings)).data()
    assert [row["model"] for row in found["rows"]] == ["Model two", "Model one"]
    assert [row["model"] for row in found["averages"]] == ["Model average"]
    assert [row["model"] for row in found["context"]] == ["Model quote"]
    assert [task["key"] for task in found["tasks"]] == [task.key for task in TASKS]
    for row, shown in zip(rankings[0].rows, found["rows"], strict=True):
        assert [score[0] for score in shown["tasks"]] == [row.tasks[task.key].mean for task in TASKS]
        assert row.mean is not None
        assert shown["mean"] == pytest.approx([row.mean.mean, row.mean.low, row.mean.high, row.mean.margin], abs=6e-4)
        assert (shown["first"], shown["last"]) == (row.first, row.last)
    assert found["rows"][1]["printed"] == "51.1"
    assert found["rows"][1]["status"] == "rerun"


@pytest.mark.parametrize(
    ("published", "shown"), [(51.1, "51.1"), (62.975, "62.975"), (40, "40.0"), (250 / 9, "27.8"), (None, "50.0")]
)
def test_an_average_has_the_digits_it_was_published_with(published: float | None, shown: str) -> None:
    ((row,),) = (ranking.rows for ranking in rank([entry(average=published)]))
    assert printed(row) == shown


def test_a_mean_in_the_place_of_an_average_has_one_decimal() -> None:
    ((row,),) = (ranking.rows for ranking in rank([entry(tasks={**PERCENTS, "action_sequence": 41.0})]))
    assert (row.average, printed(row)) == (50.025, "50.0")


def test_an_average_that_nobody_knows_is_empty() -> None:
    part = {key: PERCENTS[key] for key in list(PERCENTS)[:3]}
    ((row,),) = (ranking.context for ranking in rank([entry(tasks=part, context=True)]))
    assert printed(row) == ""
    (found,) = Parsed(page(rank([entry(tasks=part, context=True)]))).data()
    assert found["context"][0]["average"] is None
    assert found["context"][0]["tasks"][3:] == [None] * 17


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    found = Parsed(
        page(
            rank([hostile_entry(text), entry()]),
            downloads=[Download("leaderboard.csv", text, 10)],
            remarks=[Remark(text, text)],
        )
    )
    harmless = Parsed(
        page(rank([entry()]), downloads=[Download("leaderboard.csv", "x", 10)], remarks=[Remark("x", "x")])
    )
    assert [tag for tag, _ in found.elements] == [tag for tag, _ in harmless.elements]
    for _, attributes in found.elements:
        assert not [name for name in attributes if name.startswith("on")]
        assert not (attributes.get("href") or "").startswith(("javascript", "vbscript"))
    model = next(row["model"] for row in found.data()[0]["rows"] if row["slug"] == "hostile")
    assert model.isprintable()
    assert re.sub(r"[^\w<>/=]", "", model) == re.sub(r"[^\w<>/=]", "", f"Model {text}")


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=40))
def test_any_text_reads_back_as_what_may_be_shown(text: str) -> None:
    (found,) = Parsed(page(rank([hostile_entry(text)]))).data()
    row = found["rows"][0]
    shown = "".join(character if character.isprintable() else "\ufffd" for character in text)
    assert row["model"] == f"Model {shown}"
    assert row["link"] in ("", text)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "javascript://example.org/%0aalert(1)",
        "ftp://example.org/x",
        " https://example.org",
        "java\tscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "//example.org",
        "example.org",
        "https://",
        "https://user:secret@example.org",
        "https://exa mple.org",
        'https://example.org/"onclick=alert(1)',
        "https://[::1",
        "https://example.org/\u202e",
        "",
    ],
)
def test_only_addresses_of_the_web_become_links(address: str) -> None:
    assert web_address(address) == ""
    (found,) = Parsed(page(rank([entry(link=address, source=address)]))).data()
    row = found["rows"][0]
    assert row["link"] == ""
    assert not any("link" in fact for fact in row["facts"])


def test_an_address_of_the_web_becomes_a_link() -> None:
    address = "https://example.org/a_(b)?c=d#e"
    (found,) = Parsed(page(rank([entry(link=address, source=address)]))).data()
    row = found["rows"][0]
    assert row["link"] == address
    assert {"label": "Source", "text": address, "link": address} in row["facts"]


def test_only_the_scripts_of_the_page_may_run() -> None:
    found = Parsed(page(rank([hostile_entry(HOSTILE[0])])))
    (policy,) = (
        attributes["content"]
        for tag, attributes in found.elements
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    digests = {
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for attributes, text in found.scripts
        if attributes.get("type") != "application/json"
    }
    assert set(re.findall(r"'sha256-([^']+)'", policy)) == digests
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    assert all("src" not in attributes for attributes, _ in found.scripts)


def test_same_entries_in_any_order_are_the_same_bytes() -> None:
    entries = [entry(f"m-{number}", tasks=dict.fromkeys(PERCENTS, 30.0 + number)) for number in range(8)]
    mixed = random.Random(5).sample(entries, k=len(entries))
    assert page(rank(entries)) == page(rank(mixed))


def test_a_board_without_entries_has_a_page() -> None:
    assert Parsed(page([])).data() == []


def test_data_sets_of_one_name_are_told_apart() -> None:
    data = [DataSet("demo", hash="aaaaaaaaaaaa"), DataSet("demo", hash="bbbbbbbbbbbb"), DataSet("demo")]
    some = {key: PERCENTS[key] for key in list(PERCENTS)[:5]}
    entries = [entry(f"m-{number}", data=one) for number, one in enumerate(data)]
    rankings = rank([*entries, entry("part", data=data[0], tasks=some)])
    assert sorted(data_names(rankings)) == [
        "demo aaaaaaaa (20 tasks)",
        "demo aaaaaaaa (5 tasks)",
        "demo bbbbbbbb",
        "demo unknown content",
    ]
    identities = [one["id"] for one in ranking_values(rankings)]
    assert len(set(identities)) == len(identities)


def test_published_rows_come_first_and_say_so() -> None:
    synthetic = entry("synthetic", data=DataSet("A set", hash="0"))
    with_protocol = entry("run", protocol="mvbench")
    found = Parsed(page(rank([synthetic, with_protocol, entry("published")]))).data()
    assert [(one["data"], one["rule"], one["public"]) for one in found] == [
        ("MVBench", "official judge, protocol not stated (as published)", True),
        ("MVBench", "official judge, protocol mvbench", True),
        ("A set", "official judge, protocol not stated", False),
    ]


def test_details_say_what_is_known_and_name_what_is_not() -> None:
    known = entry(
        language_model="Vicuna-7B",
        parameters_billion=7.0,
        items={**dict.fromkeys(PERCENTS, 200), "action_sequence": 188},
        unverified=("language_model",),
        date="2024-05-01",
    )
    (found,) = Parsed(page(rank([known]))).data()
    row = found["rows"][0]
    facts = {fact["label"]: fact for fact in row["facts"]}
    assert facts["Parameters"]["text"] == "7 billion"
    assert facts["Questions"]["text"] == "200 of each task, but AS 188"
    assert facts["Language model"]["unverified"] == "yes"
    assert "unverified" not in facts["Date"]
    assert "frames, resolution, protocol" in row["untold"]
    assert row["size"] == "4-10B"


def test_a_score_without_an_interval_has_none() -> None:
    one = entry(data=DataSet("A set", hash="0"), scores={"official": Scores({"own_task": 40.0})})
    (found,) = ranking_values(rank([one]))
    assert found["rows"][0]["tasks"] == [[40.0, None, None, None]]
    assert found["rows"][0]["mean"] == [40.0, None, None, None]
    assert Estimate(40.0, None, None, None).margin is None
