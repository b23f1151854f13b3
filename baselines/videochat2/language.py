"""Language models with their tokenizers, and BERT's, from folders on this machine."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from baselines.videochat2.sizes import Build
from baselines.videochat2.weights.foreign import refuse_nan
from mvbench.errors import MissingExtra, ModelError, UsageError
from mvbench.models.huggingface.batching import one_line
from mvbench.models.huggingface.checkpoint import refuse_partial
from mvbench.models.huggingface.folder import indexed, refuse_adapter
from mvbench.models.huggingface.offline import offline

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch
    from torch import nn

log = logging.getLogger(__name__)

MOST_CONFIG_BYTES = 2**22
MOST_LAYERS = 2048
DECODER = "[DEC]"
"""Begins a caption that the Q-Former writes; added to BERT's vocabulary as its last entry."""

UNUSED = ("architectures", "auto_map", "attn_implementation", "dtype", "torch_dtype", "transformers_version")
"""Of a folder's `config.json`: who wrote it, which code it would run, and what is chosen here."""


def config(folder: str | Path) -> dict[str, Any]:
    """The language model's configuration, as `Build.llm` wants it. Raises UsageError for a folder that is none."""
    folder = existing(folder, "llm")
    refuse_adapter(folder, str(folder))
    facts = read_json(folder / "config.json")
    if "quantization_config" in facts:
        raise UsageError(f"llm={str(folder)!r} is quantised; give a folder with plain weights and choose dtype=")
    kept = {key: value for key, value in facts.items() if key not in UNUSED and not key.startswith("_")}
    for key, value in kept.items():
        if key.endswith(("layers", "layer")) and isinstance(value, int) and value > MOST_LAYERS:
            raise UsageError(f"llm={str(folder)!r} has {key} = {value:,}, which no language model has")
    transformers_config(kept, origin=f"llm={str(folder)!r}")
    return kept


def transformers_config(facts: Mapping[str, Any], *, origin: str) -> Any:
    """The configuration object. Raises UsageError naming `origin` where transformers knows no such language model."""
    need_transformers()
    from transformers import AutoConfig
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

    kind = facts.get("model_type")
    if not isinstance(kind, str) or kind not in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        raise UsageError(f"{origin} has model_type {kind!r}, which is no language model that transformers knows")
    try:
        return AutoConfig.for_model(**facts)
    except Exception as error:  # a foreign configuration fails in many ways
        raise UsageError(f"{origin} has a configuration that transformers refuses: {one_line(error)}") from None


def new_llm(facts: Mapping[str, Any]) -> nn.Module:
    """A language model of that configuration, on the default device, with random weights where that holds any."""
    from transformers import AutoModelForCausalLM

    made: nn.Module = AutoModelForCausalLM.from_config(
        transformers_config(facts, origin="the build's llm"), attn_implementation="sdpa"
    )
    return made


def llm(folder: str | Path, *, dtype: torch.dtype, device: str | torch.device) -> nn.Module:
    """The language model of a folder, every weight of it read from there, in evaluation mode.

    Weights are `*.safetensors`, else `*.bin`, of which nothing but tensors is read. Raises UsageError for a folder that
    is no language model, ModelError where its weights do not load.
    """
    from transformers import AutoModelForCausalLM

    facts = config(folder)
    folder = Path(folder)
    for index in folder.glob("*.index*.json"):
        indexed(index)  # refuses one that leads out of the folder
    options: dict[str, Any] = {"device_map": {"": device}} if find_spec("accelerate") else {}
    with explained(f"the language model of {str(folder)!r}"):
        made, report = AutoModelForCausalLM.from_pretrained(
            folder,
            config=transformers_config(facts, origin=f"llm={str(folder)!r}"),
            dtype=dtype,
            attn_implementation="sdpa",
            local_files_only=True,
            weights_only=True,
            output_loading_info=True,
            **options,
        )
        refuse_partial(report)
        loaded: nn.Module = made.to(device).eval()
    for name, weight in loaded.named_parameters():
        refuse_nan(weight, name, origin=f"the language model of {str(folder)!r}")
    return loaded


