"""A checkpoint, in a folder or on the hub: what it is without its weights, then model and processor."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mvbench.errors import MissingExtra, ModelError, UsageError
from mvbench.models.huggingface.batching import one_line
from mvbench.video.files import file_fingerprint

log = logging.getLogger(__name__)

DTYPES = ("auto", "float32", "bfloat16", "float16")
QUANTIZATIONS = ("8bit", "4bit")
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
DESCRIPTIONS = (".json", ".jinja", ".model", ".txt", ".py")
"""Files beside the weights that change what a model does: configurations, template, tokenizer, code."""


class Checkpoint:
    """A folder with `config.json` and `*.safetensors`, or a hub id.

    Raises UsageError for a path that is neither and for an argument out of range; nothing is loaded.
    """

    def __init__(
        self,
        path: str,
        *,
        revision: str | None,
        dtype: str,
        device: str | None,
        device_map: str | Mapping[str, Any] | None,
        attn_implementation: str | None,
        quantization: str | None,
        trust_remote_code: bool,
    ) -> None:
        self._folder = local_folder(path)
        self._path = path
        self._revision = revision
        for name, value, known in (("dtype", dtype, DTYPES), ("quantization", quantization, (None, *QUANTIZATIONS))):
            if value not in known:
                raise UsageError(f"{name} is {value!r}; it must be one of {', '.join(filter(None, known))}")
        for name, value in (("revision", revision), ("attn_implementation", attn_implementation)):
            if not isinstance(value, str | None):
                raise UsageError(f"{name} is {value!r}; it must be text: put it in quotes, {name}='\"{value}\"'")
        if not isinstance(trust_remote_code, bool):
            raise UsageError(f"trust_remote_code is {trust_remote_code!r}; it must be true or false")
        if device is not None and device_map is not None:
            raise UsageError(f"device={device} and device_map={device_map} exclude each other; give one of them")
        if self._folder is not None and revision is not None:
            raise UsageError(f"revision={revision} goes with a hub id, but {path!r} is a folder; leave it out")
        if trust_remote_code:
            log.warning("trust_remote_code is on: Python code that comes with %s will run on this computer", path)
        self._device = device
        self._device_map = device_map
        self._chosen = {"dtype": dtype, "attn_implementation": attn_implementation, "quantization": quantization}
        self._trust = trust_remote_code
        self._sha: str | None = None
        self._processor: Any = None
        self.fallbacks: list[str] = []

    def identity(self) -> dict[str, Any]:
        """Content fingerprints of a folder's files, or the commit on the hub; never where it lies.

        Raises UsageError where the hub does not know the id or cannot be reached.
        """
        chosen = {name: value for name, value in self._chosen.items() if value is not None}
        if self._folder is None:
            return {"hub": self._path, "revision": self._commit(), **chosen}
        return {**folder_identity(self._folder), **chosen}

    def processor(self) -> Any:
        """The processor, loaded once. Without torchvision one that takes images only, and a warning that says so."""
        if self._processor is None:
            need_transformers()
            from transformers import AutoProcessor

            if find_spec("torchvision") is None:
                self._processor = self._loading("processor", self._processor_of_images)
                self.fallbacks.append("torchvision is not installed: frames go in as images")
                log.warning("torchvision is not installed: frames go in as images, not as a video with times")
            else:
                self._processor = self._loading(
                    "processor", lambda: AutoProcessor.from_pretrained(self._path, **self._options())
                )
        return self._processor

    def model(self) -> Any:
        """The model on its device, in evaluation mode, every weight of it read from the checkpoint."""
        need_transformers()
        return self._loading("model", self._model)

    def _model(self) -> Any:
        import torch
        from transformers import AutoModelForImageTextToText

        dtype = self._chosen["dtype"]
        options = {
            **self._options(),
            "dtype": "auto" if dtype == "auto" else getattr(torch, str(dtype)),
            "use_safetensors": True,
            "output_loading_info": True,
        }
        if self._chosen["attn_implementation"] is not None:
            options["attn_implementation"] = self._chosen["attn_implementation"]
        device = self._device or best_device()
        if self._chosen["quantization"] is not None:
            options["quantization_config"] = quantized(str(self._chosen["quantization"]))
            options["device_map"] = self._device_map or {"": device}
        elif self._device_map is not None:
            options["device_map"] = self._device_map
        if "device_map" in options and find_spec("accelerate") is None:
            raise MissingExtra("accelerate", extra="models", purpose="device_map")
        model, report = AutoModelForImageTextToText.from_pretrained(self._path, **options)
        refuse_partial(report)
        return model.eval() if "device_map" in options else model.to(device).eval()

    def _processor_of_images(self) -> Any:
        """The processor without its video part, which needs torchvision."""
        import transformers
        from transformers.models.auto.processing_auto import PROCESSOR_MAPPING

        config = transformers.AutoConfig.from_pretrained(self._path, **self._options())
        kind: Any = PROCESSOR_MAPPING.get(type(config), None)
        if kind is None or "video_processor" not in kind.get_attributes():
            return transformers.AutoProcessor.from_pretrained(self._path, **self._options())
        loaders = {"tokenizer": transformers.AutoTokenizer, "image_processor": transformers.AutoImageProcessor}
        parts = [
            loaders[name].from_pretrained(self._path, **self._options()) if name in loaders else None
            for name in kind.get_attributes()
        ]
        described, _ = kind.get_processor_dict(self._path, **self._options())
        return that_may_lack_parts(kind).from_args_and_dict(parts, described)

    def _options(self) -> dict[str, Any]:
        """Said to every loader. Hub files come from the commit that `identity` names."""
        options: dict[str, Any] = {"trust_remote_code": self._trust}
        return options if self._folder is not None else {**options, "revision": self._commit()}

    def _loading(self, what: str, load: Any) -> Any:
        """What `load` returns; anything it raises in one line. A hostile or foreign checkpoint fails in many ways."""
        try:
            return load()
        except (ModelError, UsageError, MissingExtra):
            raise
        except Exception as error:
            log.debug("where loading failed", exc_info=True)
            raise ModelError(f"cannot load the {what} of {self._path!r}: {one_line(error)}") from None

    def _commit(self) -> str:
        if self._sha is None:
            self._sha = hub_commit(self._path, self._revision)
        return self._sha


def that_may_lack_parts(kind: Any) -> Any:
    """The processor class, without the check (transformers 5.23) that none of its parts is missing."""

    def check(self: Any, name: str, part: Any) -> Any:
        return None if part is None else kind.check_argument_for_proper_class(self, name, part)

    return type(kind.__name__, (kind,), {"check_argument_for_proper_class": check})


def local_folder(path: str) -> Path | None:
    """The folder, or None for a hub id. Raises UsageError for what is neither and for what is no checkpoint."""
    if not isinstance(path, str) or not path:
        raise UsageError(f"path is {path!r}; it must be a folder or a hub id such as Qwen/Qwen3-VL-8B-Instruct")
    folder = Path(path)
    if not folder.exists():
        if HUB_ID.fullmatch(path) and ".." not in path:
            return None
        raise UsageError(f"there is no folder {path!r}, and it is no hub id such as Qwen/Qwen3-VL-8B-Instruct")
    if not (folder / "config.json").is_file():
        raise UsageError(
            f"{path!r} holds no config.json; path must be a checkpoint folder of transformers, or a hub id"
        )
    refuse_adapter(folder, path)
    if not any(folder.glob("*.safetensors")):
        raise UsageError(
            f"{path!r} holds no *.safetensors; other weight files may run code when they are opened and are refused: "
            "save the model with save_pretrained first"
        )
    return folder


def refuse_adapter(folder: Path, path: str) -> None:
    """Raises UsageError for an adapter: it names another checkpoint, whose weights transformers would load."""
    if (folder / "adapter_config.json").exists():
        raise UsageError(
            f"{path!r} holds an adapter; merge it into its model and save that: merge_and_unload() in peft"
        )


def folder_identity(folder: Path) -> dict[str, str]:
    """Digests of the weights' fingerprints and of those of the files that describe the model."""
    files = sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
    try:
        return {
            "weights": digest([file for file in files if file.suffix == ".safetensors"]),
            "config": digest([file for file in files if file.suffix in DESCRIPTIONS]),
        }
    except OSError as error:
        raise UsageError(f"{str(folder)!r} cannot be read: {error.strerror}") from None


