import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvbench.annotations import seconds_of, stays_inside
from mvbench.errors import DataError, UsageError
from mvbench.tasks import choose, keep, load, parse_tasks, public_tasks
from tests.data_folder import item, touch_video, write, write_whole
from tests.fabricated import record
from tests.fabricated import task as fabricated_task

SAMPLE = record(fabricated_task("Action Count")).sample


def test_there_are_twenty_tasks_in_the_order_of_the_paper() -> None:
    short = [task.abbreviation for task in public_tasks()]
    assert " ".join(short) == "AS AP AA FA UA OE OI OS MD AL ST AC MC MA SC FP CO EN ER CI"
    assert {task.abbreviation for task in public_tasks() if task.bounded} == {"AS", "AP", "OI", "AL", "ER"}
    assert [task.abbreviation for task in public_tasks() if task.media == "frames"] == ["ER"]
    assert len({task.skill for task in public_tasks()}) == 9


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("moving_direction", ["MD"]),
        ("Moving Direction", ["MD"]),
        ("md", ["MD"]),
        ("fine-grained action", ["FA"]),
        ("Scene,AS", ["AS", "ST"]),
        ("count, attribute", ["AC", "MC", "MA", "SC"]),
        (None, [task.abbreviation for task in public_tasks()]),
    ],
)
def test_tasks_are_named_by_key_title_abbreviation_or_skill(names: str | None, expected: list[str]) -> None:
    assert [task.abbreviation for task in choose(public_tasks(), names)] == expected


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("action_sequenc", "; did you mean 'action_sequence'?"),
        ("movng", "; did you mean 'moving_direction' or 'moving_count' or 'moving_attribute'?"),
        ("moving", "; did you mean 'moving_direction' or 'moving_count' or 'moving_attribute'?"),
        ("scnee", "; did you mean 'Scene'?"),
        ("MDD", "; did you mean 'MD'?"),
        ("xyz", ""),
    ],
)
def test_an_unknown_task_names_the_nearest_as_it_is_written(name: str, nearest: str) -> None:
    with pytest.raises(UsageError) as caught:
        choose(public_tasks(), name)
    assert str(caught.value) == f"task {name!r} is unknown{nearest} (`mvbench tasks` lists them)"


def test_an_item_becomes_a_sample(tmp_path: Path) -> None:
    write(tmp_path, {"object_interaction": [item(), item(1, subtitle="not used here", accurate_start=2.0)]})
    touch_video(tmp_path, "star/Charades_v1_480/1.mp4")
    first, second = load(tmp_path).samples
    assert (first.id, second.id) == ("object_interaction/0000", "object_interaction/0001")
    assert second.answer == 1
    assert second.clip.path == tmp_path / "video/star/Charades_v1_480/1.mp4"
    assert (second.clip.start_seconds, second.clip.end_seconds) == (1.0, 5.0)
    assert second.cluster == "STAR/1.mp4"
    assert (first.located, second.located) == ("missing", "folder")
    assert second.extras == {"subtitle": "not used here"}


def test_bounds_are_applied_to_bounded_tasks_only(tmp_path: Path) -> None:
    write(tmp_path, {"moving_direction": [item()], "action_sequence": [item(), item(start=None, end=None)]})
    bounded, whole, unbounded = load(tmp_path).samples
    assert bounded.clip.end_seconds == 5.0
    assert (whole.clip.start_seconds, whole.flags) == (None, ("no_bounds",))
    assert unbounded.clip.start_seconds is None


def test_items_of_a_bounded_task_without_bounds_are_told_of_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, {"action_sequence": [item(), item(end=None), item(start=None)], "action_count": [item(end=None)]})
    load(tmp_path, repeats=2)
    (line,) = caplog.messages
    assert line.startswith("2 items lack the start or end")
    assert line.endswith("the first is action_sequence/0001")


@pytest.mark.parametrize(
    ("written", "seconds"),
    [(None, None), (3, 3.0), ("12.5", 12.5), (" 7 ", 7.0), ("inf", float("inf")), (10**400, float("inf"))],
)
def test_seconds_may_be_written_as_text(written: object, seconds: float | None) -> None:
    assert seconds_of(written, where="start") == seconds