def llm_tokenizer(folder: str | Path) -> Any:
    """The tokenizer of a language model's folder; where it has no token for padding, the end's is taken.

    Raises UsageError for a folder that is not there, ModelError for one without a tokenizer.
    """
    need_transformers()
    from transformers import AutoTokenizer

    folder = existing(folder, "llm")
    with explained(f"the tokenizer of {str(folder)!r}"):
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    if tokenizer.eos_token is None:
        raise ModelError(f"the tokenizer of {str(folder)!r} has no token for the end of a text (eos_token)")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def bert_tokenizer(folder: str | Path, build: Build) -> Any:
    """BERT's tokenizer, set as a build's Q-Former reads with it.

    Raises UsageError for a folder without one, and for one with another number of entries than the Q-Former has rows.
    """
    tokenizer = plain_bert_tokenizer(folder)
    rows = build.qformer.vocabulary
    if len(tokenizer) != rows:
        raise UsageError(
            f"bert={str(folder)!r} has {len(tokenizer):,} entries with {DECODER}, and the Q-Former of {build.name} "
            f"{rows:,} rows; give the folder of the BERT it was made with"
        )
    return reading(tokenizer, build)


def plain_bert_tokenizer(folder: str | Path) -> Any:
    """BERT's tokenizer with one entry more, `[DEC]`, which is its bos token."""
    need_transformers()
    from transformers import BertTokenizerFast

    folder = existing(folder, "bert")
    if not any((folder / name).is_file() for name in ("vocab.txt", "tokenizer.json")):
        raise UsageError(f"bert={str(folder)!r} holds neither vocab.txt nor tokenizer.json; give BERT's folder")
    with explained(f"BERT's tokenizer of {str(folder)!r}"):
        tokenizer = BertTokenizerFast.from_pretrained(folder, local_files_only=True)
        tokenizer.add_special_tokens({"bos_token": DECODER})
    return tokenizer


def reading(tokenizer: Any, build: Build) -> Any:
    """The tokenizer set to the sides and the length at which a build's Q-Former reads.

    Stages 3 and 4 cut a long instruction on the left, and pad on the side that `Compat.qformer_padding` says.
    """
    late = build.stage >= 3
    tokenizer.model_max_length = build.qformer.max_positions
    tokenizer.truncation_side = "left" if late else "right"
    tokenizer.padding_side = build.compat.qformer_padding if late else "right"
    return tokenizer


def existing(folder: str | Path, argument: str) -> Path:
    """The folder. Raises UsageError for what is none, naming the argument that it came in."""
    found = Path(folder)
    try:
        if found.is_dir():
            return found
        what = "is a file" if found.exists() else "does not exist"
    except (OSError, ValueError) as error:  # too long a name, one with a null byte
        what = f"is no path ({one_line(error)})"
    raise UsageError(f"{argument}={str(folder)!r} {what}; give a folder as it is downloaded from the hub")


def read_json(file: Path) -> dict[str, Any]:
    """A JSON object of bearable size. Raises UsageError for anything else."""
    try:
        size = file.stat().st_size
        content = json.loads(file.read_bytes()) if size <= MOST_CONFIG_BYTES else None
    except FileNotFoundError:
        raise UsageError(f"{str(file.parent)!r} holds no {file.name}; it is no folder of a model") from None
    except OSError as error:
        raise UsageError(f"{str(file)!r} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{str(file)!r} is not JSON: {one_line(error)}") from None
    if size > MOST_CONFIG_BYTES:
        raise UsageError(f"{str(file)!r} is larger than {MOST_CONFIG_BYTES:,} bytes, which no configuration is")
    if not isinstance(content, dict):
        raise UsageError(f"{str(file)!r} holds no table but {type(content).__name__}")
    return content


@contextmanager
def explained(what: str) -> Iterator[None]:
    """No word to the hub, no bar; whatever a hostile or foreign folder makes the libraries raise is one line."""
    try:
        with offline(), without_bars():
            yield
    except (ModelError, UsageError, MissingExtra):
        raise
    except Exception as error:
        log.debug("where loading failed", exc_info=True)
        raise ModelError(f"cannot load {what}: {one_line(error)}") from None


@contextmanager
def without_bars() -> Iterator[None]:
    """Without transformers' progress bars, which would stand between the lines of ours."""
    from transformers.utils import logging as theirs

    shown = theirs.is_progress_bar_enabled()
    theirs.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            theirs.enable_progress_bar()


def need_transformers() -> None:
    for package in ("torch", "transformers", "peft", "accelerate", "safetensors", "tokenizers"):
        if find_spec(package) is None:
            raise MissingExtra(package, extra="models", purpose="VideoChat2")