def digest(files: list[Path]) -> str:
    listed = [(file.name, file_fingerprint(file)) for file in files]
    return hashlib.blake2b(repr(listed).encode(), digest_size=16).hexdigest()


def hub_commit(name: str, revision: str | None) -> str:
    """The commit a hub id stands for now; offline, the one in the cache. Fetches two small files.

    Raises UsageError for what is no checkpoint, or cannot be had.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        wanted = ["config.json", "adapter_config.json"]
        folder = Path(snapshot_download(name, revision=revision, allow_patterns=wanted))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise UsageError(f"{name!r} is no folder, and the hub does not give it: {one_line(error)}") from None
    refuse_adapter(folder, name)
    if not (folder / "config.json").is_file():
        raise UsageError(f"{name!r} on the hub holds no config.json; it is no checkpoint of transformers")
    return folder.name


def need_transformers() -> None:
    for package in ("torch", "transformers"):
        if find_spec(package) is None:
            raise MissingExtra(package, extra="models", purpose="--model hf")


def best_device() -> str:
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def quantized(bits: str) -> Any:
    if find_spec("bitsandbytes") is None:
        raise UsageError(f"quantization={bits} needs the package 'bitsandbytes': pip install bitsandbytes")
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(load_in_8bit=bits == "8bit", load_in_4bit=bits == "4bit")


def refuse_partial(report: Mapping[str, Any]) -> None:
    """Raises ModelError when weights were not in the checkpoint: transformers would go on with random ones."""
    missing = sorted(str(key) for key in report.get("missing_keys", ()))
    unfit = sorted(str(key[0] if isinstance(key, tuple) else key) for key in report.get("mismatched_keys", ()))
    for keys, trouble in ((missing, "lacks"), (unfit, "has other shapes for")):
        if keys:
            raise ModelError(
                f"the checkpoint {trouble} {len(keys)} weights of the model, such as {', '.join(keys[:3])}"
            )
