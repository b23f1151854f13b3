"""The model contract over VideoChat2: what it takes, what it says it is, what it refuses in one line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from baselines.videochat2.adapter import VideoChat2, VideoChat2HD, VideoChat2Mistral, VideoChat2Phi3
from mvbench.errors import ModelError, UsageError
from mvbench.registry import MODELS, registered
from mvbench.testing import check_model
from mvbench.types import Generation

Folder = Callable[[str], Path]
NAMES = {kind.name: kind for kind in (VideoChat2, VideoChat2Mistral, VideoChat2Phi3, VideoChat2HD)}


def built(
    kind: Callable[..., VideoChat2] = VideoChat2, /, *, generation: Generation | None = None, **arguments: Any
) -> VideoChat2:
    return kind(generation=generation or Generation(), **arguments)


def one_line(error: pytest.ExceptionInfo[Any]) -> str:
    text = str(error.value)
    assert "\n" not in text
    return text


@pytest.fixture
def released(tmp_path: Path) -> str:
    """What stands for a released file; nothing reads it before it is loaded."""
    file = tmp_path / "videochat2_7b_stage3.pth"
    file.write_bytes(b"weights")
    return str(file)


def test_a_folder_that_a_killed_build_left_is_said_to_be_unfinished(tmp_path: Path) -> None:
    for name in ("made.json", "model.safetensors"):
        (tmp_path / name).write_text("{}")
        with pytest.raises(UsageError, match="is unfinished; run the `mvbench build` that began it again"):
            built(checkpoint=str(tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("CUDA out of memory.\nTried to allocate 2 GiB")])
def test_a_checkpoint_for_which_there_is_no_memory_ends_the_run(
    checkpoint: Folder, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """It would be read again for each batch."""

    def full(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("baselines.videochat2.checkpoint.loading.fill", full)
    with pytest.raises(ModelError, match=r"cannot be put on cpu: (MemoryError|CUDA out of memory. Tried)"):
        built(checkpoint=str(checkpoint("vicuna")), device="cpu").ready()


def test_the_four_names_are_registered() -> None:
    points = registered(MODELS)
    assert {name: points[name].load() for name in NAMES} == NAMES


@pytest.mark.parametrize(
    ("arguments", "trouble"),
    [
        ({"checkpoint": "nowhere.pth"}, "'nowhere.pth' does not exist"),
        ({"checkpoint": 7}, "checkpoint is 7; it must be text"),
        (
            {"dtype": "bfloat"},
            "dtype is 'bfloat'; it must be one of float32, bfloat16, float16; did you mean 'bfloat16'?",
        ),
        ({"dtype": 16}, "dtype is 16"),
        ({"compat": "old"}, "compat is 'old'; it must be one of original, fixed"),
        ({"partial": "yes"}, "partial is 'yes'; it must be true or false"),
        ({"early_stop": 1}, "early_stop is 1; it must be true or false"),
        ({"batch_size": 0}, "batch_size is 0; it must be a whole number of at least 1"),
        ({"batch_size": True}, "batch_size is True"),
        ({"llm": 3}, "llm is 3; it must be text"),
        ({"device": ""}, "device is ''; it must be text"),
    ],
)
def test_an_argument_that_cannot_be_is_named_with_its_value(
    released: str, arguments: dict[str, Any], trouble: str
) -> None:
    with pytest.raises(UsageError) as error:
        built(**{"checkpoint": released, "llm": "llm", "bert": "bert"} | arguments)
    assert trouble in one_line(error)


@pytest.mark.parametrize("name", NAMES)
def test_a_released_file_without_its_folders_says_which_and_where_they_come_from(released: str, name: str) -> None:
    with pytest.raises(UsageError) as error:
        built(NAMES[name], checkpoint=released)
    assert f"give llm and bert with --model-args or under [models.{name}]" in one_line(error)
    assert "bert-base-uncased" in one_line(error)
    with pytest.raises(UsageError, match="give bert with"):
        built(NAMES[name], checkpoint=released, llm="llm")


def test_a_folder_without_a_checkpoint_is_told_before_other_folders_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        built(checkpoint=str(tmp_path))
    assert one_line(error).startswith(f"{str(tmp_path)!r} holds no checkpoint: no *.safetensors")


def test_a_checkpoint_of_ours_over_another_model_asks_for_that_one_alone(tmp_path: Path) -> None:
    from baselines.videochat2.build import named, over
    from baselines.videochat2.checkpoint.description import described

    mine = over(named("tiny"), {"model_type": "gpt2", "n_embd": 64})
    (tmp_path / "config.json").write_text(json.dumps(described(mine, language_model="external")))
    with pytest.raises(UsageError) as error:
        built(checkpoint=str(tmp_path))
    assert "made over a language model (gpt2) that has a folder of its own" in one_line(error)
    assert "llm=FOLDER" in one_line(error) and "Vicuna" not in one_line(error) and "bert" not in one_line(error)


@pytest.mark.parametrize(("name", "side"), [("videochat2", 224), ("videochat2-phi3", 224), ("videochat2-hd", None)])
def test_what_a_released_model_wants_is_known_by_its_name(released: str, name: str, side: int | None) -> None:
    assert built(NAMES[name], checkpoint=released, llm="llm", bert="bert").wants.side == side


@pytest.mark.parametrize("name", NAMES)
def test_each_name_tells_what_to_download_and_how_big_it_is(name: str) -> None:
    advice = NAMES[name].how_to_get()
    assert "\n" not in advice
    for part in (name, "checkpoint=", "llm=", "bert=", "GB", f"[models.{name}]"):
        assert part in advice


@pytest.mark.slow
def test_what_it_is_holds_no_path_and_changes_with_what_changes_replies(checkpoint: Folder) -> None:
    folder = str(checkpoint("vicuna"))
    told = built(checkpoint=folder).identity()
    assert told == built(checkpoint=folder, batch_size=3, device="cpu").identity()
    assert folder not in json.dumps(dict(told))
    for arguments in (
        {"dtype": "bfloat16"},
        {"compat": "original"},
        {"early_stop": False},
        {"generation": Generation(max_new_tokens=5)},
        {"checkpoint": str(checkpoint("hd"))},
    ):
        assert built(**{"checkpoint": folder} | arguments).identity() != told, arguments
    assert told["early_stop"] is True
    assert built(checkpoint=folder, generation=Generation("options")).identity()["early_stop"] is False


@pytest.mark.slow
def test_compat_changes_the_switches_and_nothing_else(checkpoint: Folder) -> None:
    from baselines.videochat2.build import BUILDS
    from baselines.videochat2.sizes import FIXED

    for kind, release in (
        ("vicuna", "vicuna_7b"),
        ("phi3", "phi3"),
        ("mistral", "mistral_7b"),
        ("hd", "hd_mistral_7b"),
    ):
        folder = str(checkpoint(kind))
        assert built(checkpoint=folder).source.build.compat == FIXED
        assert built(checkpoint=folder, compat="original").source.build.compat == BUILDS[release]().compat
    with pytest.raises(UsageError, match="there is no original with prompt format 'chat_template'"):
        built(checkpoint=str(checkpoint("chat_template")), compat="original")
    loaded = built(checkpoint=str(checkpoint("vicuna")), compat="original", device="cpu").ready().loaded
    assert loaded.build.compat.normalisation == "clip"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("videochat2", {"vicuna", "mistral", "phi3", "chat_template", "hd"}),
        ("videochat2-mistral", {"mistral"}),
        ("videochat2-phi3", {"phi3"}),
        ("videochat2-hd", {"hd"}),
    ],
)
def test_a_name_takes_what_it_stands_for(checkpoint: Folder, name: str, kinds: set[str]) -> None:
    for kind in ("vicuna", "mistral", "phi3", "chat_template", "hd"):
        if kind in kinds:
            assert built(NAMES[name], checkpoint=str(checkpoint(kind))).name == name
        else:
            with pytest.raises(UsageError) as error:
                built(NAMES[name], checkpoint=str(checkpoint(kind)))
            assert "use --model videochat2" in one_line(error)


@pytest.mark.slow
def test_a_checkpoint_without_a_language_model_cannot_reply(checkpoint: Folder, tmp_path: Path) -> None:
    shutil.copytree(checkpoint("vicuna"), folder := tmp_path / "first")
    facts = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(facts | {"stage": 1}))
    with pytest.raises(UsageError, match="is of stage 1, which has no language model"):
        built(checkpoint=str(folder))


@pytest.mark.slow
def test_a_device_that_is_not_there_is_named(checkpoint: Folder) -> None:
    with pytest.raises(UsageError, match="device 'toaster' cannot be used"):
        built(checkpoint=str(checkpoint("vicuna")), device="toaster").ready()


@pytest.mark.slow
def test_what_was_used_is_known_once_it_is_loaded(checkpoint: Folder) -> None:
    model = built(checkpoint=str(checkpoint("vicuna")), device="cpu", dtype="float32")
    assert model.used() == {}
    assert model.answer([]) == []
    used = model.used()
    json.dumps(used, allow_nan=False)
    assert (used["build"], used["dtype"], used["device"], used["early_stop"]) == ("tiny", ["float32"], ["cpu"], True)
    assert used["attn_implementation"] == "sdpa"
    assert used["generation"]["max_new_tokens"] == 100


@pytest.mark.slow
def test_it_keeps_the_contract(checkpoint: Folder) -> None:
    check_model(partial(VideoChat2, checkpoint=str(checkpoint("vicuna")), device="cpu"))
