"""Checkpoints of every public form are read, and nothing in a file is run."""

from __future__ import annotations

import json
import logging
import pickle
import resource
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baselines.videochat2.weights.foreign import Weights
from baselines.videochat2.weights.shards import files_of
from mvbench.errors import ModelError, MVBenchError, UsageError
from tests.videochat2 import hostile

slow = pytest.mark.slow


def some_weights() -> dict[str, Any]:
    import torch

    return {
        "query_tokens": torch.arange(12.0).reshape(1, 3, 4),
        "half": torch.arange(5, dtype=torch.bfloat16),
        "position_ids": torch.arange(7)[None],
        "turned": torch.arange(6.0).reshape(2, 3).t(),
        "temp": torch.tensor(0.07),
        "learned": torch.nn.Parameter(torch.ones(2)),
    }


def read(path: Path) -> dict[str, Any]:
    weights = Weights(path)
    found = {name: tensor.clone() for name, tensor in weights.read(weights.held)}
    assert {name: (held.shape, held.dtype) for name, held in weights.held.items()} == {
        name: (tuple(tensor.shape), tensor.dtype) for name, tensor in found.items()
    }
    return found


def assert_same(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert found.keys() == wanted.keys()
    for name, tensor in wanted.items():
        assert found[name].dtype == tensor.dtype
        assert found[name].equal(tensor.detach()), name


@slow
@pytest.mark.parametrize("way", hostile.WAYS)
@pytest.mark.parametrize("wrapped", ["bare", "model", "module", "module in model"])
def test_released_files_are_read_in_both_formats_and_under_every_word(tmp_path: Path, way: str, wrapped: str) -> None:
    content: Any = some_weights()
    for word in reversed(wrapped.split(" in ")) if wrapped != "bare" else ():
        content = {word: content, "epoch": 2, "global_step": 7}
    assert_same(read(hostile.WAYS[way](content, tmp_path / "x.pth")), some_weights())


@slow
@pytest.mark.parametrize("way", hostile.WAYS)
def test_what_the_original_s_trainer_writes_beside_the_weights_is_left_out_and_named_once(
    tmp_path: Path, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    import torch

    module = torch.nn.Linear(3, 2)
    optimizer = torch.optim.AdamW(module.parameters())
    module(torch.ones(3)).sum().backward()
    optimizer.step()
    content = {
        "model": module.state_dict(),  # an OrderedDict with attributes of its own
        "optimizer": optimizer.state_dict(),
        "scheduler": {"lr": hostile.Reduced(set, (1, 2))},
        "scaler": {"scale": 65536.0},
        "config": hostile.EasyDict(model=hostile.EasyDict(name="x"), lr=1e-4),
        "epoch": 1,
    }
    with caplog.at_level(logging.INFO):
        found = read(hostile.WAYS[way](content, tmp_path / "x.pth"))
    assert_same(found, dict(module.state_dict()))
    (line,) = [record.message for record in caplog.records if "not run" in record.message]
    assert "tests.videochat2.hostile.EasyDict" in line


@slow
def test_parts_with_and_without_an_index_are_read(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    wanted = {name: tensor.detach().contiguous() for name, tensor in some_weights().items()}
    names = list(wanted)
    halves = [{name: wanted[name] for name in names[::2]}, {name: wanted[name] for name in names[1::2]}]
    for folder, pattern, write in (
        ("safetensors", "model-0000{}-of-00002.safetensors", save_file),
        ("bin", "pytorch_model-0000{}-of-00002.bin", torch.save),
    ):
        for indexed in (False, True):
            place = tmp_path / f"{folder} {indexed}"
            place.mkdir()
            files = [pattern.format(number) for number in (1, 2)]
            for half, file in zip(halves, files, strict=True):
                write(half, place / file)
            if indexed:
                index = "model.safetensors" if folder == "safetensors" else "pytorch_model.bin"
                places = {name: file for half, file in zip(halves, files, strict=True) for name in half}
                (place / f"{index}.index.json").write_text(json.dumps({"weight_map": places}))
                write({"spare": torch.ones(1)}, place / pattern.format(9))
            assert_same(read(place), wanted)


@slow
def test_a_folder_with_one_file_in_it_and_deepspeed_s_are_read(tmp_path: Path) -> None:
    import torch

    (tmp_path / "one").mkdir()
    torch.save({"model": some_weights()}, tmp_path / "one" / "videochat2_mistral_7b_stage3.pth")
    (tmp_path / "one" / "README.md").write_text("# a model")
    assert_same(read(tmp_path / "one"), some_weights())
    states = tmp_path / "deep" / "global_step12"
    states.mkdir(parents=True)
    (tmp_path / "deep" / "latest").write_text("global_step12")
    torch.save({"module": some_weights(), "ds_config": hostile.EasyDict(zero=1)}, states / "mp_rank_00_model_states.pt")
    torch.save({"optimizer_state_dict": {}}, states / "zero_pp_rank_0_mp_rank_00_optim_states.pt")
    assert_same(read(tmp_path / "deep"), some_weights())
    assert_same(read(states), some_weights())


FOLDERS = {
    "empty": ({}, "no checkpoint"),
    "two files": ({"a.pth": "", "b.pth": ""}, "holds 2 checkpoints.*a.pth, b.pth"),
    "latest leads out": ({"latest": "../elsewhere"}, "no folder beside it"),
    "latest of nothing": ({"latest": "global_step1"}, "no such folder"),
    "latest without states": ({"latest": "step", "step/x": ""}, "holds no mp_rank_00"),
    "cut in parts": ({"zero_pp_rank_0_mp_rank_00_model_states.pt": ""}, "ZeRO stage 3"),
    "parallel": ({"mp_rank_00_model_states.pt": "", "mp_rank_01_model_states.pt": ""}, "parallel parts"),
    "index leads out": (
        {"model.safetensors.index.json": '{"weight_map": {"a": "../x.safetensors"}}'},
        "outside of its folder",
    ),
    "index of nothing": ({"pytorch_model.bin.index.json": '{"weight_map": 3}'}, "names no weights"),
    "part missing": ({"pytorch_model.bin.index.json": '{"weight_map": {"a": "p.bin"}}'}, "lacks 1 of 1 parts"),
}


@pytest.mark.parametrize("name", FOLDERS)
def test_folders_that_do_not_tell_their_weights_are_refused_in_one_line(tmp_path: Path, name: str) -> None:
    files, said = FOLDERS[name]
    for file, content in files.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(content)
    with pytest.raises(UsageError, match=said) as refused:
        files_of(tmp_path)
    assert "\n" not in str(refused.value)
    assert "is no path" not in str(refused.value)


@pytest.mark.parametrize("path", ["nowhere.pth", "a\0b", "x" * 5000])
def test_paths_that_are_none_are_refused_in_one_line(path: str) -> None:
    with pytest.raises(UsageError, match=r"does not exist|no path|cannot be read"):
        files_of(path)


@slow
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "git lfs pull"),
        (b"<html>\n<body>Not Found</body></html>", "text, beginning '<html> <body>Not Found"),
        (b'{"error": "Access denied"}', "text"),
        (b"\x00\x01\x02" * 300, "no checkpoint"),
        (pickle.dumps([1, 2, 3]), "no checkpoint"),
        (b"PK\x03\x04" + bytes(100), "no checkpoint"),
    ],
)
def test_what_is_no_checkpoint_is_said_in_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    for file in ("x.pth", "x.safetensors"):
        (tmp_path / file).write_bytes(content)
        with pytest.raises(ModelError, match=said if file == "x.pth" else ".") as refused:
            Weights(tmp_path / file)
        assert "\n" not in str(refused.value)
        assert len(str(refused.value)) < 500


