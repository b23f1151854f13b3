"""Loading takes hardly more memory than the weights: nothing is there twice, and what is not wanted is not read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from baselines.videochat2.sizes import Build
from tests.videochat2 import miniature

pytestmark = pytest.mark.slow

CHILD = """
import json, sys
from multiprocessing import get_context
from pathlib import Path
import torch
from baselines.videochat2.sizes import Build
from tests.videochat2 import miniature
from baselines.videochat2.checkpoint.loading import load
from tests.videochat2.test_memory import forget_peak, large, memory

torch.set_num_threads(1)
folder = Path(sys.argv[1])
load(folder / "small.pth", build=miniature.build(stage=1), bert=folder / "bert", dtype=torch.float32)  # imports it all

def grown(dtype):
    forget_peak()
    before = memory("VmRSS")
    loaded = load(folder / "large.pth", build=large(), bert=folder / "bert", dtype=getattr(torch, dtype))
    return memory("VmHWM") - before

# Each in a process of its own: the second load would grow into what the first has left to the allocator.
with get_context("fork").Pool(1, maxtasksperchild=1) as pool:
    print(json.dumps({dtype: pool.apply(grown, (dtype,)) for dtype in ("bfloat16", "float32")}))
"""


STATUS = Path("/proc/self/status")


def memory(kind: str) -> int:
    """Bytes this process has in memory: VmRSS now, VmHWM at most.

    Not `ru_maxrss`, which tells of the process that started this one where that had more.
    """
    (line,) = [line for line in STATUS.read_text().splitlines() if line.startswith(kind)]
    return int(line.split()[1]) * 1024


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def large() -> Build:
    """A stage-1 model of 200 MB."""
    small = miniature.build(stage=1)
    vision = replace(small.vision, width=768, blocks=1, heads=12)
    return replace(small, vision=vision, qformer=replace(small.qformer, width=768, layers=3, intermediate=3072))


@pytest.mark.skipif(not STATUS.exists(), reason="asks Linux for the memory in use")
def test_loading_takes_at_most_1_3_times_the_weights(tmp_path: Path) -> None:
    import torch

    from baselines.videochat2.checkpoint.filling import empty

    _, reader = miniature.tokenizers()
    reader.save_pretrained(tmp_path / "bert")
    torch.save(miniature.released(miniature.model(miniature.build(stage=1)), "llama"), tmp_path / "small.pth")
    state = {name: torch.ones(weight.shape) for name, weight in empty(large()).state_dict().items()}
    size = sum(value.numel() * value.element_size() for value in state.values())
    optimizer = {"state": {0: {"exp_avg": torch.ones(size // 8)}}}  # half as much again, for nothing
    torch.save({"model": state, "optimizer": optimizer, "epoch": 1}, tmp_path / "large.pth")
    del state, optimizer
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    grown = json.loads(done.stdout.splitlines()[-1])
    assert 180e6 < size < 250e6
    assert 0.8 * size < grown["float32"] < 1.3 * size, grown
    assert 0.4 * size < grown["bfloat16"] < 0.8 * size, grown
