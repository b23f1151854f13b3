"""What a page says of a run before any number: from `run.json`, whatever is in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from mvbench.exports import RunFacts
from mvbench.metrics import Summary
from mvbench.report.shortening import MOST_WORDS, in_a_word

ABOUT_JUDGES = {
    "parsed": "reads each reply for one clear choice; this harness's own rule and headline",
    "official": "the public notebook's rule, digit for digit; what published scores were made with",
    "official-hd": "the rule of the public HD notebook",
    "lmms": "the rule of lmms-eval",
    "vlmevalkit": "the rules of VLMEvalKit that need no language model",
}


def headline(run: Mapping[str, Any], summary: Summary, facts: RunFacts) -> dict[str, str]:
    """The heading's words by what they tell, in order; those that are unknown are left out."""
    frames = "frames not told" if facts.frames in ("unknown", "?") else f"{facts.frames} frames"
    words = {
        "data": summary.data_name,
        "frames": frames,
        "view": "" if facts.view in ("full", "?") else f"view {facts.view}",
        "protocol": f"protocol {facts.protocol}",
        "date": at(run, "started")[:10],
        "version": f"mvbench {version}" if (version := at(run, "versions", "mvbench")) else "",
        "import": f"replies of {tool}" if (tool := at(run, "import", "tool")) else "",
    }
    return {name: in_a_word(text) for name, text in words.items() if text}


def provenance(run: Mapping[str, Any]) -> dict[str, str]:
    """How the run was made, word by word: who answered, all that changes the result, with which code and where."""
    # An import tells its files once more, beside the tool that wrote them.
    elsewhere = {"tasks", "model_identity"} | ({"files"} if mapping(run, "import") else set())
    sources = {
        "model": {"name": at(run, "model", "name"), **mapping(run, "model", "identity")},
        "settings": {key: value for key, value in mapping(run, "fingerprint").items() if key not in elsewhere},
        "used": mapping(run, "used"),
        "data": mapping(run, "data"),
        "import": mapping(run, "import"),
        "versions": mapping(run, "versions"),
        "code": {"commit": at(run, "commit"), "started": at(run, "started")},
        "machine": mapping(run, "hardware"),
    }
    return {
        name if key == "name" else f"{name}: {key}".replace("_", " "): text
        for name, table in sources.items()
        for key, text in islice(flat(table), MOST_WORDS)
        if text not in ("", "null", "{}", "[]")
    }


def flat(table: Mapping[str, Any], under: str = "") -> Iterator[tuple[str, str]]:
    """Every value with its key, one level of tables opened."""
    for key, value in table.items():
        if isinstance(value, Mapping) and not under:
            yield from flat(value, f"{key} ")
        else:
            yield in_a_word(f"{under}{key}"), in_a_word(value)


def at(run: Mapping[str, Any], *path: str) -> str:
    """The text that lies there; empty where there is none."""
    value: Any = run
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""


def mapping(run: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    value: Any = run
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}
