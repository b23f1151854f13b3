import base64
import hashlib
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mvbench.errors import DataError, Failure, RunError
from mvbench.report import gathering
from mvbench.report.page import write_page
from mvbench.results import Run
from mvbench.types import Reply
from tests.report.formats.runs import answered, run_of, sample, some
from tests.report.pages import INDICES, AtHand, filmed, made, page_of, shown
from tests.video import draw

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\u2028\u2029\u202e\x00&amp;<!--"


@pytest.fixture(autouse=True)
def at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mvbench.report.filming.WorkerPool", AtHand)


def test_every_number_is_there_for_every_judge(tmp_path: Path) -> None:
    _, page = made(some(tmp_path / "run"), tmp_path / "page.html", thumbnails=False)
    figures = page.figures()
    summary = figures["summary"]
    assert figures["judges"][0] == figures["judge"] == "parsed"
    assert set(figures["judges"]) == set(summary["judges"]) == set(figures["letters"])
    assert summary["judges"]["parsed"]["tasks"]["action_sequence"]["accuracy"] == 50.0
    assert summary["judges"]["parsed"]["macro"].keys() >= {"mean", "low", "high", "margin"}
    assert (summary["errors"], summary["asked"]) == (1, 4)
    assert [sample["id"] for sample in page.samples()] == [
        "action_sequence/0000",
        "action_sequence/0001",
        "object_existence/0000",
        "object_existence/0001",
    ]
    assert page.samples()[3]["failure"] == ["missing", "no such file"]


def test_the_judge_that_is_asked_for_comes_first(tmp_path: Path) -> None:
    _, page = made(some(tmp_path / "run"), tmp_path / "page.html", thumbnails=False, judge="official")
    assert page.figures()["judge"] == "official"


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    run, _ = filmed(tmp_path)
    pages = [tmp_path / name for name in ("a.html", "b.html")]
    for path in pages:
        write_page(run, path, quiet=True)
    assert pages[0].read_bytes() == pages[1].read_bytes()


def test_thumbnails_are_the_recorded_frames(tmp_path: Path) -> None:
    run, _ = filmed(tmp_path)
    result, page = made(run, tmp_path / "page.html")
    first, second = page.strips()[:2]
    assert first["data-remark"] == "" and (first["data-columns"], first["data-width"]) == ("4", "112")
    with Image.open(io.BytesIO(base64.b64decode(page.scripts["strip-0"]))) as picture:
        rgb = np.asarray(picture.convert("RGB"))
    assert [draw.number_of(rgb[:, 112 * place : 112 * (place + 1)]) for place in range(4)] == INDICES
    # A missing video costs its own thumbnails, and the page does not tell where the data lies.
    assert second["data-why"] == "missing: no such file ssv2_video/1.mp4"
    assert (result.strips, result.lost, result.without) == (3, 2, "")
    assert str(tmp_path) not in page.loose + "".join(page.scripts.values())


def test_a_video_that_changed_since_is_told(tmp_path: Path) -> None:
    run, data = filmed(tmp_path, count=1)
    draw.h264(data / "video" / "ssv2_video" / "0.mp4", range(30, 60))
    _, page = made(run, tmp_path / "page.html")
    assert "changed since" in str(page.strips()[0]["data-remark"])


def test_data_that_has_moved_is_read_where_it_is_now(tmp_path: Path) -> None:
    run, data = filmed(tmp_path, count=1)
    moved = data.rename(tmp_path / "elsewhere")
    result, page = made(run, tmp_path / "page.html")
    assert "is not where it was" in result.without and "No thumbnails" in page.loose
    assert page.samples()[0]["frames"]["indices"] == INDICES
    result, page = made(run, tmp_path / "page.html", data=str(moved))
    assert (result.lost, result.without, len(page.strips())) == (0, "", 1)


def test_a_run_that_names_no_data_has_no_thumbnails(tmp_path: Path) -> None:
    record = shown(answered(sample(0), Reply("A)")))
    result, page = made(run_of(tmp_path / "run", [record]), tmp_path / "page.html")
    assert result.without == "the run does not say which data it asked about" and "No thumbnails" in page.loose


def test_where_no_frames_were_shown_none_are_missing(tmp_path: Path) -> None:
    result, page = made(some(tmp_path / "run"), tmp_path / "page.html")
    assert result.without == "" and "No thumbnails" not in page.loose


def test_text_from_records_stays_text(tmp_path: Path) -> None:
    odd = replace(
        sample(0, choices=(HOSTILE, "b"), question=HOSTILE),
        extras={"orbit": HOSTILE, "dials": {HOSTILE: HOSTILE}},
    )
    failed = answered(sample(1), Failure("model", HOSTILE))
    title = {"model": HOSTILE, "frames": HOSTILE, "protocol": HOSTILE, "view": HOSTILE}
    run = run_of(tmp_path / "run", [answered(odd, Reply(HOSTILE)), failed], title=title, versions={HOSTILE: HOSTILE})
    _, page = made(run, tmp_path / "page.html", thumbnails=False)
    assert "img" not in page.tags and not any("alert" in code for code in page.code)
    assert HOSTILE.replace("\x00", "\ufffd") in page.loose or HOSTILE in page.loose
    first, second = page.samples()
    assert first["question"] == first["reply"]["text"] == first["choices"][0] == HOSTILE
    assert second["failure"] == ["model", HOSTILE]


