"""What to download for a released model, where it goes, how big it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mvbench.errors import suggestion

BYTES = 4
"""The released files hold float32."""


@dataclass(frozen=True, slots=True)
class Release:
    """A released checkpoint, and the language model it goes with. `numbers`: how many are in its file."""

    file: str
    address: str
    numbers: int
    llm: str
    llm_gigabytes: float


HUB = "huggingface.co"
RELEASES: Mapping[str, Release] = MappingProxyType(
    {
        "videochat2": Release(
            "videochat2_7b_stage3.pth",
            "pjlab-gvm-data.oss-cn-shanghai.aliyuncs.com/videochat2/videochat2_7b_stage3.pth",
            484_215_040,
            "Vicuna-7B v0 (lmsys/vicuna-7b-delta-v0 applied to LLaMA-7B)",
            13.5,
        ),
        "videochat2-mistral": Release(
            "videochat2_mistral_7b_stage3.pth",
            f"{HUB}/OpenGVLab/VideoChat2_stage3_Mistral_7B",
            518_344_960,
            "mistralai/Mistral-7B-Instruct-v0.2",
            14.5,
        ),
        "videochat2-phi3": Release(
            "the .pth file",
            f"{HUB}/OpenGVLab/VideoChat2_stage3_Phi3",
            484_512_000,
            "microsoft/Phi-3-mini-128k-instruct",
            7.6,
        ),
        "videochat2-hd": Release(
            "videochat2_hd_mistral_7b_stage4.pth",
            f"{HUB}/OpenGVLab/VideoChat2_HD_stage4_Mistral_7B",
            518_344_960,
            "mistralai/Mistral-7B-Instruct-v0.2",
            14.5,
        ),
    }
)
"""Source: OpenGVLab/Ask-Anything, video_chat2/README.md; its notebooks name the files."""

WHERE: Mapping[str, str] = MappingProxyType(
    {
        "llm": "That is " + "; ".join(f"for {name} {release.llm}" for name, release in RELEASES.items()),
        "bert": "That is google-bert/bert-base-uncased: vocab.txt (0.2 MB) is enough",
    }
)


def needed(name: str) -> str:
    """One line for a model without its checkpoint; of a name unknown here, what is near it."""
    if name not in RELEASES:
        return f"no checkpoint of {name!r} was ever released{suggestion(name, RELEASES)}"
    release = RELEASES[name]
    return (
        f"{name} needs checkpoint= ({release.file}, {release.numbers * BYTES / 1e9:.1f} GB, from {release.address}), "
        f"llm= (the folder of {release.llm}, {release.llm_gigabytes} GB) and bert= (a folder with vocab.txt of "
        f"google-bert/bert-base-uncased, 0.2 MB): give them with --model-args, or in mvbench.toml under "
        f"[models.{name}]; a model of your own needs no download: mvbench build videochat2 --size tiny --out DIR"
    )