@slow
@pytest.mark.parametrize("content", [{"epoch": 1}, [1, 2], {"model": {"a": 1}}, {"model": {}}])
def test_a_file_without_weights_is_said_to_hold_none(tmp_path: Path, content: object) -> None:
    with pytest.raises(ModelError, match="holds no"):
        Weights(hostile.saved(content, tmp_path / "x.pth"))


def test_a_file_that_may_not_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.pth").write_bytes(b"x")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UsageError, match=r"x\.pth' cannot be read: Permission denied"):
        Weights(tmp_path / "x.pth")


@slow
@pytest.mark.parametrize("way", hostile.WAYS)
def test_planted_programs_do_not_run(tmp_path: Path, way: str) -> None:
    target = tmp_path / hostile.MARK
    planted = hostile.planted(target) | hostile.torch_calls(target)
    for number, (kind, value) in enumerate(planted.items()):
        for place in ("beside", "among"):
            content: Any = {"model": some_weights()}
            (content if place == "beside" else content["model"])["config"] = value
            file = hostile.WAYS[way](content, tmp_path / f"{number}.pth")
            target.unlink(missing_ok=True)
            found = read(file)
            assert not target.exists(), kind
            assert_same(found, some_weights())
    assert len(planted) > 15


@slow
def test_the_planted_programs_would_have_run(tmp_path: Path) -> None:
    """Otherwise the test above shows nothing."""
    import torch

    target = tmp_path / hostile.MARK
    torch.load(hostile.saved(hostile.planted(target)["os.system"], tmp_path / "x.pth"), weights_only=False)
    assert target.exists()