def test_bounds_written_as_text_name_the_same_item(tmp_path: Path) -> None:
    numbers = load(write(tmp_path / "numbers", {"action_sequence": [item()]})).samples[0]
    texts = load(write(tmp_path / "texts", {"action_sequence": [item(start="1.0", end="5")]})).samples[0]
    assert (texts.clip.start_seconds, texts.clip.end_seconds) == (1.0, 5.0)
    assert texts.item_hash == numbers.item_hash


@pytest.mark.parametrize(
    ("on_disk", "named", "place", "rule"),
    [
        ("ssv2_video/1.webm", "1.webm", "ssv2_video/1.webm", "folder"),
        ("data0613/ssv2_video/1.webm", "1.webm", "data0613/ssv2_video/1.webm", "data0613"),
        ("ssv2_video/1.mp4", "1.webm", "ssv2_video/1.mp4", "extension"),
        ("data0613/ssv2_video/1.mp4", "1.webm", "data0613/ssv2_video/1.mp4", "extension"),
        ("ssv2_video/v1.5.avi", "v1.5", "ssv2_video/v1.5.avi", "extension"),
        ("ssv2_video/deep/er/1.mp4", "deep/er/1.mp4", "ssv2_video/deep/er/1.mp4", "folder"),
        ("elsewhere/1.webm", "1.webm", "ssv2_video/1.webm", "missing"),
    ],
)
def test_videos_are_looked_for_where_they_are_known_to_lie(
    tmp_path: Path, on_disk: str, named: str, place: str, rule: str
) -> None:
    write(tmp_path, {"action_antonym": [item(video=named)]})
    touch_video(tmp_path, on_disk)
    (sample,) = load(tmp_path).samples
    assert (sample.video, sample.located) == (place, rule)


def test_a_folder_of_frames_and_a_video_may_stand_for_each_other(tmp_path: Path) -> None:
    write(tmp_path, {"episodic_reasoning": [item(video="a"), item(video="b"), item(video="c.mp4")]})
    touch_video(tmp_path, "tvqa/frames_fps3_hq/a/00001.jpg")
    touch_video(tmp_path, "tvqa/frames_fps3_hq/b.mp4")
    touch_video(tmp_path, "tvqa/frames_fps3_hq/c/00001.jpg")
    assert [sample.clip.kind for sample in load(tmp_path).samples] == ["frames", "video", "frames"]


def test_links_made_by_the_user_are_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "0.mp4").touch()
    write(tmp_path / "data", {"action_antonym": [item()]})
    (tmp_path / "data/video/ssv2_video").symlink_to(elsewhere)
    assert load(tmp_path / "data").samples[0].located == "folder"


def test_a_link_in_a_circle_hides_nothing_but_itself(tmp_path: Path) -> None:
    write(tmp_path, {"action_antonym": [item(video="loop.mp4"), item(1)]})
    touch_video(tmp_path, "ssv2_video/1.mp4")
    (tmp_path / "video/ssv2_video/loop.mp4").symlink_to("loop.mp4")
    assert load(tmp_path).samples[1].located == "folder"


def test_numbers_become_text_and_unknown_keys_are_ignored(tmp_path: Path) -> None:
    write(tmp_path, {"action_count": [item(candidates=[2, 3, 4.5], answer=3, fps=30, whatever={"a": 1})]})
    (sample,) = load(tmp_path).samples
    assert (sample.choices, sample.answer_text, sample.answer) == (("2", "3", "4.5"), "3", 1)


def test_of_equal_candidates_the_last_is_right_and_flagged(tmp_path: Path) -> None:
    write(tmp_path, {"action_count": [item(candidates=["3", "2", "3"], answer="3")]})
    (sample,) = load(tmp_path).samples
    assert (sample.answer, sample.flags) == (2, ("duplicate_choices",))