def test_nothing_is_fetched_and_only_our_scripts_run(tmp_path: Path) -> None:
    _, page = made(some(tmp_path / "run"), tmp_path / "page.html", thumbnails=False)
    assert page.links and all(link.startswith(("#", "data:")) for link in page.links)
    assert "default-src 'none'" in page.policy and "unsafe-eval" not in page.policy
    digests = [base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in page.code]
    allowed = [word.removeprefix("'sha256-").rstrip(";'") for word in page.policy.split() if "sha256-" in word]
    assert digests == allowed and len(digests) == 7
    assert not any("sourceMappingURL" in code for code in page.code)


def test_one_question_all_errors_and_unfinished_runs_have_pages(tmp_path: Path) -> None:
    failed = run_of(tmp_path / "failed", [answered(sample(0), Failure("missing", "gone"))])
    _, page = made(failed, tmp_path / "page.html", thumbnails=False)
    assert page.figures()["summary"]["judges"]["parsed"]["macro"]["mean"] == 0
    cut = run_of(tmp_path / "cut", [answered(sample(0), Reply("A)"))], data={"name": "demo", "questions": 5})
    _, page = made(cut, tmp_path / "page.html", thumbnails=False)
    assert "Incomplete:" in page.loose and "1 of 5 replies are there" in page.loose


def test_repeats_are_samples_of_their_own(tmp_path: Path) -> None:
    first = sample(0)
    records = [answered(one, Reply("A)", "(")) for one in (first, replace(first, id=f"{first.id}#2"))]
    _, page = made(run_of(tmp_path / "run", records), tmp_path / "page.html", thumbnails=False)
    summary = page.figures()["summary"]
    assert (summary["questions"], summary["asked"], len(page.samples())) == (1, 2, 2)


def test_equal_clips_share_one_strip(tmp_path: Path) -> None:
    run, data = filmed(tmp_path, count=1)
    (record,) = run.records()
    again = [replace(record, sample=replace(record.sample, id=f"{record.sample.id}#{turn}")) for turn in (2, 3)]
    arguments = {"resolved": {"data": str(data)}}
    both = run_of(tmp_path / "both", [record, *again], arguments=arguments)
    _, page = made(both, tmp_path / "page.html")
    assert len(page.strips()) == 1 and [one["frames"]["strip"] for one in page.samples()] == [0, 0, 0]


def test_more_samples_than_a_browser_searches_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MOST_SAMPLES", 3)
    _, page = made(some(tmp_path / "run"), tmp_path / "page.html", thumbnails=False)
    assert len(page.samples()) == 3 and "The last 1 replies are not listed" in " ".join(page.loose.split())
    assert page.figures()["summary"]["asked"] == 4


@pytest.mark.parametrize(
    ("text", "error"), [("", "no records"), ('{"sample_id": "x"}\n', "is no record"), ("[]\n", "is no record")]
)
def test_records_that_are_none_are_one_clear_line(tmp_path: Path, text: str, error: str) -> None:
    run = some(tmp_path / "run")
    (run.path / "records.jsonl").write_text(text)
    with pytest.raises((DataError, RunError), match=error):
        write_page(Run.read(run.path), tmp_path / "page.html", thumbnails=False)
    assert not (tmp_path / "page.html").exists()


def test_a_page_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    run = some(tmp_path / "run")
    with pytest.raises(RunError, match="is a folder, and the page is one file"):
        write_page(run, tmp_path, thumbnails=False)
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunError, match="choose another --out"):
        write_page(run, tmp_path / "file" / "page.html", thumbnails=False)


def test_an_interrupted_page_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, _ = filmed(tmp_path, count=1)
    out = tmp_path / "page.html"
    write_page(run, out, quiet=True)
    before = out.read_bytes()

    def interrupted(*_: object, **__: object) -> object:
        yield from ()
        raise KeyboardInterrupt

    monkeypatch.setattr("mvbench.report.page.pictures", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_page(run, out, quiet=True)
    assert out.read_bytes() == before and list(tmp_path.glob(".*part")) == []


def test_frames_under_another_order_are_shown_in_it(tmp_path: Path) -> None:
    run, data = filmed(tmp_path, count=1)
    (record,) = run.records()
    turned = shown(record, indices=INDICES[::-1], fingerprint=str((record.frames or {})["fingerprint"]))
    title = {"model": "m", "frames": "4", "protocol": "mvbench", "view": "reverse"}
    arguments = {"resolved": {"data": str(data)}}
    _, page = made(run_of(tmp_path / "turned", [turned], title=title, arguments=arguments), tmp_path / "page.html")
    frames = page.samples()[0]["frames"]
    assert frames["indices"] == INDICES[::-1] and frames["tiles"] == [[0, 3], [1, 2], [2, 1], [3, 0]]
    assert "view reverse" in page.loose


def test_the_page_reads_back_as_it_was_written(tmp_path: Path) -> None:
    write_page(some(tmp_path / "run"), tmp_path / "page.html", thumbnails=False)
    page = page_of(tmp_path / "page.html")
    assert page.tags[:2] == ["html", "head"] and "a-model" in page.loose