@slow
def test_a_planted_program_in_a_part_does_not_run(tmp_path: Path) -> None:
    import torch

    target = tmp_path / hostile.MARK
    torch.save(some_weights(), tmp_path / "pytorch_model-00001-of-00002.bin")
    torch.save({"spare": hostile.planted(target)["os.system"]}, tmp_path / "pytorch_model-00002-of-00002.bin")
    assert_same(read(tmp_path), some_weights())
    assert not target.exists()


OUT_OF_PLACE = {
    "beyond its numbers": hostile.tensor([17], [1]),
    "beyond by its offset": hostile.tensor([16], [1], offset=1),
    "of absurd size": hostile.tensor([2**40], [1]),
    "of absurd stride": hostile.tensor([2, 2], [2**62, 1]),
    "of a size beyond 64 bits": hostile.tensor([2**70], [1]),
    "negative": hostile.tensor([4], [1], offset=-8),
    "of negative stride": hostile.tensor([4], [-1], offset=8),
    "with a text for a size": hostile.name("torch._utils", "_rebuild_tensor_v2") + b"(U\x01xJ\0\0\0\0U\x01xU\x01xtR",
    "over more than its record": hostile.tensor([64], [1], held=64),
    "over a record that is not there": hostile.tensor([4], [1], key="7"),
    "over a record that leads out": hostile.tensor([4], [1], key="../../../etc/passwd"),
    "with its state set": hostile.tensor([4], [1]) + b"(" + hostile.tensor([4], [1]) + hostile.number(2**40) + b"tb",
    "with attributes set on what makes it": hostile.name("torch._utils", "_rebuild_tensor_v2") + b"}U\x01xK\x01sb",
    "a number for a name": b"\x82\x01",
}


@slow
@pytest.mark.parametrize("kind", OUT_OF_PLACE)
def test_tensors_that_lie_about_themselves_are_refused_or_left_out(tmp_path: Path, kind: str) -> None:
    good = hostile.tensor([4, 4], [4, 1])
    file = hostile.raw_zip(tmp_path / "x.pth", hostile.holding(("a", good), ("b", OUT_OF_PLACE[kind])))
    try:
        found = read(file)
    except MVBenchError as refused:
        assert "\n" not in str(refused)
        assert kind not in ("with its state set", "with attributes set on what makes it")
    else:
        assert all(tensor.numel() <= 16 for tensor in found.values())
        assert kind in ("with its state set", "with attributes set on what makes it")


