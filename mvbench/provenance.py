"""Which code and which machine made a run."""

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("mvbench", "numpy", "av", "pillow", "decord", "torch", "transformers", "tokenizers", "peft", "openai")


def versions() -> dict[str, str]:
    """Python's version and that of every installed package that can change a number."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def commit() -> str | None:
    """The commit of the source that runs, with `+changes` where the tree differs; None outside a checkout."""
    folder = Path(__file__).parent
    try:
        head = git(folder, "rev-parse", "HEAD")
        # Another project's repository around an installed package says nothing about our code.
        if git(folder, "ls-files", "--error-unmatch", Path(__file__).name) is None or head is None:
            return None
        return head + ("+changes" if git(folder, "status", "--porcelain", "--untracked-files=no", ".") else "")
    except (OSError, subprocess.TimeoutExpired):
        return None


def git(folder: Path, *words: str) -> str | None:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, timeout=10, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def hardware() -> dict[str, str | int | None]:
    return {
        "platform": platform.platform(),
        "machine": platform.machine(),
        "processor": processor(),
        "cores": usable_cores(),
    }


def usable_cores() -> int:
    """Cores this process may run on, which a container or a scheduler may have cut down."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
