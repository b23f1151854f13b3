"""The page in a real Chromium, as a reader uses it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvbench.errors import Failure
from mvbench.report.page import write_page
from mvbench.report.strips import Strip
from mvbench.results import Run
from mvbench.tasks import public_tasks
from mvbench.types import Record, Reply
from tests.browser import DESK, PHONE, Visit, chromium, open_page
from tests.report.formats.runs import answered, run_of, sample
from tests.report.pages import filmed, shown

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

pytestmark = pytest.mark.slow

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\u2028\u202eabc\x00"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def questions() -> list[Record]:
    """Four tasks of six questions: right, wrong, unparsed and failed ones, orbits and dials."""
    records = []
    for task in ("action_sequence", "action_antonym", "object_existence", "moving_direction"):
        for place in range(6):
            one = sample(place, task=task, answer=place % 4)
            dials = {"things": place // 2, "kind": "ab"[place % 2]}
            one = replace(one, extras={"orbit": f"orbit-{place // 4}", "dials": dials})
            letter = "ABCD"[(place + (place == 3)) % 4]
            reply = Failure("model", "broken") if place == 5 else Reply("hm" if place == 4 else f"{letter}) so", "(")
            records.append(shown(answered(one, reply)))
    return records


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    return write_page(run_of(folder / "run", questions()), folder / "page.html", thumbnails=False).path


@contextmanager
def reading(browser: Browser, path: Path | str, **options: Any) -> Iterator[Visit]:
    with open_page(browser, path, **options) as visit:
        yield visit


def text(locator: Locator) -> str:
    return locator.inner_text()


def choose(visit: Visit, name: str, value: str) -> None:
    visit.page.locator(f"#filters [name={name}]").select_option(value)


def expect_count(visit: Visit, words: str) -> None:
    from playwright.sync_api import expect

    expect(visit.page.locator("#count")).to_have_text(words)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_opens_without_complaint_and_fits(
    browser: Browser, page_file: Path, size: tuple[int, int], scheme: Any
) -> None:
    with reading(browser, page_file, size=size, scheme=scheme) as visit:
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert text(visit.page.locator(".score")).startswith("50.0")
        assert visit.page.locator("canvas:visible").count() >= 3
        expect_count(visit, "24 of 24, 12 right")


def test_filters_narrow_the_list(browser: Browser, page_file: Path) -> None:
    with reading(browser, page_file) as visit:
        choose(visit, "task", "moving_direction")
        expect_count(visit, "6 of 24, 3 right")
        choose(visit, "verdict", "wrong")
        expect_count(visit, "3 of 24, 0 right")
        choose(visit, "status", "unparsed")
        expect_count(visit, "1 of 24, 0 right")
        choose(visit, "task", "")
        choose(visit, "verdict", "")
        choose(visit, "status", "")
        visit.page.fill("#filters [name=text]", "TAKEN (2) tablet")
        expect_count(visit, "4 of 24, 4 right")
        visit.page.fill("#filters [name=text]", "no such words")
        expect_count(visit, "0 of 24")
        assert text(visit.page.locator("#list")) == "Nothing matches."


def test_the_judge_changes_every_figure_and_the_verdicts(browser: Browser, page_file: Path) -> None:
    with reading(browser, page_file) as visit:
        page = visit.page
        before = text(page.locator("#headline")), text(page.locator("#letters-table"))
        page.locator("#judge").select_option("official")
        assert "judge official" in text(page.locator("#headline")) and text(page.locator("#headline")) != before[0]
        assert page.locator("#detail tr.skill").inner_text().startswith("official")


def test_keys_go_through_the_samples_and_a_link_leads_back(browser: Browser, page_file: Path) -> None:
    with reading(browser, page_file) as visit:
        page = visit.page
        for key in ("j", "j", "k", "j"):
            page.keyboard.press(key)
        assert page.evaluate("location.hash") == "#action_sequence/0002"
        page.keyboard.press("/")
        page.keyboard.type("jjj")
        assert page.input_value("#filters [name=text]") == "jjj"
        page.fill("#filters [name=text]", "")
        expect_count(visit, "24 of 24, 12 right")
        page.locator("#list").focus()
        page.keyboard.press("End")
        assert page.evaluate("location.hash") == "#moving_direction/0005"
        assert "No reply" in text(page.locator("#detail")) and "broken" in text(page.locator("#detail"))
    with reading(browser, f"{page_file.as_uri()}#object_existence/0003") as visit:
        assert "object_existence/0003" in text(visit.page.locator("#detail"))
        assert visit.page.locator('#list [aria-selected="true"]').count() == 1


def test_a_figure_leads_to_its_questions(browser: Browser, page_file: Path) -> None:
    with reading(browser, page_file) as visit:
        page = visit.page
        page.locator("#letters-table tbody tr").nth(0).locator("button").nth(0).click()
        expect_count(visit, "4 of 24, 4 right")
        page.locator("#letters-filter").click()
        expect_count(visit, "24 of 24, 12 right")
        page.locator("#notes button", has_text="error").click()
        expect_count(visit, "4 of 24, 0 right")
        box = page.locator("#tasks-chart").bounding_box()
        assert box
        page.mouse.move(0, 0)
        page.locator("#tasks-chart").click(position={"x": box["width"] / 2, "y": 36})
        expect_count(visit, "6 of 24, 3 right")


def test_difficulty_and_orbits_are_there(browser: Browser, page_file: Path) -> None:
    with reading(browser, page_file) as visit:
        assert visit.page.locator("#curves h3").all_inner_texts() == ["things", "kind"]
        row = visit.page.locator("#orbits-table tbody tr").inner_text().split()
        assert row == ["All", "tasks", "4", "0.0", "0.0–49.0", "0.4", "4"]


def test_the_switch_goes_between_light_and_dark(browser: Browser, page_file: Path) -> None:
    with reading(browser, page_file) as visit:
        paper = "getComputedStyle(document.body).backgroundColor"
        before = visit.page.evaluate(paper)
        visit.page.locator("#theme").click()
        dark = visit.page.evaluate(paper)
        assert dark != before
        visit.page.reload()
        assert visit.page.evaluate(paper) == dark
        visit.page.locator("#theme").click()
        assert visit.page.evaluate(paper) == before


def test_hostile_text_is_shown_and_never_run(browser: Browser, tmp_path: Path) -> None:
    odd = replace(sample(0, choices=(HOSTILE, "b"), question=HOSTILE), extras={"dials": {HOSTILE: HOSTILE}})
    other = replace(sample(1), extras={"dials": {HOSTILE: 1}})
    records = [answered(odd, Reply(HOSTILE, "(")), answered(other, Reply("y" * 1_000_000))]
    title = {"model": HOSTILE, "frames": HOSTILE, "protocol": HOSTILE, "view": HOSTILE}
    run = run_of(tmp_path / "run", records, title=title)
    path = write_page(run, tmp_path / "page.html", thumbnails=False).path
    with reading(browser, path) as visit:
        page = visit.page
        assert page.locator("img").count() == 0
        words = text(page.locator("#detail"))
        assert "<img src=x onerror=alert(1)>" in words and "[U+202E]abc[U+0000]" in words and "\u202e" not in words
        page.keyboard.press("j")
        assert "996,000 more characters in records.jsonl" in text(page.locator("#detail"))
        assert page.evaluate("document.documentElement.scrollWidth") <= DESK[0]


def test_thumbnails_are_drawn(browser: Browser, tmp_path: Path) -> None:
    run, _ = filmed(tmp_path, count=2)
    path = write_page(run, tmp_path / "page.html", quiet=True).path
    with reading(browser, path) as visit:
        tiles = visit.page.locator(".film .tile")
        assert tiles.count() == 4 and visit.page.locator(".film li").first.inner_text().split() == ["#2", "0.08", "s"]
        pictures = {tiles.nth(place).screenshot() for place in range(4)}
        assert len(pictures) == 4  # four frames, none of them blank like another
        visit.page.keyboard.press("j")
        assert "missing: no such file ssv2_video/1.mp4" in text(visit.page.locator("#detail"))
        assert "1 of 2 clips cannot be shown" in text(visit.page.locator("#lost"))


def whole(folder: Path) -> Run:
    """4,000 questions with 16 frames each, of 4,000 videos."""
    draw = random.Random(0)
    records = []
    for task in public_tasks():
        for place in range(200):
            one = sample(place, task=task.key, answer=draw.randrange(4))
            one = replace(one, extras={"orbit": f"o{place // 4}", "dials": {"things": place % 9, "seconds": place}})
            reply = Reply(f"{'ABCD'[draw.randrange(4)]}) {'what was seen ' * 6}", "Best Option: (")
            indices = [place + 7 * step for step in range(16)]
            records.append(shown(answered(one, reply), indices=indices, fingerprint=one.id))
    return run_of(folder, records, arguments={"resolved": {"data": str(folder)}})


def test_4000_samples_with_thumbnails_open_in_two_seconds(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from playwright.sync_api import expect

    # 16 frames of a real video take about this much.
    strip = Strip(random.Random(0).randbytes(20_000), 16, 1, 112, 63, "1-a")
    monkeypatch.setattr("mvbench.report.page.pictures", lambda wanted, *_, **__: (strip for _ in wanted))
    made = write_page(whole(tmp_path / "run"), tmp_path / "page.html")
    assert made.size_bytes > 100e6 and made.strips == 4000
    context = browser.new_context()
    page = context.new_page()
    context.set_default_timeout(10_000)
    start = time.perf_counter()
    page.goto(made.path.as_uri(), wait_until="commit")
    page.locator(".row").first.wait_for()
    page.locator("#filters [name=task]").select_option("moving_direction")
    expect(page.locator("#count")).to_contain_text("200 of 4,000")
    usable = time.perf_counter() - start
    page.wait_for_load_state("load")
    loaded = time.perf_counter() - start
    context.close()
    print(f"usable after {usable:.2f} s, all thumbnails there after {loaded:.2f} s")
    assert usable < 2.0 and loaded < 10.0
