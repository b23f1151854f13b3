"""Zip archive -> files in a folder, all or none; what leads out of the folder or grows without end is refused."""

from __future__ import annotations

import errno
import lzma
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from mvbench.annotations import stays_inside
from mvbench.errors import DataError
from mvbench.folders import remove

MOST_MEMBERS = 1_000_000
MOST_TIMES_LARGER = 100
"""Videos and pictures hardly shrink when they are packed; deflate can make a thousand bytes of one."""

SMALL_BYTES = 2**20
"""Up to here it does not matter how well an archive is packed."""

BLOCK_BYTES = 2**20
ENCRYPTED = 0x1
DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, ValueError, OSError)
"""What reading damaged members raises; the OSError of bzip2 has no number, unlike the system's."""


def unpack(archive: Path, folder: Path, *, staging: Path, name: str, repair: bool = False) -> list[str]:
    """Put the members of a zip archive into `folder`; the path of each file of it in there.

    They are written to `staging`, and moved when all are there: whatever happens before leaves nothing in `folder`.
    What already lies there with the same content stays; with `repair`, for an archive that was unpacked there before,
    whatever lies there: it may have been changed since. Messages call the archive `name`.
    Raises DataError for an archive that is damaged, encrypted, does not fit on the disk, would write outside of
    `folder` or over something else, and OSError where the system refuses to write.
    """
    shutil.rmtree(staging, ignore_errors=True)
    with opened(archive, name) as content:
        members = checked(content.infolist(), name, archive_bytes=archive.stat().st_size)
        missing = [
            member
            for member in members
            if not (is_taken(folder / member.filename) if repair else lies_there(member, folder, name))
        ]
        check_room(sum(member.file_size for member in missing), staging.parent, name)
        try:
            staging.mkdir(parents=True)
            for member in missing:
                write_member(content, member, staging, name)
            folder.mkdir(parents=True, exist_ok=True)
            move_into(folder, staging)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return sorted(Path(member.filename).as_posix() for member in members)


@contextmanager
def opened(archive: Path, name: str) -> Iterator[zipfile.ZipFile]:
    """The archive for reading; whatever is wrong with its bytes, now or later, is a DataError."""
    try:
        with zipfile.ZipFile(archive) as content:
            yield content
    except DataError:
        raise
    except DAMAGED as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise DataError(f"{name} cannot be unpacked: {error}; tell those who publish it") from None


def checked(members: Sequence[zipfile.ZipInfo], name: str, *, archive_bytes: int) -> list[zipfile.ZipInfo]:
    """The files to write, without hidden names at the top: no clips, and where a data folder keeps its own things.

    Raises DataError naming the first member that must not be unpacked.
    """
    if len(members) > MOST_MEMBERS:
        raise DataError(f"{name} holds {len(members):,} members; more than {MOST_MEMBERS:,} are not unpacked")
    for member in members:
        if problem := problem_of(member):
            raise DataError(f"{name} holds {member.orig_filename!r}, {problem}; nothing of it was unpacked")
    total_bytes = sum(member.file_size for member in members)
    if total_bytes > max(SMALL_BYTES, MOST_TIMES_LARGER * archive_bytes):
        raise DataError(
            f"{name} has {in_words(archive_bytes)} and would become {in_words(total_bytes)}; "
            f"more than {MOST_TIMES_LARGER} times its size is not unpacked"
        )
    return [member for member in members if not member.is_dir() and not top_of(member).startswith(".")]


def top_of(member: zipfile.ZipInfo) -> str:
    return Path(member.filename).parts[0]


def problem_of(member: zipfile.ZipInfo) -> str | None:
    """Why a member is not to be written, or None."""
    # Python cuts a name at a NUL and turns backslashes on some systems: what the archive says is judged.
    if not stays_inside(member.orig_filename) or not (member.is_dir() or Path(member.filename).parts):
        return "which is no plain path below the folder"
    if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "which is a link or a device"
    if member.flag_bits & ENCRYPTED:
        return "which is encrypted"
    return None


def is_taken(path: Path) -> bool:
    """Whether anything lies there, be it a link that leads nowhere."""
    return path.exists() or path.is_symlink()


def lies_there(member: zipfile.ZipInfo, folder: Path, name: str) -> bool:
    """Whether a file with this name and content lies in the folder. Raises DataError when something else does."""
    path = folder / member.filename
    if not is_taken(path):
        return False
    if path.is_file() and path.stat().st_size == member.file_size and checksum(path) == member.CRC:
        return True
    raise DataError(f"{name} holds {member.filename!r}, but {str(path)!r} is something else; move that away first")


def checksum(path: Path) -> int:
    """The CRC-32 of a file, as zip archives keep it."""
    crc = 0
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            crc = zlib.crc32(block, crc)
    return crc


def check_room(needed_bytes: int, folder: Path, name: str) -> None:
    """Raises DataError when the file system of `folder` has less room."""
    free_bytes = shutil.disk_usage(folder).free
    if needed_bytes > free_bytes:
        raise DataError(
            f"{name} needs {in_words(needed_bytes)} to be unpacked, but {in_words(free_bytes)} are free "
            f"in {str(folder)!r}; make room and run the same command again"
        )


def write_member(content: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, name: str) -> None:
    """Write a member below `folder`, counting what comes out. Raises DataError for one that lies about its size."""
    path = folder / member.filename
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("xb")
    except (FileExistsError, NotADirectoryError):
        raise DataError(f"{name} holds {member.filename!r} twice; nothing of it was unpacked") from None
    written_bytes = 0
    with stream, content.open(member) as source:
        while block := source.read(BLOCK_BYTES):
            written_bytes += len(block)
            if written_bytes > member.file_size:
                break
            stream.write(block)
    if written_bytes != member.file_size:
        raise DataError(f"{name}: {member.filename!r} has not the {member.file_size:,} bytes it claims")


def move_into(folder: Path, staging: Path) -> None:
    """Move what lies in `staging`: each top-level folder at once, or, where there is one already, into it."""
    for entry in sorted(staging.iterdir()):
        place = folder / entry.name
        if entry.is_dir() and place.is_dir():
            move_into(place, entry)
        else:
            move(entry, place)


def move(entry: Path, place: Path) -> None:
    """Rename a file or a folder, or copy it where a link has led to another disk; it is in its place whole or not."""
    try:
        entry.rename(place)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        part = place.with_name(f".{place.name}.part")
        remove(part)  # what a kill left there
        try:
            if entry.is_dir():
                shutil.copytree(entry, part)
            else:
                shutil.copyfile(entry, part)
            part.rename(place)
        except BaseException:
            remove(part)
            raise
        remove(entry)


def in_words(num_bytes: int) -> str:
    """A number of bytes for people.

    >>> in_words(17_300_000_000)
    '17.3GB'
    """
    return str(tqdm.format_sizeof(num_bytes, "B"))