def test_an_answer_that_is_no_candidate_has_no_index(tmp_path: Path) -> None:
    write(tmp_path, {"action_count": [item(answer="The lamp.")]})
    assert load(tmp_path).samples[0].answer is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"video": "../secret.mp4"}, "video is '../secret.mp4'"),
        ({"video": "/etc/passwd"}, "relative path"),
        ({"video": "a/../../b.mp4"}, "relative path"),
        ({"video": "..\\b.mp4"}, "relative path"),
        ({"video": "C:b.mp4"}, "relative path"),
        ({"video": ""}, "relative path"),
        ({"video": 7}, "video is 7"),
        ({"video": "\ud800.mp4"}, r"video is '\ud800.mp4'; it must be a plain relative path"),
        ({"video": "a\nb.mp4"}, "without '..' or control characters"),
        ({"video": "\x1b[2J.mp4"}, "control characters"),
        ({"candidates": "abc"}, "list of 1 to 26 texts"),
        ({"candidates": []}, "list of 1 to 26 texts"),
        ({"candidates": list(range(27))}, "list of 1 to 26 texts"),
        ({"candidates": [None, "b"]}, "a candidate is None"),
        ({"answer": None}, "answer is None"),
        ({"question": ["x"]}, "question is"),
        ({"start": "soon"}, "start is 'soon'"),
        ({"start": ""}, "start is ''"),
        ({"end": True}, "end is True"),
        ({"dials": 2**70}, "cannot be kept"),
    ],
)
def test_an_item_that_cannot_be_meant_is_refused_by_name(tmp_path: Path, change: dict[str, object], words: str) -> None:
    write(tmp_path, {"action_count": [item(), item(1, **change)]})
    with pytest.raises(DataError, match="action_count, item 1") as caught:
        load(tmp_path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[{", "is not JSON: "),
        (b"{}", "must be a list of items"),
        (b"[1]", "must be a list of items"),
        (b'[{"video": "a.mp4"}]', "has no 'question'"),
        (rb'[{"a\nb": 1}]', "has no 'video'"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"[" * 100_000, "cannot be read as JSON"),
    ],
)
def test_a_file_that_is_no_annotation_file_is_refused_by_name(tmp_path: Path, content: bytes, words: str) -> None:
    write(tmp_path, {})
    (tmp_path / "json/action_count.json").write_bytes(content)
    with pytest.raises(DataError) as caught:
        load(tmp_path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_half_a_surrogate_pair_in_a_text_does_no_harm(tmp_path: Path) -> None:
    write(tmp_path, {"action_count": [item(question="what \ud800 is this?")]})
    assert load(tmp_path).samples[0].question == "what ? is this?"


def test_a_task_without_items_is_refused_by_its_file(tmp_path: Path) -> None:
    write(tmp_path, {"action_count": [], "action_antonym": [item()]})
    with pytest.raises(DataError, match=r"holds no items for action_count \(action_count\.json\)"):
        load(tmp_path)
    assert len(load(tmp_path, tasks="AA").samples) == 1
    write(tmp_path, {"action_antonym": []})
    with pytest.raises(
        DataError, match=r"action_antonym \(action_antonym\.json\), action_count \(action_count\.json\)"
    ):
        load(tmp_path)


def test_a_folder_without_annotations_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"expected json/<task>\.json"):
        load(tmp_path)
    with pytest.raises(DataError, match="--data demo"):
        load(tmp_path / "nowhere")


def precut(folder: Path, *, roots: dict[str, object] | None = None, **more: object) -> Path:
    content = {
        "root": {"Action Sequence": "star/Charades_segment/", "action_antonym": "ssv2_video_mp4"} | (roots or {}),
        "meta": {"Action Sequence": [item(video="a_1.0_5.0.mp4")], "action_antonym": [item()]} | more,
    }
    folder.mkdir(exist_ok=True)
    (folder / "test.json").write_text(json.dumps(content))
    return folder


def test_clips_that_were_cut_beforehand_are_not_cut_again(tmp_path: Path) -> None:
    touch_video(precut(tmp_path), "star/Charades_segment/a_1.0_5.0.mp4")
    sequence, antonym = load(tmp_path).samples
    assert sequence.video == "star/Charades_segment/a_1.0_5.0.mp4"
    assert (sequence.clip.start_seconds, sequence.located, sequence.flags) == (None, "folder", ())
    assert antonym.video == "ssv2_video_mp4/0.mp4"


def test_a_pre_cut_task_that_nobody_knows_is_told_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    load(precut(tmp_path, object_count=[item()]))
    assert caplog.messages == ["no known task reads 'object_count'; describe them with --tasks-file"]


@pytest.mark.parametrize(
    ("roots", "meta", "words"),
    [
        (
            {},
            {"action_sequence": [item()]},
            "meta spells one task in two ways, 'Action Sequence' and 'action_sequence'",
        ),
        ({"Action Antonym": "x"}, {}, "root spells one task in two ways, 'action_antonym' and 'Action Antonym'"),
        ({"action_antonym": "\ud800"}, {}, "root of action_antonym is"),
        ({}, {"action_count": [item()]}, "root of action_count is None"),
        ({}, {"action_antonym": []}, "holds no items for action_antonym (test.json)"),
    ],
)
def test_a_pre_cut_file_that_cannot_be_meant_is_refused(
    tmp_path: Path, roots: dict[str, object], meta: dict[str, object], words: str
) -> None:
    with pytest.raises(DataError) as caught:
        load(precut(tmp_path, roots=roots, **meta))
    assert words in str(caught.value)


def test_the_hash_of_an_item_does_not_depend_on_its_place(tmp_path: Path) -> None:
    one = load(write(tmp_path / "one", {"action_antonym": [item(), item(1)]})).samples
    two = load(write(tmp_path / "two", {"action_antonym": [item(1), item()]})).samples
    assert [sample.item_hash for sample in one] == [sample.item_hash for sample in reversed(two)]
    changed = load(write(tmp_path / "three", {"action_antonym": [item(end=6.0)]})).samples
    assert changed[0].item_hash != one[0].item_hash


def test_only_the_whole_public_set_is_called_mvbench(tmp_path: Path) -> None:
    whole = write_whole(tmp_path / "whole")
    assert load(whole).name == "MVBench"
    assert load(whole, tasks="AS").name == "MVBench"
    assert load(write_whole(tmp_path / "short", per_task=199)).name.startswith("custom-")
    (whole / "mine.toml").write_text('[action_count]\nfolder = "mine"\n')
    assert load(whole, tasks_file=whole / "mine.toml").name.startswith("custom-")


def test_the_public_set_without_the_pose_videos_is_named_so(tmp_path: Path) -> None:
    folder = write_whole(tmp_path / "data", without="fine_grained_pose")
    assert load(folder).name == load(folder, tasks="AS").name == "MVBench without Fine-grained Pose"
    (folder / "manifest.json").write_text(json.dumps({"name": "MVBench"}))
    assert load(folder).name == "MVBench without Fine-grained Pose"
    assert load(write_whole(tmp_path / "other", without="scene_transition")).name.startswith("custom-")


@pytest.mark.parametrize("key", ["fine_grained_pose", "action_count", "object_count"])
@pytest.mark.parametrize("without", ["", "fine_grained_pose"])
def test_with_items_of_a_tasks_file_no_set_is_the_public_one(tmp_path: Path, key: str, without: str) -> None:
    folder = write_whole(tmp_path, without=without)
    write(folder, {key: [item(number) for number in range(200)]})
    (tmp_path / "mine.toml").write_text(f'[{key}]\nfolder = "mine"\ntitle = "Fine-grained Pose"\n')
    assert load(folder, tasks_file=tmp_path / "mine.toml").name.startswith("custom-")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("synth:seed=7", "synth:seed=7"),
        ("MVBench", "custom-"),
        ("mv bench", "mv bench"),
        ("MVBench without Fine-grained Pose", "custom-"),
        ("mvbench-without-fine-grained-pose", "custom-"),
    ],
)
def test_a_manifest_names_the_data_but_not_mvbench(tmp_path: Path, name: str, expected: str) -> None:
    write(tmp_path, {"action_count": [item()]})
    (tmp_path / "manifest.json").write_text(json.dumps({"name": name}))
    assert load(tmp_path).name.startswith(expected)


