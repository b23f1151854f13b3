"""Language models and tokenizers from folders: what loads, how they are set, and one line for every trouble."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from baselines.videochat2 import language, words
from baselines.videochat2.build import named, tiny
from baselines.videochat2.sizes import Build
from mvbench.errors import ModelError, MVBenchError, UsageError

pytestmark = pytest.mark.slow

SIZES = {"vocab_size": 500, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2}
LLM = {"model_type": "llama", "num_attention_heads": 2, "tie_word_embeddings": False, **SIZES}
BERT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "cube", "moves", "##s", "left"]


@pytest.fixture(scope="module")
def llm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch

    folder = tmp_path_factory.mktemp("llm")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        language.new_llm(LLM).save_pretrained(folder)
    words.language_tokenizer(words.own_text(), entries=500).save_pretrained(folder)
    return folder


@pytest.fixture
def copied(llm_folder: Path, tmp_path: Path) -> Path:
    for file in llm_folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


@pytest.fixture
def bert_folder(tmp_path: Path) -> Path:
    (tmp_path / "vocab.txt").write_text("\n".join(BERT) + "\n")
    return tmp_path


def reader(build: Build, **compat: Any) -> Build:
    qformer = replace(build.qformer, vocabulary=len(BERT) + 1, max_positions=8)
    return replace(build, qformer=qformer, compat=replace(build.compat, **compat))


def load(folder: Path) -> Any:
    import torch

    return language.llm(folder, dtype=torch.float32, device="cpu")


def weights_as_bin(folder: Path) -> None:
    import torch
    from safetensors.torch import load_file

    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def test_loading_says_nothing_and_leaves_the_bars_as_they_were(
    llm_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from transformers.utils import logging as theirs

    assert theirs.is_progress_bar_enabled()
    load(llm_folder)
    assert capsys.readouterr() == ("", "")
    assert theirs.is_progress_bar_enabled()


def test_the_weights_are_those_of_the_folder(llm_folder: Path) -> None:
    import torch
    from safetensors.torch import load_file

    llm = load(llm_folder)
    stored = load_file(llm_folder / "model.safetensors")
    assert all(torch.equal(value, stored[name]) for name, value in llm.state_dict().items())
    assert not llm.training
    assert llm.config._attn_implementation == "sdpa"
    half = language.llm(llm_folder, dtype=torch.bfloat16, device="cpu")
    assert {weight.dtype for weight in half.parameters()} == {torch.bfloat16}


def test_weights_in_the_old_format_are_read_as_well(llm_folder: Path, copied: Path) -> None:
    import torch

    weights_as_bin(copied)
    there, here = load(llm_folder).state_dict(), load(copied).state_dict()
    assert all(torch.equal(value, here[name]) for name, value in there.items())


def test_the_configuration_of_a_folder_makes_the_same_network(llm_folder: Path) -> None:
    import torch

    facts = language.config(llm_folder)
    assert facts["model_type"] == "llama"
    assert not {"architectures", "transformers_version", "dtype"} & facts.keys()
    with torch.device("meta"):
        made = language.new_llm(facts).state_dict()
    assert {name: value.shape for name, value in made.items()} == {
        name: value.shape for name, value in load(llm_folder).state_dict().items()
    }


class Runs:
    """A pickle that would run a command."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.file,)


def without(name: str) -> Callable[[Path], None]:
    def remove(folder: Path) -> None:
        (folder / name).unlink()

    return remove


def config(**facts: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        file = folder / "config.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | facts))

    return change


def written(name: str, content: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / name).write_text(content)

    return write


def cut(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1000])


