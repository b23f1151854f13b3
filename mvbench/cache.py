"""Where things made or fetched once are kept for every later command."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """The folder `MVBENCH_CACHE_DIR` names, else the user's own cache folder. It need not exist yet."""
    if named := os.environ.get("MVBENCH_CACHE_DIR"):
        return Path(named).expanduser().absolute()
    from platformdirs import user_cache_path

    return user_cache_path("mvbench")