def test_a_manifest_with_a_hostile_name_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"action_count": [item()]})
    (tmp_path / "manifest.json").write_text(json.dumps({"name": "<script>"}))
    with pytest.raises(DataError, match="short plain text"):
        load(tmp_path)


@pytest.mark.parametrize(("limit", "kept"), [(None, 10), (3, 3), (50, 10), (0.25, 3), (0.999, 10), (0.01, 1)])
def test_limit_keeps_the_first_so_many_or_a_share(tmp_path: Path, limit: float | None, kept: int) -> None:
    write(tmp_path, {"action_count": [item(n) for n in range(10)], "action_antonym": [item()]})
    samples = load(tmp_path, limit=limit).samples
    counted = [sample.id for sample in samples if sample.task == "action_count"]
    assert counted == [f"action_count/{n:04d}" for n in range(kept)]
    assert len(samples) == kept + 1, "each task is cut by itself"


def test_mini_keeps_25_of_each_task_and_the_shares_of_the_letters(tmp_path: Path) -> None:
    samples = load(write_whole(tmp_path), subset="mini").samples
    for task in public_tasks():
        answers = [sample.answer for sample in samples if sample.task == task.key]
        assert len(answers) == 25
        assert all(6 <= answers.count(letter) <= 7 for letter in range(4))
    assert [sample.id for sample in samples] == sorted(
        (sample.id for sample in samples),
        key=lambda name: ([task.key for task in public_tasks()].index(name.split("/")[0]), name),
    )