def one_weight_less(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    stored = load_file(folder / "model.safetensors")
    del stored["model.norm.weight"]
    save_file(stored, folder / "model.safetensors", metadata={"format": "pt"})


def one_number_lost(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    stored = load_file(folder / "model.safetensors")
    stored["model.layers.1.mlp.up_proj.weight"][3, 5] = float("nan")
    save_file(stored, folder / "model.safetensors", metadata={"format": "pt"})


def hostile_pickle(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    with (folder / "pytorch_model.bin").open("wb") as stream:
        pickle.dump(Runs(folder / "ran"), stream)


INDEX = json.dumps({"metadata": {}, "weight_map": {"model.norm.weight": "../elsewhere.safetensors"}})
CODE = {"AutoConfig": "code.Config", "AutoModelForCausalLM": "code.Model"}


@pytest.mark.parametrize(
    ("spoil", "error", "said"),
    [
        (without("config.json"), UsageError, "holds no config.json"),
        (written("config.json", "{"), UsageError, "is not JSON"),
        (written("config.json", "[" * 100_000), UsageError, "is not JSON"),
        (written("config.json", "[1]"), UsageError, "holds no table"),
        (written("config.json", " " * 2**23), UsageError, r"config\.json' is larger than"),
        (config(model_type="llava"), UsageError, "model_type 'llava'"),
        (config(model_type=["llama"]), UsageError, "no language model"),
        (config(quantization_config={"bits": 4}), UsageError, "quantised"),
        (config(hidden_size="wide"), MVBenchError, "transformers refuses|cannot load"),  # by its version
        (written("adapter_config.json", "{}"), UsageError, "holds an adapter"),
        (config(num_hidden_layers=10**9), UsageError, "num_hidden_layers = 1,000,000,000"),
        (config(hidden_size=32), ModelError, "cannot load|has other shapes"),
        (config(vocab_size=10**12), ModelError, "cannot load|has other shapes"),
        (config(num_hidden_layers=3), ModelError, "lacks"),
        (one_weight_less, ModelError, "lacks 1 weights of the model, such as model.norm.weight"),
        (one_number_lost, ModelError, "NaN or infinite numbers in model.layers.1.mlp.up_proj.weight"),
        (cut, ModelError, "cannot load the language model"),
        (without("model.safetensors"), ModelError, "cannot load the language model"),
        (hostile_pickle, ModelError, "cannot load the language model"),
        (written("model.safetensors.index.json", INDEX), UsageError, "outside of its folder"),
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_folder_that_is_no_sound_language_model_is_one_line(
    copied: Path, spoil: Callable[[Path], None], error: type[MVBenchError], said: str
) -> None:
    spoil(copied)
    with pytest.raises(error, match=said) as raised:
        load(copied)
    assert "\n" not in str(raised.value)
    assert not (copied / "ran").exists()


def test_code_that_comes_with_a_folder_is_never_run(copied: Path) -> None:
    (copied / "code.py").write_text(f"from pathlib import Path\nPath({str(copied / 'ran')!r}).touch()\n")
    config(auto_map=CODE, _attn_implementation="some-org/some-kernel")(copied)
    assert language.config(copied).keys().isdisjoint({"auto_map", "_attn_implementation"})
    assert load(copied).config._attn_implementation == "sdpa"
    assert language.llm_tokenizer(copied).eos_token == "</s>"
    assert not (copied / "ran").exists()


@pytest.mark.parametrize("path", ["nowhere", "lmsys/vicuna-7b-v1.5", "a\0b", "x" * 5000])
def test_what_is_no_folder_is_one_line(path: str) -> None:
    for read in (language.config, language.llm_tokenizer, lambda folder: language.bert_tokenizer(folder, tiny())):
        with pytest.raises(UsageError, match="give a folder") as raised:
            read(path)
        assert "\n" not in str(raised.value)


def test_a_tokenizer_without_padding_pads_with_the_end(copied: Path) -> None:
    file = copied / "tokenizer_config.json"
    facts = json.loads(file.read_text())
    del facts["pad_token"]
    file.write_text(json.dumps(facts))
    assert language.llm_tokenizer(copied).pad_token == "</s>"
    file.write_text(json.dumps(facts | {"pad_token": "<unk>"}))
    assert language.llm_tokenizer(copied).pad_token == "<unk>"
    del facts["eos_token"]
    file.write_text(json.dumps(facts))
    with pytest.raises(ModelError, match="eos_token"):
        language.llm_tokenizer(copied)


def test_a_folder_without_a_tokenizer_is_one_line(copied: Path) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (copied / name).unlink()
    with pytest.raises(ModelError, match="cannot load the tokenizer") as raised:
        language.llm_tokenizer(copied)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("stage", "compat", "ids", "mask"),
    [
        (1, "left", [[2, 6, 7, 3, 0], [2, 5, 6, 7, 3]], [[1, 1, 1, 1, 0], [1, 1, 1, 1, 1]]),
        (3, "left", [[0, 2, 6, 7, 3], [2, 5, 6, 7, 3]], [[0, 1, 1, 1, 1], [1, 1, 1, 1, 1]]),
        (3, "right", [[2, 6, 7, 3, 0], [2, 5, 6, 7, 3]], [[1, 1, 1, 1, 0], [1, 1, 1, 1, 1]]),
    ],
)
def test_text_is_padded_on_the_side_of_the_stage(
    bert_folder: Path, stage: Any, compat: str, ids: list[list[int]], mask: list[list[int]]
) -> None:
    build = replace(reader(tiny(), qformer_padding=compat), stage=stage)
    tokenizer = language.bert_tokenizer(bert_folder, build)
    batch = tokenizer(["Red cube", "a red cube"], padding=True, truncation=True)
    assert batch.input_ids == ids
    assert batch.attention_mask == mask
    assert (tokenizer.bos_token, tokenizer.bos_token_id) == ("[DEC]", len(BERT))


@pytest.mark.parametrize(("stage", "first"), [(1, "a"), (3, "cube"), (4, "cube")])
def test_a_long_instruction_is_cut_at_the_q_formers_length(bert_folder: Path, stage: Any, first: str) -> None:
    tokenizer = language.bert_tokenizer(bert_folder, replace(reader(tiny()), stage=stage))
    long = tokenizer("a red cube moves left left left left", truncation=True).input_ids
    assert len(long) == 8
    assert tokenizer.convert_ids_to_tokens(long[1]) == first


def test_another_vocabulary_than_the_q_formers_is_one_line(bert_folder: Path) -> None:
    with pytest.raises(UsageError, match=r"has 12 entries with \[DEC\], and the Q-Former of vicuna_7b 30,523 rows"):
        language.bert_tokenizer(bert_folder, named("vicuna_7b"))


def test_a_folder_without_berts_tokenizer_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="neither vocab"):
        language.bert_tokenizer(tmp_path, tiny())
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match="cannot load BERT's tokenizer") as raised:
        language.bert_tokenizer(tmp_path, tiny())
    assert "\n" not in str(raised.value)


def test_a_tokenizer_made_here_is_read_as_it_was_saved(tmp_path: Path) -> None:
    made = words.reading_tokenizer(words.own_text(), entries=500)
    made.save_pretrained(tmp_path)
    build = replace(tiny(), qformer=replace(tiny().qformer, vocabulary=500))
    again = language.bert_tokenizer(tmp_path, build)
    text = "The red cube moves to the left."
    assert again(text).input_ids == made(text).input_ids
    assert again.bos_token_id == made.bos_token_id == 499
