"""`mvbench chat`: a question per line about videos and images."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from baselines.commands.chat import questions
from baselines.videochat2.answering.media import shown
from mvbench.cli import main
from mvbench.errors import Failure, UsageError
from mvbench.sampling import Sampling
from mvbench.video import ReadOptions
from tests.parity.test_preprocess import synthetic_frame
from tests.video.draw import video

Folder = Callable[[str], Path]
HOW = ReadOptions(Sampling(num_frames=4), side=64)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "picture.png"
    Image.fromarray(synthetic_frame(0, 48, 80)).save(file)
    return file


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return video(tmp_path / "clip.mp4", range(12))


def ask(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_an_image_is_one_frame_in_its_own_size(picture: Path) -> None:
    seen = shown(picture, HOW)
    assert seen.medium == "image"
    assert np.array_equal(seen.rgb, synthetic_frame(0, 48, 80)[None])


@pytest.mark.parametrize("mode", ["L", "RGBA", "P"])
def test_images_of_any_kind_have_three_colours(tmp_path: Path, mode: str) -> None:
    Image.new(mode, (4, 6)).save(file := tmp_path / "kind.png")
    assert shown(file, HOW).rgb.shape == (1, 6, 4, 3)


def test_a_video_is_shown_as_an_evaluation_shows_it(clip: Path) -> None:
    seen = shown(clip, HOW)
    assert seen.medium == "video"
    assert seen.rgb.shape == (4, 64, 64, 3)


def test_a_gif_and_a_folder_of_frames_are_videos(tmp_path: Path) -> None:
    frames = [Image.fromarray(synthetic_frame(number, 64, 64)) for number in range(6)]
    frames[0].save(tmp_path / "six.gif", save_all=True, append_images=frames[1:])
    (tmp_path / "frames").mkdir()
    for number, frame in enumerate(frames, start=1):
        frame.save(tmp_path / "frames" / f"{number:05d}.jpg")
    for name in ("six.gif", "frames"):
        assert shown(tmp_path / name, HOW).medium == "video"
        assert len(shown(tmp_path / name, HOW).rgb) == 4


@pytest.mark.parametrize("name", ["text.png", "text.jpg", "text.mp4", "text.gif"])
def test_what_cannot_be_read_is_named_in_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("no picture")
    for path in (tmp_path / name, tmp_path / f"missing-{name}"):
        with pytest.raises((UsageError, Failure)) as error:
            shown(path, HOW)
        assert str(path) in str(error.value)
        assert "\n" not in str(error.value)


def test_an_image_of_absurdly_many_pixels_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("1", (60, 60)).save(file := tmp_path / "large.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 2000)
    with pytest.raises(UsageError, match="cannot be read as an image"):
        shown(file, HOW)


def test_questions_are_the_lines_that_are_not_blank(monkeypatch: pytest.MonkeyPatch) -> None:
    ask(monkeypatch, "What?\n\n   \n  And then? \nlast")
    assert list(questions()) == ["What?", "And then?", "last"]


def test_the_end_of_a_talk_leaves_the_terminal_at_the_beginning_of_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(monkeypatch, "What?\n")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    assert list(questions()) == ["What?"]
    assert capsys.readouterr().err == "you> you> \n"


def test_questions_that_are_no_text_end_the_talk_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"caf\xe9?\n"), encoding="utf-8"))
    with pytest.raises(UsageError, match="is not text in UTF-8"):
        list(questions())


def test_a_closed_standard_input_holds_no_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert list(questions()) == []


@pytest.mark.parametrize(
    ("words", "trouble"),
    [
        (["--model", "oracle"], "--model 'oracle' cannot chat"),
        ([], "videochat2 needs checkpoint="),
        (["--checkpoint", "nowhere"], "'nowhere' does not exist"),
        (["--frames", "0"], "frames"),
    ],
)
def test_a_mistake_is_one_line(words: list[str], trouble: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chat", "clip.mp4", *words]) == 2
    told = capsys.readouterr().err
    assert trouble in told and told.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["vicuna", "mistral", "phi3", "chat_template", "hd"])
def test_each_question_gets_a_line_and_what_was_said_is_remembered(
    checkpoint: Folder,
    clip: Path,
    picture: Path,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = ["chat", str(clip), str(picture), "--checkpoint", str(checkpoint(kind)), "--frames", "4"]
    command += ["--device", "cpu", "--max-new-tokens", "6"]

    def talk(text: str) -> list[str]:
        ask(monkeypatch, text)
        assert main(command) == 0
        return capsys.readouterr().out.splitlines()

    both = talk("What happens?\nAnd then?\n")
    assert len(both) == 2
    assert talk("What happens?\n") == both[:1]
    assert talk("What happens?\nAnd then?\n") == both


@pytest.mark.slow
def test_the_conversation_so_far_is_what_the_model_reads(
    checkpoint: Folder, clip: Path, picture: Path, golden_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The original's chat strings, with the replies of the one that is asked here."""
    from baselines.videochat2.adapter import VideoChat2
    from baselines.videochat2.answering import chatting
    from baselines.videochat2.answering.chatting import Talk
    from mvbench.types import Generation

    read: list[Any] = []
    embedded = chatting.embedded

    def listening(prompts: Any, loaded: Any) -> Any:
        read.append(prompts[0])
        return embedded(prompts, loaded)

    monkeypatch.setattr(chatting, "embedded", listening)
    model = VideoChat2(
        generation=Generation(max_new_tokens=6), checkpoint=str(checkpoint("vicuna")), device="cpu", early_stop=False
    )
    talk = Talk(model.ready(), [shown(clip, HOW), shown(picture, HOW)])
    first = talk.reply("Describe the video in details.")
    talk.reply("And then?")
    (opening, seen), (later, seen_later) = read
    media = (
        "###Human: <Video>",
        "</Video>\n###Human: <Image>",
        "</Image>\n###Human: Describe the video in details.\n###Assistant:",
    )
    assert opening == media
    assert later == (*media[:2], f"{media[2]} {first}###Human: And then?\n###Assistant:")
    assert len(seen) == 2 and all(one is other for one, other in zip(seen, seen_later, strict=True))


@pytest.mark.slow
def test_a_conversation_that_no_longer_fits_ends_in_one_line(
    checkpoint: Folder, picture: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(monkeypatch, "Short?\n" + "word " * 3000 + "\n")
    assert (
        main(
            [
                "chat",
                str(picture),
                "--checkpoint",
                str(checkpoint("vicuna")),
                "--device",
                "cpu",
                "--max-new-tokens",
                "4",
            ]
        )
        == 2
    )
    told = capsys.readouterr()
    assert len(told.out.splitlines()) == 1
    assert "the conversation is too long" in told.err
    assert told.err.endswith(": say less, or show fewer videos\n")
