"""A source's folder as a user downloads it -> its files, be they plain, gzipped or inside a zip archive."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from mvbench.annotations import stays_inside
from mvbench.archives import DAMAGED, in_words, problem_of
from mvbench.errors import DataError
from qa_gen.sources.patterns import ANYWHERE, ends_with, fits, is_file, last_parts, listing, lying, parts_of

LARGEST_FILE_BYTES = 16 * 2**30
"""Of one file, unpacked; the largest annotation file of the eleven sources has a few GiB."""

LARGEST_VALUE_BYTES = 16 * 2**20
"""Of what is held in memory at once: an element of a streamed list, a line. Those of the sources have some hundred KiB;
lists of empty objects take thirty times as much when they are parsed."""

LARGEST_DOCUMENT_BYTES = 8 * 2**20
"""Of a file that is read whole, which only annotations of one video are."""

BLOCK_BYTES = 2**18
OPEN_ARCHIVES = 16
GZIP_MAGIC = b"\x1f\x8b"


class SourceFile:
    """One file of a source. `name` is where it lies below the source's folder; an archive counts as a folder.

    `packed` says that it lies in an archive, so that there is no path to it.
    """

    def __init__(self, name: str, open_raw: Callable[[], BinaryIO], *, packed: bool = False) -> None:
        self.name = name
        self.packed = packed
        self._open_raw = open_raw

    def __repr__(self) -> str:
        return f"SourceFile({self.name!r})"

    def open(self) -> BinaryIO:
        """Its bytes, unpacked where they are gzipped, whatever the name says: browsers unpack some downloads.

        Opening and reading raise DataError for damaged bytes, reading also for more than LARGEST_FILE_BYTES.
        """
        with naming(self.name):
            raw = self._open_raw()
            try:
                zipped = cast(io.BufferedReader, raw).peek(2)[:2] == GZIP_MAGIC
            except BaseException:
                raw.close()
                raise
        plain = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if zipped else raw
        return cast(BinaryIO, io.BufferedReader(Unpacked(self.name, raw, plain), BLOCK_BYTES))

    def bytes(self) -> bytes:
        """All of it. Raises DataError for damaged bytes and for more than LARGEST_DOCUMENT_BYTES."""
        with self.open() as stream:
            content = stream.read(LARGEST_DOCUMENT_BYTES + 1)
        if len(content) > LARGEST_DOCUMENT_BYTES:
            raise DataError(f"{self.name} holds more than {in_words(LARGEST_DOCUMENT_BYTES)}, too much for its kind")
        return content


class Unpacked(io.RawIOBase):
    """The plain bytes of a file; whatever is wrong with them is a DataError that names it."""

    def __init__(self, name: str, raw: BinaryIO, plain: BinaryIO) -> None:
        self._name = name
        self._raw = raw
        self._plain = plain
        self._num_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with naming(self._name):
            content = self._plain.read(len(buffer))
        self._num_bytes += len(content)
        if self._num_bytes > LARGEST_FILE_BYTES:
            raise DataError(f"{self._name} holds more than {in_words(LARGEST_FILE_BYTES)} when it is unpacked")
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        if not self.closed:
            self._plain.close()
            self._raw.close()
        super().close()


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Whatever is wrong with the bytes of a file is a DataError that names it."""
    try:
        yield
    except DataError:
        raise
    except (*DAMAGED, struct.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DataError(f"{name} cannot be read ({' '.join(reason.split())}); get it anew") from None


class SourceFolder:
    """The folder of one source. Links that lie in it are followed; zip archives are read in place.

    The names asked for are relative paths; `*` in one stands for any part of a file's or a folder's name that does not
    begin with a dot, and `**/` in front of it for any folder below. A member of an archive is found by the last parts
    of its path, so it does not matter which folder was packed.

    What a user downloads often lies one folder further down. `root` says where: it is what comes before the paths of
    the source, either nothing or a path that ends with a slash.
    """

    def __init__(self, path: Path) -> None:
        """Raises DataError for what is no folder."""
        if not path.is_dir():
            raise DataError(f"{str(path)!r} is no folder; name the folder that holds the source's files")
        self.path = path
        self.root = ""
        self._settled = False
        self._archives: OrderedDict[str, Archive] = OrderedDict()
        self._archive_names: dict[str, list[str]] = {}
        self._unreadable: dict[str, str] = {}

    def find(self, *names: str) -> SourceFile | None:
        """The first file there is, first at the root, then in the folder that the user named.

        Each name is looked for as it lies, with `.gz` appended, and in other cases of its letters; only when none of
        all is there, in archives, of which those that cannot be opened are passed over. Raises ValueError for a name
        that leads out of the folder, DataError for a member of an archive that would.
        """
        return self._first(names, self._tops())[1]

    def settle(self, *names: str) -> SourceFile | None:
        """As `find`, and one folder down as well. Where the first file that was settled lies, there the root is."""
        inner = [f"{name}/" for name in listing(self.path, folders=True) if fits(name, "*") and stays_inside(name)]
        root, found = self._first(names, list(dict.fromkeys((*self._tops(), *inner))))
        if found is not None and not self._settled:
            self.root, self._settled = root, True
        return found

    def require(self, *names: str) -> SourceFile:
        """As `settle`; raises DataError naming what was looked for when there is none of it."""
        found = self.settle(*names)
        if found is None:
            wanted = " or ".join(names)
            problems = "".join(f"; {problem}" for problem in self._unreadable.values())
            raise DataError(
                f"{str(self.path)!r} holds no {wanted}, nor does a folder in it "
                f"(nor that as .gz, nor in a .zip beside it){problems}"
            )
        return found

    def all(self, pattern: str) -> Iterator[SourceFile]:
        """Every file that fits, by name: those that lie at the root or in the folder, then the members of each archive.

        Of copies the first counts: a file that lies there hides a member of the same name, as far as the pattern tells
        names apart, and so does a member of an archive those of later ones. Archives that cannot be opened are passed
        over.
        """
        length = len(parts_of(pattern))
        seen: set[tuple[str, ...]] = set()
        paths: dict[str, None] = {}
        for top in ("",) if pattern.startswith(ANYWHERE) else self._tops():
            paths.update(dict.fromkeys(f"{top}{path}" for path in sorted(lying(self.path / top, pattern))))
        for path in paths:
            seen.add(last_parts(path, length))
            yield self._plain(path)
        for archive_name in (name for top in self._tops() for name in self._zips(top)):
            members = self._members(archive_name, pattern)
            shown = [member for member in members if last_parts(member, length) not in seen]
            seen.update(last_parts(member, length) for member in shown)
            for member in shown:
                yield self._member(archive_name, member)

    def _tops(self) -> tuple[str, ...]:
        return (self.root, "") if self.root else ("",)

    def _first(self, names: Sequence[str], tops: Sequence[str]) -> tuple[str, SourceFile | None]:
        """The first file of these names, and the root that this makes."""
        patterns = [(f"{name}{suffix}", top) for name in names for top in tops for suffix in ("", ".gz")]
        for look in (self._lying, self._packed):
            for any_case in (False, True):
                for pattern, top in patterns:
                    for root, file in look(pattern, top, any_case=any_case):
                        return root, file
        return "", None

    def _lying(self, pattern: str, top: str, *, any_case: bool) -> Iterator[tuple[str, SourceFile]]:
        if pattern.startswith(ANYWHERE) and top not in self._tops():
            return  # it is below another top, and looked for there
        length = len(parts_of(pattern))
        for path in lying(self.path / top, pattern, any_case=any_case):
            above = path.split("/")[:-length]
            root = f"{top}{''.join(f'{part}/' for part in above)}"
            if not root or stays_inside(root):
                yield root, self._plain(f"{top}{path}")

    def _packed(self, pattern: str, top: str, *, any_case: bool) -> Iterator[tuple[str, SourceFile]]:
        for archive_name in self._zips(top):
            for member in self._members(archive_name, pattern, any_case=any_case):
                yield top, self._member(archive_name, member)

    def _plain(self, path: str) -> SourceFile:
        return SourceFile(path, lambda: (self.path / path).open("rb"))

    def _member(self, archive_name: str, member: str) -> SourceFile:
        return SourceFile(f"{archive_name}/{member}", lambda: self._archive(archive_name).open(member), packed=True)

    def _zips(self, top: str) -> list[str]:
        if top not in self._archive_names:
            names = (f"{top}{name}" for name in listing(self.path / top) if name.lower().endswith(".zip"))
            self._archive_names[top] = [name for name in names if is_file(self.path / name)]
        return self._archive_names[top]

    def _members(self, archive_name: str, pattern: str, *, any_case: bool = False) -> list[str]:
        """Names of an archive's members that fit; none where it cannot be opened, which is kept in mind."""
        if archive_name in self._unreadable:
            return []
        try:
            archive = self._archive(archive_name)
        except DataError as error:
            self._unreadable[archive_name] = str(error)
            return []
        return archive.matching(pattern, any_case=any_case)

    def _archive(self, name: str) -> Archive:
        """An archive, open; of many the one that was used least recently is closed."""
        if name in self._archives:
            self._archives.move_to_end(name)
            return self._archives[name]
        if len(self._archives) == OPEN_ARCHIVES:
            self._archives.popitem(last=False)[1].close()
        self._archives[name] = Archive(self.path / name, name)
        return self._archives[name]


class Archive:
    """A zip archive, its members found by the last parts of their paths."""

    def __init__(self, path: Path, name: str) -> None:
        self._name = name
        with naming(name):
            self._content = zipfile.ZipFile(path)
        # Of several members with one name the last counts, as it would when they are unpacked.
        self._members = {info.filename: info for info in self._content.infolist() if not info.filename.endswith("/")}
        self._by_last: dict[str, list[str]] = defaultdict(list)
        for member in sorted(self._members):
            self._by_last[member.rpartition("/")[2]].append(member)

    def close(self) -> None:
        self._content.close()

    def matching(self, pattern: str, *, any_case: bool = False) -> list[str]:
        """Names of the members that fit, sorted. Raises DataError for one that is a link, encrypted, or leads out."""
        parts = parts_of(pattern)
        if "*" in parts[-1] or any_case:
            lasts = [last for last in self._by_last if fits(last, parts[-1], any_case=any_case)]
        else:
            lasts = [parts[-1]] if parts[-1] in self._by_last else []
        members = sorted(member for last in lasts for member in self._by_last[last])
        members = [member for member in members if ends_with(member.split("/"), parts, any_case=any_case)]
        for member in members:
            if problem := problem_of(self._members[member]):
                raise DataError(f"{self._name} holds {self._members[member].orig_filename[:100]!r}, {problem}")
        return members

    def open(self, member: str) -> BinaryIO:
        return cast(BinaryIO, self._content.open(self._members[member]))
