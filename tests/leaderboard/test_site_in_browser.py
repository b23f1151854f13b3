"""The page in a real Chromium, opened from its file: sorting, filters, rankings, chart, hostile names, size."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from leaderboard import site
from leaderboard.entry import DataSet, Entry, Standing
from leaderboard.page import Remark
from leaderboard.ranking import rank
from tests.browser import PHONE, chromium, open_page
from tests.leaderboard.made import PERCENTS, entry

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

pytestmark = pytest.mark.slow

HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(1)</script>"
DEMO = DataSet("demo", hash="0" * 32)


def level(percent: float) -> dict[str, float]:
    return dict.fromkeys(PERCENTS, percent)


def sample() -> list[Entry]:
    return [
        entry("best", model="Best", tasks=level(80), type="VideoLLM", parameters_billion=7.0, link="https://example.org/best"),
        entry("tied", model="Tied", tasks=level(60), type="VideoLLM", standing=Standing.RERUN, frames="16"),
        entry("also", model="Also tied", tasks=level(59.5), type="ImageLLM", parameters_billion=72.0),
        entry("other", model="Älter 2", tasks=level(40), language_model="Vicuna-7B", unverified=("language_model",)),
        entry("next", model="Älter 10", tasks=level(35), source="https://example.org/paper"),
        entry("low", model="Low", tasks=level(30)),
        entry("last", model="Last", tasks=level(25)),
        entry("hostile", model=HOSTILE, tasks=level(20), notes=HOSTILE),
        entry("average", model="Average alone", tasks={}, average=66.6),
        entry("quote", model="Quote", context=True, tasks=level(77)),
        entry("run", model="Run", protocol="mvbench", tasks=level(51)),
        entry("demo", model="Synthetic", data=DEMO, tasks=level(99)),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    site.write(folder, site.contents(rank(sample()), remarks=[Remark(HOSTILE, HOSTILE)]))
    return folder / "index.html"


@pytest.fixture
def page(browser: Browser, index: Path) -> Iterator[Page]:
    with open_page(browser, index) as visit:
        yield visit.page


def models(page: Page, frame: str = "#rows") -> list[str]:
    """The names to be seen, in their order."""
    found: list[str] = page.evaluate(
        "(frame) => [...document.querySelectorAll(`${frame} tbody tr:not([hidden]):not(.details) .name`)]"
        ".map((name) => name.textContent)",
        frame,
    )
    return found


def sort(page: Page, key: str) -> str | None:
    button = page.locator(f'#rows [data-sort="{key}"]')
    button.click()
    return button.locator("xpath=..").get_attribute("aria-sort")


def test_the_first_ranking_is_that_of_the_published_rows(page: Page) -> None:
    assert models(page) == ["Best", "Tied", "Also tied", "Älter 2", "Älter 10", "Low", "Last", HOSTILE]
    assert page.locator("#ranking-name").text_content() == "MVBench"
    assert page.locator("#count").text_content() == "8 models ranked"
    ranks = page.locator("#rows .rank:not(th)").all_text_contents()
    assert ranks == ["1", "2–3", "2–3", "4", "5", "6", "7", "8"]
    assert page.locator('#rows th[aria-sort="ascending"]').all_text_contents() == ["Rank"]


def test_every_column_sorts_both_ways_with_what_is_not_told_last(page: Page) -> None:
    assert sort(page, "average") == "descending"
    assert models(page)[:2] == ["Best", "Tied"]
    assert sort(page, "average") == "ascending"
    assert models(page)[:2] == [HOSTILE, "Last"]
    assert sort(page, "parameters") == "ascending"
    assert models(page)[:2] == ["Best", "Also tied"]
    assert sort(page, "parameters") == "descending"
    assert models(page)[:2] == ["Also tied", "Best"]
    assert sort(page, "model") == "ascending"
    assert [name for name in models(page) if name.startswith("Ä")] == ["Älter 2", "Älter 10"]
    assert sort(page, "task:action_count") == "descending"
    assert models(page)[0] == "Best"
    assert page.locator("#rows th[aria-sort]").count() == 1
    for key in page.locator("#rows [data-sort]").evaluate_all("(all) => all.map((one) => one.dataset.sort)"):
        assert sort(page, key) in ("ascending", "descending")
        assert len(models(page)) == 8


def test_the_chart_is_printed_though_nobody_has_scrolled_to_it(browser: Browser, index: Path) -> None:
    with open_page(browser, index, size=(1440, 200)) as visit:
        canvas = visit.page.locator("#chart")
        assert canvas.get_attribute("aria-label") is None
        visit.page.evaluate('dispatchEvent(new Event("beforeprint"))')
        assert (canvas.get_attribute("aria-label") or "").startswith("Scores by task of Best")


def test_the_keyboard_sorts_chooses_and_opens(page: Page) -> None:
    page.locator('#rows [data-sort="model"]').focus()
    page.keyboard.press("Enter")
    assert models(page)[1:4] == ["Also tied", "Älter 2", "Älter 10"]
    page.locator('#rows [data-sort="rank"]').focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    more = page.get_by_role("button", name="Details of Best")
    more.focus()
    page.keyboard.press("Enter")
    assert more.get_attribute("aria-expanded") == "true"
    assert page.locator("#rows tr.details").is_visible()
    page.keyboard.press("Enter")
    assert page.locator("#rows tr.details").count() == 0
    page.keyboard.press("/")
    page.keyboard.type("tied")
    assert models(page) == ["Tied", "Also tied"]


def test_filters_narrow_the_table_and_say_by_how_much(page: Page) -> None:
    page.fill("#words", "VIDEO")
    assert models(page) == ["Best", "Tied"]
    assert page.locator("#count").text_content() == "2 of 8 models ranked"
    assert page.locator("#averages summary").text_content() == "Average only 0 of 1"
    page.fill("#words", "")
    page.select_option("[data-field=status]", "rerun")
    assert models(page) == ["Tied"]
    page.select_option("[data-field=status]", "")
    page.select_option("[data-field=size]", "> 40B")
    assert models(page) == ["Also tied"]
    page.select_option("[data-field=type]", "VideoLLM")
    assert models(page) == []
    assert page.locator("#rows .nothing").is_visible()
    page.click("#filters [type=reset]")
    assert len(models(page)) == 8
    page.select_option("[data-field=type]", label="not told")
    assert models(page)[0] == "Älter 2"
    page.click("#filters [type=reset]")
    page.fill("#words", "vicuna 7b")
    assert models(page) == ["Älter 2"]
    assert not page.locator("[data-field=revision]").is_visible()  # nothing to choose from


def test_tasks_are_chosen_one_by_one_or_by_skill(page: Page) -> None:
    tasks = page.locator("#rows [data-sort^='task:']")
    assert tasks.count() == 20
    page.click("#tasks summary")
    page.get_by_role("button", name="None").click()
    assert tasks.count() == 0
    page.get_by_role("checkbox", name="Position").check()
    assert tasks.all_text_contents() == ["MD", "AL"]
    page.get_by_role("checkbox", name="Moving Direction").uncheck()
    assert tasks.all_text_contents() == ["AL"]
    assert page.get_by_role("checkbox", name="Position").evaluate("(box) => box.indeterminate")
    page.keyboard.press("Escape")
    assert not page.locator(".menu-body").is_visible()
    assert len(models(page)) == 8


def test_a_sorted_task_that_is_taken_away_leaves_the_rank(page: Page) -> None:
    sort(page, "task:action_count")
    sort(page, "task:action_count")
    page.click("#tasks summary")
    page.get_by_role("button", name="None").click()
    assert models(page)[0] == "Best"
    assert page.locator("#rows th[aria-sort]").text_content() == "Rank"


def test_rankings_are_switched_and_kept_in_the_address(page: Page) -> None:
    assert not page.locator("#foreign").is_visible()
    page.select_option("#rule", label="official judge, protocol mvbench")
    assert models(page) == ["Run"]
    page.locator("#data-sets input:checked").focus()
    page.keyboard.press("ArrowRight")
    assert models(page) == ["Synthetic"]
    assert "This is not MVBench" in (page.locator("#foreign").text_content() or "")
    assert page.url.endswith("#demo.official")
    page.reload()
    assert models(page) == ["Synthetic"]
    page.evaluate("location.hash = '#mvbench.official'")
    page.wait_for_function("document.querySelectorAll('#rows tbody tr').length === 8")
    page.evaluate("location.hash = '#%'")
    assert len(models(page)) == 8


def test_models_are_compared_in_one_chart(page: Page) -> None:
    assert page.locator("#picked bdi").all_text_contents() == ["Best", "Tied", "Also tied"]
    boxes = page.locator("#rows input[type=checkbox]")
    for place in (3, 4, 7):
        boxes.nth(place).check()
    assert boxes.nth(5).is_disabled()
    assert page.locator("#picked bdi").all_text_contents()[-1] == HOSTILE
    assert "Tied and Also tied" in (page.locator("#apart").text_content() or "")
    page.locator("#compare").scroll_into_view_if_needed()
    chart = "Chart.getChart(document.querySelector('#chart'))"
    page.wait_for_function(f"{chart}?.data.datasets.length === 6")
    assert page.evaluate(f"{chart}.data.labels.length") == 21
    assert page.evaluate(f"{chart}.data.datasets[0].data[0]") == 80
    assert colours(page) > 6
    page.get_by_role("button", name="Leave out Best").click()
    assert page.evaluate(f"{chart}.data.datasets.length") == 5
    assert not boxes.nth(0).is_checked()
    assert boxes.nth(5).is_enabled()
    for button in page.locator("#picked button").all()[::-1]:
        button.click()
    assert not page.locator("#chart-box").is_visible()


def colours(page: Page) -> int:
    """How many different colours the chart has."""
    count: int = page.evaluate(
        """() => {
            const canvas = document.querySelector("#chart");
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            return new Set(new Uint32Array(data.buffer)).size;
        }"""
    )
    return count


def test_lower_groups_are_closed_until_they_are_opened(page: Page) -> None:
    assert page.locator("#averages table").count() == 0
    page.click("#averages summary")
    page.locator("#averages table").wait_for()
    assert models(page, "#averages .frame") == ["Average alone"]
    assert page.locator("#averages td").nth(0).text_content() == "66.6"
    page.click("#context summary")
    page.locator("#context table").wait_for()
    assert models(page, "#context .frame") == ["Quote"]
    assert page.locator("#context .rank").count() == 0
    page.locator("#context input[type=checkbox]").check()
    assert page.locator("#picked bdi").all_text_contents()[-1] == "Quote"
    page.fill("#words", "nobody")
    assert models(page, "#context .frame") == []


def test_details_have_every_task_and_the_source(page: Page) -> None:
    page.get_by_role("button", name="Details of Älter 10").click()
    details = page.locator("#rows tr.details")
    assert details.locator(".scores dd").count() == 20
    assert details.locator(".scores dd").nth(0).text_content() == "35.0 28.7–41.8"
    link = details.locator("a")
    assert link.get_attribute("href") == "https://example.org/paper"
    assert link.get_attribute("rel") == "noopener noreferrer nofollow"
    sort(page, "model")
    assert page.locator("#rows tr:has(+ tr.details) .name").text_content() == "Älter 10"


def test_hostile_names_are_shown_as_text(page: Page) -> None:
    assert page.locator("#rows .name", has_text="<img").text_content() == HOSTILE
    page.get_by_role("button", name="Details of <img").click()
    page.locator("#rows input[type=checkbox]").last.check()
    page.locator("#compare").scroll_into_view_if_needed()
    page.click("#remarks summary")
    assert page.locator("#remarks dd").text_content() == HOSTILE
    assert page.locator("main img, main script").count() == 0  # dialogs would be complaints


def test_what_nobody_checked_is_marked(page: Page) -> None:
    marked = page.locator("#rows .unverified")
    assert marked.all_text_contents() == ["Vicuna-7B"]
    assert marked.get_attribute("title") == "Nobody has checked this against its source"


def test_tables_beside_the_page_are_downloaded(browser: Browser, index: Path) -> None:
    with open_page(browser, index, forgiving=True) as visit:  # a download is a request that was not finished
        with visit.page.expect_download() as download:
            visit.page.click('a[href="leaderboard.csv"]')
        assert Path(download.value.path()).read_bytes() == (index.parent / "leaderboard.csv").read_bytes()


def test_light_and_dark(browser: Browser, index: Path) -> None:
    papers = []
    for scheme in ("light", "dark"):
        with open_page(browser, index, scheme=scheme) as visit:  # type: ignore[arg-type]
            paper = "getComputedStyle(document.body).backgroundColor"
            papers.append(visit.page.evaluate(paper))
            visit.page.click("#theme")
            papers.append(visit.page.evaluate(paper))
    assert papers[0] == papers[3] != papers[1] == papers[2]


def test_a_phone_scrolls_the_table_and_not_the_page(browser: Browser, index: Path) -> None:
    with open_page(browser, index, size=PHONE) as visit:
        page = visit.page
        assert page.locator("#rows [data-sort^='task:']").count() == 9
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
        page.evaluate("document.querySelector('#rows').scrollLeft = 400")
        frame, name = page.locator("#rows").bounding_box(), page.locator("#rows th.model").nth(1).bounding_box()
        assert frame and name
        assert 0 <= name["x"] - frame["x"] <= 2
        page.locator("#rows .more").first.click()
        details = page.locator("#rows .inside").bounding_box()
        assert details and details["x"] >= 0 and details["x"] + details["width"] <= PHONE[0]
        for section in ("#compare", "#meaning", "#submit", "#cite", "#downloads"):
            page.locator(section).scroll_into_view_if_needed()
        page.wait_for_function("Chart.getChart(document.querySelector('#chart'))")
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]


def test_print_shows_every_row(page: Page) -> None:
    page.emulate_media(media="print")
    assert not page.locator("#filters").is_visible()
    assert page.evaluate(
        "(() => { const f = document.querySelector('#rows'); return f.scrollHeight <= f.clientHeight })()"
    )


def test_five_hundred_rows_open_in_a_second_and_sort_at_once(browser: Browser, tmp_path: Path) -> None:
    lot = random.Random(3)
    entries = [
        entry(
            f"m-{number}",
            model=f"Model {lot.choice(['Chat', 'Video'])} {number}",
            tasks={key: lot.randrange(20, 180) / 2 for key in PERCENTS},
            parameters_billion=lot.choice([None, 2.0, 7.0, 13.0, 72.0]),
        )
        for number in range(500)
    ]
    site.write(tmp_path, site.contents(rank(entries)))
    with open_page(browser, "about:blank") as visit:
        page = visit.page
        clock = page.context.new_cdp_session(page)
        clock.send("Performance.enable", {"timeDomain": "threadTicks"})
        visit.address = (tmp_path / "index.html").as_uri()
        page.goto(visit.address)
        assert len(models(page)) == 500
        assert seconds(clock) < 1
        for key in ("model", "average", "task:action_count"):
            assert min(sorting_milliseconds(page, key) for _ in range(5)) < 100


def seconds(clock: CDPSession) -> float:
    """What the page has kept its thread busy; unlike the time on the wall, other processes do not count."""
    metrics = clock.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))


def sorting_milliseconds(page: Page, key: str) -> float:
    """From a click on a head until the new order is laid out."""
    time: Any = page.evaluate(
        """(key) => {
            const start = performance.now();
            document.querySelector(`#rows [data-sort="${key}"]`).click();
            document.querySelector("#rows table").getBoundingClientRect();
            return performance.now() - start;
        }""",
        key,
    )
    return float(time)
