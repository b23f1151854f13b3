"""Checkpoints that are damaged, hostile, foreign, or on a hub that cannot be reached."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mvbench.errors import ModelError
from mvbench.models.huggingface import HuggingFace
from mvbench.types import Generation
from tests.hf.asking import request

pytestmark = pytest.mark.slow

Checkpoint = Callable[[str], Path]
SHA = "0123456789abcdef0123456789abcdef01234567"


def copied(path: Path, folder: Path) -> Path:
    for file in path.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def answer(path: Path, **arguments: str) -> None:
    HuggingFace(generation=Generation(max_new_tokens=2), path=str(path), **arguments).answer([request()])  # type: ignore[arg-type]


def test_weights_that_are_not_there_stop_the_run(checkpoint: Checkpoint, tmp_path: Path) -> None:
    """transformers itself would go on with random ones."""
    from safetensors.torch import load_file, save_file

    path = copied(checkpoint("llava"), tmp_path)
    weights = load_file(path / "model.safetensors")
    dropped = [name for name in weights if "multi_modal_projector" in name]
    save_file(
        {name: weights[name] for name in weights if name not in dropped}, path / "model.safetensors", {"format": "pt"}
    )
    with pytest.raises(ModelError, match=f"lacks {len(dropped)} weights of the model, such as .*projector"):
        answer(path)


def test_weights_of_another_shape_stop_the_run(checkpoint: Checkpoint, tmp_path: Path) -> None:
    path = copied(checkpoint("llava"), tmp_path)
    config = json.loads((path / "config.json").read_text())
    config["text_config"]["intermediate_size"] *= 2
    (path / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=r"cannot load the model|other shapes"):
        answer(path)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("model.safetensors", b"\x00" * 100),
        ("model.safetensors", b"<html>"),
        ("config.json", b"{"),
        ("config.json", b'{"model_type": "no_such_model"}'),
        ("config.json", b'{"model_type": "bert"}'),
        ("config.json", b'{"auto_map": {"AutoConfig": "evil.Config"}, "model_type": "evil"}'),
        ("tokenizer.json", b"[]"),
        ("processor_config.json", b"null"),
        ("chat_template.jinja", b"{% for %}"),
        ("chat_template.jinja", b"{{ ''.__class__.__mro__[1].__subclasses__() }}"),
    ],
)
def test_a_damaged_or_hostile_file_is_one_line(
    checkpoint: Checkpoint, tmp_path: Path, file: str, content: bytes
) -> None:
    path = copied(checkpoint("llava"), tmp_path)
    (path / file).write_bytes(content)
    (path / "evil.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w')")
    with pytest.raises(ModelError) as caught:
        answer(path)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_a_device_that_is_not_there_is_one_line(checkpoint: Checkpoint) -> None:
    with pytest.raises(ModelError, match="cannot load the model"):
        answer(checkpoint("llava"), device="cuda:77")


def hub_cache(home: Path, source: Path | None) -> None:
    """A hub's cache that holds `source` as org/tiny, as an earlier download leaves it."""
    repository = home / "hub" / "models--org--tiny"
    if source is not None:
        (repository / "refs").mkdir(parents=True)
        (repository / "refs" / "main").write_text(SHA)
        (repository / "snapshots" / SHA).mkdir(parents=True)
        copied(source, repository / "snapshots" / SHA)


ASK = """
from mvbench.models.huggingface import HuggingFace
from mvbench.types import Generation
from tests.hf.asking import request
model = HuggingFace(generation=Generation(max_new_tokens=2), path="org/tiny", device="cpu")
print(model.identity()["revision"])
print(model.answer([request()])[0].error)
"""


def offline(home: Path) -> subprocess.CompletedProcess[str]:
    """In a process of its own: the hub's library reads its environment when it is imported."""
    environment = {**os.environ, "HF_HOME": str(home), "HF_HUB_OFFLINE": "1"}
    return subprocess.run([sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, timeout=120)


def test_a_hub_id_is_named_by_its_commit_and_read_offline(checkpoint: Checkpoint, tmp_path: Path) -> None:
    hub_cache(tmp_path, checkpoint("llava"))
    done = offline(tmp_path)
    assert done.stdout.split() == [SHA, "None"], done.stderr


def test_an_adapter_on_the_hub_is_refused(checkpoint: Checkpoint, tmp_path: Path) -> None:
    hub_cache(tmp_path, checkpoint("llava"))
    (next(tmp_path.rglob("config.json")).parent / "adapter_config.json").write_text("{}")
    assert "'org/tiny' holds an adapter" in offline(tmp_path).stderr


def test_a_hub_id_that_cannot_be_had_is_one_line(tmp_path: Path) -> None:
    done = offline(tmp_path)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("mvbench.errors.UsageError: 'org/tiny' is no folder, and the hub does not give it")
