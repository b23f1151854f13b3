"""Where things made or fetched once are kept for every later command."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from hashlib import blake2b
from pathlib import Path

from mvbench.errors import UsageError


def cache_folder() -> Path:
    """The folder `MVBENCH_CACHE_DIR` names, else the user's own cache folder. It need not exist yet."""
    if named := os.environ.get("MVBENCH_CACHE_DIR"):
        return Path(named).expanduser().absolute()
    from platformdirs import user_cache_path

    return user_cache_path("mvbench")


def made_once(name: str, write: Callable[[Path], None]) -> Path:
    """The data folder `name` in the cache, made on first use by `write`, which leaves a `manifest.json` in it.

    Any number of processes may ask at once, and one that is killed leaves nothing that another takes for finished.
    Raises UsageError when the cache folder cannot be written.
    """
    from filelock import FileLock

    done = cache_folder() / "datasets" / name
    try:
        if not is_finished(done):
            done.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{done}.lock"):
                if not is_finished(done):
                    make(done, write)
    except OSError as error:
        raise UsageError(
            f"the data set {name} cannot be written ({error}); set MVBENCH_CACHE_DIR to a folder with room for it"
        ) from error
    return done


def is_finished(path: Path) -> bool:
    return (path / "manifest.json").is_file()


def make(path: Path, write: Callable[[Path], None]) -> None:
    """Make the data folder at `path`, which appears in one piece or not at all. One maker at a time."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    for remains in (unfinished, path):
        if remains.exists():
            shutil.rmtree(remains)
    write(unfinished)
    unfinished.rename(path)


def hash_of_sources(files: Iterable[Path], *, version: str = "") -> str:
    """Eight hex digits over the sources of what is made: whatever changes them makes it anew."""
    digest = blake2b(version.encode(), digest_size=4)
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.hexdigest()
