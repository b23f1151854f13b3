"""Without torchvision no video processor can be built: frames go in as images, and one line says so."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.hf import tiny

pytestmark = pytest.mark.slow

Checkpoint = Callable[[str], Path]

ASK = """
import json, logging, sys
sys.modules["torchvision"] = None
logging.basicConfig(format="%(name)s: %(message)s")
from mvbench.models.huggingface import HuggingFace
from mvbench.types import Generation
from tests.hf.asking import request
for path in sys.argv[1:]:
    model = HuggingFace(generation=Generation(max_new_tokens=2), path=path, device="cpu")
    replies = model.answer([request(0), request(1)])
    used = model.used()
    installed = model.identity()["torchvision"]
    print(json.dumps([[reply.error for reply in replies], used["frames_as"], used["fallbacks"], installed]))
"""

FAMILIES = [family for family in tiny.FAMILIES if family != "smolvlm" or find_spec("num2words")]


def test_frames_go_in_as_images_and_a_line_says_so(checkpoint: Checkpoint) -> None:
    paths = [str(checkpoint(family)) for family in FAMILIES]
    done = subprocess.run([sys.executable, "-c", ASK, *paths], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    answers = dict(zip(FAMILIES, map(json.loads, done.stdout.splitlines()), strict=True))
    for family, (errors, media, fallbacks, installed) in answers.items():
        assert errors == [None, None], (family, errors)
        assert media == "images"
        assert installed is False, "the same command with torchvision is another run"
        assert fallbacks == ["torchvision is not installed: frames go in as images"]
    assert done.stderr.count("torchvision is not installed") == len(FAMILIES)
