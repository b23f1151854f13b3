"""A checkpoint, in a folder or on the hub: what it is without its weights, then model and processor."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mvbench.errors import MissingExtra, ModelError, UsageError
from mvbench.models.huggingface.batching import one_line
from mvbench.models.huggingface.folder import folder_identity, local_folder, refuse_adapter
from mvbench.models.huggingface.offline import offline
from mvbench.models.huggingface.without_torchvision import processor_of_images

log = logging.getLogger(__name__)

DTYPES = ("auto", "float32", "bfloat16", "float16")
QUANTIZATIONS = ("8bit", "4bit")
NOT_REACHED = ("couldn't connect to", "offline mode", "outgoing traffic has been disabled")
"""How the libraries say that they would have asked the hub."""


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

    @property
    def title(self) -> str:
        """What people call it: the hub id, or the folder's own name."""
        return self._path if self._folder is None else self._folder.resolve().name

    def identity(self) -> dict[str, Any]:
        """Digests of a folder's files, or the commit on the hub; never where it lies.

        `torchvision`, because pixels and media follow from whether it is installed: without it `send_as=auto` means
        images, and pictures are resized by other code. Raises UsageError where the hub does not know the id or cannot
        be reached.
        """
        chosen = {name: value for name, value in self._chosen.items() if value is not None}
        installed = {"torchvision": find_spec("torchvision") is not None}
        if self._folder is None:
            return {"hub": self._path, "revision": self._commit(), **chosen, **installed}
        return {**folder_identity(self._folder), **chosen, **installed}

    def processor(self) -> Any:
        """The processor, loaded once. Without torchvision one that takes images only, and a warning that says so."""
        if self._processor is None:
            from transformers import AutoProcessor

            if find_spec("torchvision") is None:
                self._processor = self._loading("processor", lambda: processor_of_images(self._path, self._options()))
                self.fallbacks.append("torchvision is not installed: frames go in as images")
                log.warning("torchvision is not installed: frames go in as images, not as a video with times")
            else:
                self._processor = self._loading(
                    "processor", lambda: AutoProcessor.from_pretrained(self._path, **self._options())
                )
        return self._processor

    def model(self) -> Any:
        """The model on its device, in evaluation mode, every weight of it read from the checkpoint."""
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

    def _options(self) -> dict[str, Any]:
        """Said to every loader. Hub files come from the commit that `identity` names, a folder's from the folder."""
        source = {"revision": self._commit()} if self._folder is None else {"local_files_only": True}
        return {"trust_remote_code": self._trust, **source}

    def _loading(self, what: str, load: Callable[[], Any]) -> Any:
        """What `load` returns; anything it raises in one line. A hostile or foreign checkpoint fails in many ways."""
        try:
            with nullcontext() if self._folder is None else offline():
                return load()
        except (ModelError, UsageError, MissingExtra):
            raise
        except Exception as error:
            log.debug("where loading failed", exc_info=True)
            trouble = one_line(error)
            if self._folder is not None and any(saying in trouble for saying in NOT_REACHED):
                trouble = "it names files outside of its folder, and nothing is fetched for a folder"
            raise ModelError(f"cannot load the {what} of {self._path!r}: {trouble}") from None

    def _commit(self) -> str:
        if self._sha is None:
            self._sha = hub_commit(self._path, self._revision)
        return self._sha


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