@slow
def test_a_tensor_that_lies_in_the_old_format_is_refused_before_it_gets_memory(tmp_path: Path) -> None:
    import torch

    file = hostile.saved_old({"a": torch.ones(4)}, tmp_path / "x.pth")
    data = file.read_bytes()
    assert data.count(b"K\x04\x85") == 1  # the shape (4,)
    file.write_bytes(data.replace(b"K\x04\x85", b"J\xff\xff\xff\x7f\x85"))
    with pytest.raises(ModelError, match=r"a tensor of shape \(2147483647,\) in a file with 4 numbers"):
        Weights(file)


@slow
def test_nothing_of_torch_s_own_is_changed_by_a_file(tmp_path: Path) -> None:
    import collections

    import torch

    before = dict(vars(torch._utils._rebuild_tensor_v2)), set(vars(collections.OrderedDict)), set(vars(torch.Size))
    for module, attribute in (
        ("torch._utils", "_rebuild_tensor_v2"),
        ("collections", "OrderedDict"),
        ("torch", "Size"),
    ):
        setting = hostile.name(module, attribute) + b"}U\x01xK\x01sb"
        file = hostile.raw_zip(tmp_path / "x.pth", hostile.holding(("a", hostile.tensor([4], [1])), ("b", setting)))
        read(file)
    after = dict(vars(torch._utils._rebuild_tensor_v2)), set(vars(collections.OrderedDict)), set(vars(torch.Size))
    assert after == before