@pytest.mark.parametrize(("share", "count", "kept"), [(0.07, 200, 14), (0.29, 100, 29), (0.57, 100, 57), (1e-7, 3, 1)])
def test_a_share_is_taken_as_it_is_written(share: float, count: int, kept: int) -> None:
    assert len(keep([SAMPLE] * count, limit=share, subset=None)) == kept


@given(st.integers(1, 300), st.integers(1, 999))
def test_a_share_is_rounded_up_from_the_exact_product(count: int, thousandths: int) -> None:
    assert len(keep([SAMPLE] * count, limit=thousandths / 1000, subset=None)) == -(-count * thousandths // 1000)


def test_repeats_share_the_item_but_not_the_id(tmp_path: Path) -> None:
    one, two, three = load(write(tmp_path, {"action_count": [item()]}), repeats=3).samples
    assert [one.id, two.id, three.id] == ["action_count/0000", "action_count/0000#2", "action_count/0000#3"]
    assert one.item_hash == two.item_hash == three.item_hash


def test_a_tasks_file_adds_and_replaces_tasks(tmp_path: Path) -> None:
    write(tmp_path, {"object_count": [item()], "action_count": [item()]})
    mine = tmp_path / "mine.toml"
    mine.write_text('[object_count]\nfolder = "counts"\n[action_count]\nfolder = "other"\nbounded = true\n')
    replaced, added = load(tmp_path, tasks_file=mine).samples
    assert (replaced.video, replaced.clip.start_seconds) == ("other/0.mp4", 1.0)
    assert (added.task, added.video) == ("object_count", "counts/0.mp4")
    assert load(tmp_path).samples[0].video == "perception/videos/0.mp4"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a = ", "not TOML"),
        ("a = " + "[" * 3000 + "]" * 3000, "mine.toml nests tables or arrays more than 32 deep"),
        ("a" + ".a" * 3000 + " = 1", "more than 32 deep"),
        ("a = " + "9" * 5000, "not TOML"),
        ('["my task"]\nfolder = "x"\n', "task 'my task' needs another key"),
        ('["a/../b"]\nfolder = "x"\n', "needs another key"),
        ('["Ω\\n"]\nfolder = "x"\n', r"task 'Ω\n' needs another key"),
        ('[a]\nfolder = "x"\ntitle = "two\\nlines"\n', "a.title is"),
        ('[a]\nfolder = "x"\nabbreviation = " "\n', "a.abbreviation is ' '; it must be one line of printable text"),
        ('[a]\nfolder = "x"\nskill = "\\u001b[2J"\n', "a.skill is"),
        ('[a]\nfolder = "x"\nsource = "\\u202e"\n', "a.source is"),
        ('[a]\nfolder = "x"\noptions = "\\t"\n', "a.options is"),
        ('[a]\nfolder = "x\\n"\n', "a.folder is"),
        ("[a]\n", "at least folder"),
        ('[a]\nfolder = "../x"\n', "without '..'"),
        ('[a]\nfolder = "x"\njson = "/x.json"\n', "without '..'"),
        ('[a]\nfolder = "x"\nboundd = true\n', "unknown key 'boundd'; did you mean 'bounded'"),
        ('[a]\nfolder = "x"\nbounded = 1\n', "must be of type bool"),
        ('[a]\nfolder = "x"\nmedia = "film"\n', "choose video, gif or frames"),
    ],
)
def test_a_tasks_file_that_is_wrong_is_refused_by_key(text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_tasks(text, origin="mine.toml")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.lists(st.sampled_from(["..", ".", "a", "b.mp4", "", "/", "~"]), min_size=1, max_size=6))
def test_a_path_that_stays_inside_never_leaves(parts: list[str]) -> None:
    name = "/".join(parts)
    if stays_inside(name):
        inside = Path("/data/video")
        assert (inside / name).resolve().is_relative_to(inside)


@given(st.text(st.characters(min_codepoint=0, max_codepoint=0x20FF) | st.characters(categories=["Cs", "Cc"])))
def test_a_path_that_stays_inside_can_be_written_down_on_one_line(name: str) -> None:
    if stays_inside(name):
        assert name.encode("utf-8").decode("utf-8").splitlines() == [name]
