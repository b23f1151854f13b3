"""`mvbench build`: what it writes, that it can be repeated, and its mistakes in one line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from baselines.videochat2 import language
from mvbench.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*words: object) -> tuple[int, str, str]:
        code = main(["build", "videochat2", *map(str, words)])
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return code, told.out, told.err

    return command


@pytest.fixture(scope="module")
def llm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from baselines.videochat2 import language, words

    folder = tmp_path_factory.mktemp("llm")
    sizes = {"vocab_size": 500, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2}
    facts = {"model_type": "llama", "num_attention_heads": 2, "tie_word_embeddings": False, **sizes}
    language.new_llm(facts).save_pretrained(folder)
    words.language_tokenizer(words.own_text(), entries=500).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def bert_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bert")
    named = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    (folder / "vocab.txt").write_text("\n".join([*named, *"abcdefgh", "red", "cube"]) + "\n")
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "tiny"
    assert main(["build", "videochat2", "--size", "tiny", "--out", str(folder), "--verbosity", "error"]) == 0
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    files = sorted(file for file in folder.rglob("*") if file.is_file() and not file.name.startswith("."))
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def weights(folder: Path) -> Any:
    from safetensors.torch import load_file

    return load_file(folder / "model.safetensors")


@pytest.mark.slow
def test_a_tiny_model_is_whole_and_says_what_comes_next(run: Run, tmp_path: Path) -> None:
    import torch

    from baselines.videochat2.checkpoint.loading import load

    code, out, _ = run("--size", "tiny", "--out", tmp_path / "a b")
    assert code == 0
    assert f"next: mvbench eval --model videochat2 --checkpoint '{tmp_path}/a b' --data demo --answer options" in out
    loaded = load(tmp_path / "a b", dtype=torch.float32)
    numbers = sum(weight.numel() for weight in loaded.model.parameters())
    assert f"{numbers:,}" in out
    assert numbers <= 6e6
    assert len(loaded.tokenizer) == loaded.build.llm["vocab_size"]
    assert len(loaded.bert_tokenizer) == loaded.build.qformer.vocabulary


@pytest.mark.slow
def test_the_same_order_makes_the_same_files(run: Run, made: Path, tmp_path: Path) -> None:
    run("--size", "tiny", "--out", tmp_path / "same")
    assert contents(tmp_path / "same") == contents(made)
    run("--size", "tiny", "--out", tmp_path / "other", "--seed", 1)
    one, other = weights(made), weights(tmp_path / "other")
    assert one.keys() == other.keys()
    assert (one["llm.lm_head.weight"] != other["llm.lm_head.weight"]).any()


@pytest.mark.slow
def test_what_is_new_repeats_none_of_the_originals_faults(
    llm_folder: Path, bert_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from baselines.videochat2 import build
    from baselines.videochat2.checkpoint import new as new_checkpoint
    from baselines.videochat2.sizes import FIXED

    old = replace(build.tiny(), compat=build.vicuna_7b().compat)
    monkeypatch.setattr(new_checkpoint, "named", lambda name: old)
    order = new_checkpoint.Order("tiny", llm=llm_folder, bert=bert_folder)
    assert new_checkpoint.make_checkpoint(tmp_path / "made", order).build.compat == FIXED


@pytest.mark.slow
def test_a_finished_checkpoint_stays_and_an_unfinished_one_is_finished(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    _, first, _ = run("--out", folder)
    before = contents(folder)
    stamp = (folder / "model.safetensors").stat().st_mtime_ns
    assert run("--out", folder)[:2] == (0, first)
    assert (folder / "model.safetensors").stat().st_mtime_ns == stamp
    (folder / "config.json").unlink()
    (folder / "tokenizer" / "tokenizer.json").unlink()
    (folder / "model.safetensors").write_bytes(b"half")
    assert run("--out", folder)[:2] == (0, first)
    assert contents(folder) == before


@pytest.mark.slow
def test_another_order_is_refused_until_the_old_one_is_moved_aside(run: Run, made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    run("--out", folder)
    code, _, err = run("--out", folder, "--seed", 3)
    assert code == 2
    assert "seed: 0 there, 3 now" in err
    assert contents(folder) == contents(made)
    assert run("--out", folder, "--seed", 3, "--fresh")[0] == 0
    assert contents(tmp_path / "tiny.old") == contents(made)
    assert contents(folder) != contents(made)


@pytest.mark.slow
def test_another_text_makes_other_tokenizers_and_as_many_rows(run: Run, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("ein roter Ball rollt nach links\n" * 3)
    assert run("--text", text, "--out", tmp_path / "german")[0] == 0
    config = json.loads((tmp_path / "german" / "config.json").read_text())
    assert config["llm"]["vocab_size"] == weights(tmp_path / "german")["llm.lm_head.weight"].shape[0] < 1600
    assert config["qformer"]["vocabulary"] < 1600
    text.write_text("ein anderer Text")
    code, _, err = run("--text", text, "--out", tmp_path / "german")
    assert code == 2
    assert "text:" in err


@pytest.mark.slow
def test_a_language_model_stays_in_its_own_folder(
    run: Run, llm_folder: Path, bert_folder: Path, tmp_path: Path
) -> None:
    import torch

    from baselines.videochat2.checkpoint.loading import load

    folder = tmp_path / "over"
    code, out, _ = run("--llm", llm_folder, "--bert", bert_folder, "--out", folder)
    assert code == 0
    assert "in its own folder" in out
    assert f"--model-args llm={llm_folder}" in out
    assert sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")) == [
        "adapter",
        "bert_tokenizer",
        "config.json",
        "made.json",
        "model.safetensors",
        "tokenizer",
    ]
    assert not any(name.startswith("llm.") for name in weights(folder))
    assert not any(str(llm_folder).encode() in content for content in contents(folder).values())
    loaded = load(folder, llm=llm_folder, dtype=torch.float32, merge=False)
    assert loaded.build.qformer.vocabulary == len(loaded.bert_tokenizer) == 16
    assert loaded.model.llm.config.hidden_size == 16


@pytest.mark.slow
def test_the_vision_encoder_begins_with_the_weights_of_a_file(run: Run, made: Path, tmp_path: Path) -> None:
    import torch

    stored = {
        name.removeprefix("vision_encoder."): value + 1
        for name, value in weights(made).items()
        if name.startswith("vision_encoder.")
    }
    torch.save(stored, tmp_path / "vision.pth")
    assert run("--vision", tmp_path / "vision.pth", "--out", tmp_path / "tiny")[0] == 0
    before, after = weights(made), weights(tmp_path / "tiny")
    for name, value in before.items():
        assert torch.equal(after[name], value + 1 if name.startswith("vision_encoder.") else value)


@pytest.mark.slow
def test_a_public_berts_weights_begin_the_q_former(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from transformers import BertConfig, BertModel

    from baselines.videochat2 import build, language, words
    from baselines.videochat2.checkpoint import new as new_checkpoint

    llm, bert = tmp_path / "llm", tmp_path / "bert"
    language.new_llm(build.tiny().llm).save_pretrained(llm)
    words.language_tokenizer(words.own_text(), entries=1600).save_pretrained(llm)
    size = build.tiny().qformer
    model = BertModel(
        BertConfig(
            vocab_size=size.vocabulary - 1,
            hidden_size=size.width,
            num_hidden_layers=size.layers,
            num_attention_heads=size.heads,
            intermediate_size=size.intermediate,
        )
    )
    model.save_pretrained(bert)
    words.reading_tokenizer(words.own_text(), entries=1600).save_pretrained(bert)
    monkeypatch.setattr(new_checkpoint, "OWN_LLM", ())  # as if it stood on a public language model
    order = new_checkpoint.Order("tiny", llm=llm, bert=bert)
    new_checkpoint.make_checkpoint(tmp_path / "made", order)
    after = weights(tmp_path / "made")
    assert torch.equal(
        after["qformer.bert.encoder.layer.0.attention.self.query.weight"],
        model.encoder.layer[0].attention.self.query.weight,
    )
    (bert / "model.safetensors").unlink()
    assert order.facts()["bert"] != json.loads((tmp_path / "made" / "made.json").read_text())["bert"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--size", "vicuna_7b"], "give --llm FOLDER and --bert FOLDER"),
        (["--size", "vicuna_7b", "--llm", "LLM"], "give --bert FOLDER"),
        (
            ["--size", "vicuna_7b", "--llm", "LLM", "--bert", "BERT"],
            "has hidden_size 16, and vicuna_7b is made for 4096",
        ),
        (["--size", "phi3", "--llm", "LLM", "--bert", "BERT"], "has model_type 'llama', and phi3 is made for 'phi3'"),
        (["--size", "phi3", "--llm", "LLM", "--bert", "BERT", "--text", "TEXT"], "--text trains the tokenizers of"),
        (["--llm", "nowhere"], "does not exist"),
        (["--bert", "LLM", "--llm", "BERT"], "holds no config.json"),
        (["--text", "nowhere"], "--text 'nowhere' cannot be read"),
        (["--vision", "nowhere"], "--vision 'nowhere' cannot be read"),
        (["--vision", "TEXT"], "is no checkpoint but text"),
    ],
)
def test_an_order_that_cannot_be_made_is_one_line(
    run: Run, llm_folder: Path, bert_folder: Path, tmp_path: Path, words: list[str], said: str
) -> None:
    (tmp_path / "text.txt").write_text("some words that are no weights")
    places = {"LLM": llm_folder, "BERT": bert_folder, "TEXT": tmp_path / "text.txt"}
    code, out, err = run(*(places.get(word, word) for word in words), "--out", tmp_path / "made")
    assert code == 2
    assert said in err
    assert err.count("\n") == 1
    assert out == ""
    assert run("--out", tmp_path / "made", "--seed", 1)[0] == 0  # nothing is left in the way


@pytest.mark.slow
def test_a_folder_that_cannot_be_made_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, _, err = run("--out", tmp_path / "file" / "made")
    assert code == 2
    assert "cannot write in" in err and err.count("\n") == 1


@pytest.mark.slow
def test_a_folder_with_something_else_in_it_is_left_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    for fresh in ([], ["--fresh"]):
        code, _, err = run("--out", tmp_path, *fresh)
        assert code == 2
        assert "holds 'thesis.txt'" in err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.slow
def test_a_size_that_does_not_fit_on_the_disk_is_not_begun(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    usage = shutil.disk_usage(tmp_path)._replace(free=10**6)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    code, _, err = run("--out", tmp_path / "tiny")
    assert code == 2
    assert "tiny takes 0.0 GB" in err
    assert not (tmp_path / "tiny" / "model.safetensors").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["videochat3", "--out", "x"], "did you mean 'videochat2'"),
        (["videochat2", "--size", "tinny", "--out", "x"], "did you mean 'tiny'"),
        (["videochat2"], "--out"),
        (["videochat2", "--seed", "-1", "--out", "x"], "--seed"),
    ],
)
def test_a_wrong_word_is_one_line(capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    assert main(["build", *words]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("package", ["torch", "transformers", "peft", "accelerate", "safetensors", "tokenizers"])
def test_a_missing_package_is_named_with_what_to_install(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(language, "find_spec", lambda name: None if name == package else object())
    assert main(["build", "videochat2", "--out", str(tmp_path / "made")]) == 2
    told = f"mvbench: VideoChat2 needs the package '{package}': pip install 'mvbench[models]'\n"
    assert capsys.readouterr().err == told
    assert not (tmp_path / "made").exists()


def test_its_help_loads_nothing_heavy() -> None:
    script = (
        "import sys\nfrom mvbench.cli import main\nmain(['build', '--help'])\n"
        "assert not {'torch', 'transformers', 'peft', 'tokenizers', 'numpy'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--size SIZE" in done.stdout