@slow
@pytest.mark.parametrize("way", ["zip", "legacy"])
def test_a_few_bytes_do_not_fill_the_memory(tmp_path: Path, way: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if way == "zip":
        file = hostile.raw_zip(tmp_path / "x.pth", hostile.bomb())
    else:
        file = tmp_path / "x.pth"
        file.write_bytes(hostile.bomb())
    with pytest.raises(ModelError):
        Weights(file)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB


READ_ALL = """
import resource, sys
from baselines.videochat2.weights.foreign import Weights
from mvbench.errors import ModelError
resource.setrlimit(resource.RLIMIT_AS, (2**33, 2**33))
for file in sys.argv[1:]:
    print(file, flush=True)
    try:
        Weights(file)
    except ModelError as error:
        assert "asks for more memory" not in str(error), error
"""


@slow
def test_small_files_take_little_time_and_memory(tmp_path: Path) -> None:
    """In a process of its own, which some of them would end and others never."""
    good = hostile.holding(("a", hostile.tensor([4, 4], [4, 1])))
    files = [
        hostile.raw_zip(tmp_path / f"{kind}.pth", b"\x80\x05" + pickled + b"0" + good[2:])
        for kind, pickled in hostile.endless().items()
    ]
    ended = subprocess.run(
        [sys.executable, "-c", READ_ALL, *map(str, files)], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, (ended.stdout.splitlines()[-1:], ended.stderr[-300:])
    assert len(ended.stdout.splitlines()) == len(files)


@slow
def test_archives_that_torch_never_writes_are_refused(tmp_path: Path) -> None:
    good = hostile.holding(("a", hostile.tensor([4], [1])))
    bomb = hostile.raw_zip(tmp_path / "bomb.pth", good + bytes(10**7), compressed=True)
    assert bomb.stat().st_size < 10**5
    with pytest.raises(ModelError, match="compressed archive"):
        Weights(bomb)
    program = hostile.raw_zip(tmp_path / "jit.pth", good, records={"constants.pkl": good, "data/0": bytes(64)})
    with pytest.raises(ModelError, match="TorchScript"):
        Weights(program)


@slow
def test_an_archive_that_torch_reads_otherwise_than_zipfile_is_refused(tmp_path: Path) -> None:
    """Its parts would be inflated after all."""
    import torch

    good = hostile.holding(("a", hostile.tensor([4], [1])))
    shown = hostile.raw_zip(tmp_path / "shown.pth", good)
    hidden = hostile.raw_zip(tmp_path / "hidden.pth", good + bytes(10**7), compressed=True)
    file = hostile.two_faced(tmp_path / "x.pth", shown, hidden)
    assert len(torch._C.PyTorchFileReader(str(file)).get_record("data.pkl")) > 10**7
    with pytest.raises(ModelError, match="shows each reader another content"):
        Weights(file)
    whole = hostile.saved({"a": torch.ones(2)}, tmp_path / "x.pth").read_bytes()
    assert list(Weights(file).held) == ["a"]
    file.write_bytes(whole[:-2] + b"\x02\0..")  # a comment behind
    with pytest.raises(ModelError, match="shows each reader another content"):
        Weights(file)


@slow
def test_old_tar_files_are_refused_before_anything_is_unpacked(tmp_path: Path) -> None:
    import tarfile

    file = tmp_path / "x.pth"
    with tarfile.open(file, "w") as archive:
        link = tarfile.TarInfo("storages")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(ModelError, match="tar archive"):
        Weights(file)


@slow
@pytest.mark.parametrize("way", [*hostile.WAYS, "safetensors"])
def test_a_file_cut_anywhere_is_refused_in_one_line(tmp_path: Path, way: str) -> None:
    import torch
    from safetensors.torch import save_file

    whole = tmp_path / ("whole.safetensors" if way == "safetensors" else "whole.pth")
    content = {f"weight.{number}": torch.randn(40, 40) for number in range(4)}
    if way == "safetensors":
        save_file(content, whole)
    else:
        hostile.WAYS[way]({"model": content}, whole)
    data = whole.read_bytes()
    for kept in sorted({0, 1, 3, 8, 30, 200, *range(500, len(data), len(data) // 15), len(data) - 1}):
        part = whole.with_stem("part")
        part.write_bytes(data[:kept])
        with pytest.raises(ModelError, match=r"empty|no checkpoint") as refused:
            read(part)
        assert "\n" not in str(refused.value)


@slow
@pytest.mark.parametrize("way", [*hostile.WAYS, "safetensors"])
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_file_with_any_bytes_changed_is_read_or_refused_in_one_line(
    tmp_path: Path, way: str, changes: list[tuple[float, int]]
) -> None:
    import torch
    from safetensors.torch import save_file

    file = tmp_path / ("x.safetensors" if way == "safetensors" else "x.pth")
    content = {"a": torch.ones(3, 2), "b.c": torch.ones(4, dtype=torch.float16)}
    if way == "safetensors":
        save_file(content, file)
    else:
        hostile.WAYS[way]({"model": content, "config": hostile.EasyDict(a=1)}, file)
    data = bytearray(file.read_bytes())
    for place, value in changes:
        data[int(place * (len(data) - 1))] = value
    file.write_bytes(data)
    try:
        found = read(file)
    except MVBenchError as refused:
        assert "\n" not in str(refused)
    else:
        assert all(tensor.numel() <= 40 for tensor in found.values())


@slow
def test_hostile_safetensors_are_refused_in_one_line(tmp_path: Path) -> None:
    def written(header: object, data: bytes = bytes(16)) -> Path:
        raw = json.dumps(header).encode()
        (tmp_path / "x.safetensors").write_bytes(struct.pack("<Q", len(raw)) + raw + data)
        return tmp_path / "x.safetensors"

    entry = {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}
    assert read(written({"a": entry}))["a"].shape == (4,)
    for header in (
        {"a": {**entry, "shape": [2**40]}},
        {"a": {**entry, "data_offsets": [0, 2**40]}},
        {"a": {**entry, "dtype": "PYTHON"}},
        {"a": 3},
        [],
    ):
        with pytest.raises(ModelError, match="no checkpoint"):
            Weights(written(header))
    (tmp_path / "x.safetensors").write_bytes(struct.pack("<Q", 2**60) + b"{}")
    with pytest.raises(ModelError, match="no checkpoint"):
        Weights(tmp_path / "x.safetensors")


@slow
def test_one_name_in_two_files_is_refused(tmp_path: Path) -> None:
    import torch

    for number in (1, 2):
        torch.save({"temp": torch.ones(1)}, tmp_path / f"pytorch_model-0000{number}-of-00002.bin")
    with pytest.raises(ModelError, match="holds temp in two files"):
        Weights(tmp_path)
