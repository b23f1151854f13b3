"""The folder of a source -> where a video of it may lie, and the orbits that the video is a part of."""

from __future__ import annotations

from collections.abc import Sequence

from qa_gen.orbits import Orbit, read_orbits
from qa_gen.sources.folder import SourceFolder


class Videos:
    """Paths are below the folder that the user named, be the source's own root further down."""

    def __init__(self, files: SourceFolder) -> None:
        """Once the root of the folder is settled. Raises DataError for orbits that cannot be read."""
        self._root = files.root
        self._orbits = read_orbits(files.path, root=files.root)

    def orbits(self, video: str, *, record: str | None = None) -> tuple[Orbit, ...]:
        """The parts in orbits of a video, or of one of the source's questions about it, as `OrbitTable.of` has them."""
        return self._orbits.of(video, record=record)

    def locations(self, name: str, ways: Sequence[str], orbits: Sequence[Orbit]) -> tuple[str, ...]:
        """Where a video may lie, likeliest first: where an orbit says, then the usual ways from the root on.

        With the root further down, also the usual ways from the folder on that the user named.
        """
        usual = [way.replace("{}", name) for way in ways]
        return tuple(
            dict.fromkeys([*(orbit.video for orbit in orbits), *(self._root + path for path in usual), *usual])
        )
