"""Files of a source are found plain, gzipped and in archives, and none of them leads out of the folder."""

import gzip
import os
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvbench.errors import DataError
from qa_gen.sources import folder
from qa_gen.sources.folder import SourceFile, SourceFolder
from qa_gen.sources.patterns import safe_path


def write(path: Path, files: Mapping[str, bytes]) -> SourceFolder:
    """A folder of such files; a name that holds `.zip/` is that of a member."""
    for name, content in files.items():
        archive, inside, member = name.partition(".zip/")
        place = path / (f"{archive}.zip" if inside else name)
        place.parent.mkdir(parents=True, exist_ok=True)
        if inside:
            with zipfile.ZipFile(place, "a", zipfile.ZIP_DEFLATED) as content_of:
                content_of.writestr(member, content)
        else:
            place.write_bytes(content)
    return SourceFolder(path)


def found(file: SourceFile | None) -> tuple[str, bytes] | None:
    return file and (file.name, file.bytes())


@pytest.mark.parametrize(
    ("files", "names", "expected"),
    [
        ({"a.json": b"1"}, ["a.json"], ("a.json", b"1")),
        ({"a.json.gz": gzip.compress(b"1")}, ["a.json"], ("a.json.gz", b"1")),
        ({"a.json": gzip.compress(b"1")}, ["a.json"], ("a.json", b"1")),
        ({"a.json.gz": b"1"}, ["a.json.gz"], ("a.json.gz", b"1")),
        ({"x.zip/deep/er/a.json": b"1"}, ["a.json"], ("x.zip/deep/er/a.json", b"1")),
        ({"x.zip/deep/er/a.json": b"1"}, ["er/a.json"], ("x.zip/deep/er/a.json", b"1")),
        ({"x.zip/deep/er/a.json": b"1"}, ["r/a.json"], None),
        ({"x.zip/a.json.gz": gzip.compress(b"1")}, ["a.json"], ("x.zip/a.json.gz", b"1")),
        ({"x.zip/ba.json": b"1"}, ["a.json"], None),
        ({"a.json": b"1", "a.json.gz": b"2", "x.zip/a.json": b"3"}, ["a.json"], ("a.json", b"1")),
        ({"b.json": b"1", "x.zip/a.json": b"3"}, ["a.json", "b.json"], ("b.json", b"1")),
        ({"A.JSON": b"1"}, ["a.json"], ("A.JSON", b"1")),
        ({"A.Json": b"1", "a.JSON": b"2", "x.zip/a.json": b"3"}, ["a.json"], ("A.Json", b"1")),
        ({"A.JSON": b"1", "b.json": b"2"}, ["a.json", "b.json"], ("b.json", b"2")),
        ({"A.JSON.GZ": gzip.compress(b"1")}, ["a.json"], ("A.JSON.GZ", b"1")),
        ({"DEEP/A.JSON": b"1"}, ["deep/a.json"], ("DEEP/A.JSON", b"1")),
        ({"Deep/A.JSON": b"1"}, ["**/a.json"], ("Deep/A.JSON", b"1")),
        ({"X.ZIP/Er/A.JSON": b"1"}, ["er/a.json"], None),
        ({"x.zip/Er/A.JSON": b"1"}, ["er/a.json"], ("x.zip/Er/A.JSON", b"1")),
        ({".a.JSON": b"1"}, ["*.json"], None),
        ({"y.zip/a.json": b"1", "x.zip/a.json": b"2"}, ["a.json"], ("x.zip/a.json", b"2")),
        ({"x.zip/b/a.json": b"1", "x.zip/a/a.json": b"2"}, ["a.json"], ("x.zip/a/a.json", b"2")),
        ({"deep/a.json": b"1"}, ["a.json"], None),
        ({"deep/a.json": b"1"}, ["*/a.json"], ("deep/a.json", b"1")),
        ({"deep/er/a.json": b"1"}, ["**/a.json"], ("deep/er/a.json", b"1")),
        ({"a.json": b"1"}, ["**/a.json"], ("a.json", b"1")),
        ({"deep/.zip/a.json": b"1"}, ["**/a.json"], None),
        ({"a.json/b": b"1"}, ["a.json"], None),
        ({"a[1].json": b"1"}, ["a[1].json"], ("a[1].json", b"1")),
        ({"a1.json": b"1"}, ["a[1].json", "a?.json"], None),
        ({"x.zip/__MACOSX/._a.json": b"2", "x.zip/a.json": b"1"}, ["*.json"], ("x.zip/a.json", b"1")),
        ({}, ["a" * 300, "a/" * 2000 + "b"], None),
    ],
)
def test_find_looks_in_order_and_says_where(
    tmp_path: Path, files: dict[str, bytes], names: list[str], expected: tuple[str, bytes] | None
):
    assert found(write(tmp_path, files).find(*names)) == expected


def test_require_names_what_is_missing(tmp_path: Path):
    with pytest.raises(
        DataError,
        match=r"holds no a\.json or b\.json, nor does a folder in it \(nor that as \.gz, nor in a \.zip beside it\)",
    ):
        SourceFolder(tmp_path).require("a.json", "b.json")


@pytest.mark.parametrize("name", ["no", "file"])
def test_a_folder_that_is_none_is_said(tmp_path: Path, name: str):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="is no folder"):
        SourceFolder(tmp_path / name)


def test_all_yields_every_file_once_sorted_and_prefers_what_is_unpacked(tmp_path: Path):
    source = write(
        tmp_path,
        {
            "b/2.json": b"",
            "a/3.json": b"",
            "a/1.txt": b"",
            "x.zip/whole/a/3.json": b"copy",
            "x.zip/whole/c/4.json": b"",
            "x.zip/other/c/4.json": b"",
            "y.zip/c/4.json": b"copy",
            "y.zip/c/5.json": b"",
        },
    )
    names = ["a/3.json", "b/2.json", "x.zip/other/c/4.json", "x.zip/whole/c/4.json", "y.zip/c/5.json"]
    assert [file.name for file in source.all("*/*.json")] == names
    assert [file.name for file in source.all("**/*.json")] == names


def test_of_two_members_with_one_name_the_last_counts(tmp_path: Path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        source = write(tmp_path, {"x.zip/a.json": b"first"})
        with zipfile.ZipFile(tmp_path / "x.zip", "a") as archive:
            archive.writestr("a.json", b"second")
    assert [found(file) for file in source.all("a.json")] == [("x.zip/a.json", b"second")]


def test_archives_are_opened_once_and_few_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(folder, "OPEN_ARCHIVES", 2)
    source = write(tmp_path, {f"{name}.zip/{name}.json": name.encode() for name in "abcde"})
    files = {name: source.require(f"{name}.json") for name in "abcde"}
    with files["a"].open() as still_open:
        assert [files[name].bytes() for name in "bcdea"] == [b"b", b"c", b"d", b"e", b"a"]
        assert still_open.read() == b"a"
    opened = []
    monkeypatch.setattr(zipfile.ZipFile, "_RealGetContents", opened.append)
    assert files["a"].bytes() == b"a"
    assert opened == []


@pytest.mark.parametrize(
    "name", ["../a.json", "/etc/passwd", "a/../../b", "..", "a\\b", "a\0b", "C:/a", "./C:/a", "", ".", "a\nb"]
)
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str):
    with pytest.raises(ValueError, match="path is "):
        safe_path(name)
    with pytest.raises(ValueError, match="path is "):
        SourceFolder(tmp_path).find(name)
    with pytest.raises(ValueError, match="path is "):
        list(SourceFolder(tmp_path).all(name))


@given(text=st.text(st.sampled_from("ab./\\:\0"), max_size=12))
def test_a_safe_path_stays_below_any_folder(text: str):
    try:
        path = safe_path(text)
    except ValueError:
        return
    assert os.path.normpath(f"/top/{path}") == f"/top/{path}"
    assert safe_path(path) == path


def test_links_of_the_user_are_followed_and_circles_are_left(tmp_path: Path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.json").write_bytes(b"1")
    source = tmp_path / "source"
    source.mkdir()
    (source / "inner").symlink_to(tmp_path / "elsewhere")
    (source / "around").symlink_to(source)
    (source / "self").symlink_to(source / "self")
    (source / "gone.json").symlink_to(source / "nowhere")
    (tmp_path / "elsewhere" / "up").symlink_to(tmp_path)
    found = [file.name for file in SourceFolder(source).all("**/*.json")]
    assert found == ["inner/a.json"]
    assert SourceFolder(source).find("self", "gone.json", "self/a.json") is None


def test_pipes_and_folders_are_no_files(tmp_path: Path):
    os.mkfifo(tmp_path / "a.json")
    (tmp_path / "b.json").mkdir()
    (tmp_path / "c.zip").mkdir()
    source = SourceFolder(tmp_path)
    assert source.find("a.json", "b.json") is None
    assert list(source.all("*.json")) == []


def member(name: str, *, mode: int = 0, flag_bits: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    info.flag_bits |= flag_bits
    return info


@pytest.mark.parametrize(
    ("info", "problem"),
    [
        (member("../../a.json"), "no plain path"),
        (member("/a.json"), "no plain path"),
        (member("b\\..\\x/a.json"), "no plain path"),
        (member("a.json", mode=stat.S_IFLNK | 0o777), "a link or a device"),
    ],
)
def test_a_member_that_is_no_plain_file_is_refused_when_it_is_asked_for(
    tmp_path: Path, info: zipfile.ZipInfo, problem: str
):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(info, b"1")
        archive.writestr("b.json", b"2")
    source = SourceFolder(tmp_path)
    assert source.require("b.json").bytes() == b"2"
    with pytest.raises(DataError, match=problem) as error:
        source.find("a.json")
    assert str(error.value).isprintable()


def test_an_encrypted_member_is_refused(tmp_path: Path):
    write(tmp_path, {"x.zip/a.json": b"1"})
    archive = tmp_path / "x.zip"
    content = bytearray(archive.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(content)
    with pytest.raises(DataError, match="which is encrypted"):
        SourceFolder(tmp_path).find("a.json")


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive at all"])
def test_an_archive_that_is_none_is_said(tmp_path: Path, content: bytes):
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(DataError, match=r"holds no a\.json.* beside it\); x\.zip cannot be read \(") as error:
        SourceFolder(tmp_path).require("a.json")
    assert str(error.value).isprintable()


def test_an_archive_that_cannot_be_opened_costs_only_what_it_holds(tmp_path: Path):
    source = write(tmp_path, {"a.json": b"1", "y.zip/b.json": b"2", "y.zip/c/d.json": b"3"})
    (tmp_path / "video_train.zip").write_bytes(b"PK\3\4" + b"x" * 1000)
    assert source.require("a.json").bytes() == b"1"
    assert found(source.find("b.json")) == ("y.zip/b.json", b"2")
    assert source.find("e.json") is None
    assert [file.name for file in source.all("**/*.json")] == ["a.json", "y.zip/b.json", "y.zip/c/d.json"]


def test_what_lies_there_is_taken_before_any_archive_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    source = write(tmp_path, {"x.zip/a.json": b"1", "x.zip/b.json": b"2", "b.json": b"3", "C.JSON": b"4"})
    monkeypatch.delattr(folder, "Archive")
    assert found(source.find("a.json", "b.json")) == ("b.json", b"3")
    assert found(source.settle("c.json")) == ("C.JSON", b"4")


@pytest.mark.parametrize(
    ("files", "name", "root", "lies"),
    [
        ({"a.json": b"", "in/a.json": b""}, "a.json", "", "a.json"),
        ({"in/a.json": b"", "on/a.json": b""}, "a.json", "in/", "in/a.json"),
        ({"in/A.JSON.gz": b""}, "a.json", "in/", "in/A.JSON.gz"),
        ({"in/b/a.json": b""}, "b/a.json", "in/", "in/b/a.json"),
        ({"in/b/a.json": b""}, "*/a.json", "in/", "in/b/a.json"),
        ({"b/a.json": b""}, "*/a.json", "", "b/a.json"),
        ({"in/on/b/a.json": b""}, "**/b/a.json", "in/on/", "in/on/b/a.json"),
        ({"in/x.zip/deep/a.json": b""}, "a.json", "in/", "in/x.zip/deep/a.json"),
        ({"x.zip/deep/a.json": b""}, "a.json", "", "x.zip/deep/a.json"),
        ({"in[*]/a.json": b"", "in[b]/b.json": b""}, "a.json", "in[*]/", "in[*]/a.json"),
    ],
)
def test_the_root_is_where_the_first_settled_file_lies(
    tmp_path: Path, files: dict[str, bytes], name: str, root: str, lies: str
):
    source = write(tmp_path, files)
    assert source.root == ""
    file = source.settle(name)
    assert file is not None
    assert (source.root, file.name) == (root, lies)


@pytest.mark.parametrize(
    ("files", "name"),
    [({"in/on/a.json": b""}, "a.json"), ({".in/a.json": b""}, "a.json"), ({"a\\b/a.json": b""}, "a.json")],
)
def test_two_folders_down_or_in_one_of_no_plain_name_there_is_no_root(
    tmp_path: Path, files: dict[str, bytes], name: str
):
    source = write(tmp_path, files)
    assert source.settle(name) is None
    assert source.root == ""


def test_files_beside_the_settled_one_are_found_first_and_others_after_them(tmp_path: Path):
    source = write(
        tmp_path,
        {
            "in/a.json": b"", "in/b.json": b"inner", "b.json": b"outer", "c.json": b"outer", "on/d.json": b"",
            "in/x.zip/e.json": b"packed", "in/f/1.txt": b"", "f/2.txt": b"", "y.zip/f/1.txt": b"",
            "in/z.zip/f/3.txt": b"",
        },
    )  # fmt: skip
    assert source.find("e.json") is None
    source.require("a.json")
    assert found(source.find("b.json")) == ("in/b.json", b"inner")
    assert found(source.find("c.json")) == ("c.json", b"outer")
    assert source.find("d.json") is None
    assert found(source.find("e.json")) == ("in/x.zip/e.json", b"packed")
    names = ["in/f/1.txt", "f/2.txt", "in/z.zip/f/3.txt"]
    assert [file.name for file in source.all("f/*.txt")] == names
    assert [file.name for file in source.all("**/*.txt")] == [names[1], names[0], names[2]]
    source.require("d.json")
    assert source.root == "in/"


def test_a_gzipped_file_cut_short_is_said(tmp_path: Path):
    whole = gzip.compress(os.urandom(1000))
    for length in (3, 15, 500, len(whole) - 1):
        (tmp_path / "a.json.gz").write_bytes(whole[:length])
        with pytest.raises(DataError, match=r"a\.json\.gz cannot be read \("):
            SourceFolder(tmp_path).require("a.json").bytes()


@pytest.mark.parametrize("name", ["a.json", "x.zip/a.json", "x.zip/a.json.gz"])
def test_a_file_that_grows_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.setattr(folder, "LARGEST_FILE_BYTES", 10**6)
    content = bytes(3 * 10**6)
    source = write(tmp_path, {name: gzip.compress(content) if name.endswith(".gz") else content})
    with (
        source.require("a.json").open() as stream,
        pytest.raises(DataError, match=r"a\.json(\.gz)? holds more than 1.00MB when it is unpacked"),
    ):
        while stream.read(2**16):
            pass


def test_a_file_that_is_gone_meanwhile_is_said(tmp_path: Path):
    file = write(tmp_path, {"a.json": b"1"}).require("a.json")
    (tmp_path / "a.json").unlink()
    with pytest.raises(DataError, match=r"a\.json cannot be read \(No such file or directory\)"):
        file.bytes()


def test_a_member_without_a_name_is_passed_over(tmp_path: Path):
    write(tmp_path, {"x.zip/a.json": b"1", "x.zip/b.json": b"2"})
    content = bytearray((tmp_path / "x.zip").read_bytes())
    content[content.index(b"a.json", content.index(b"PK\x01\x02"))] = 0
    (tmp_path / "x.zip").write_bytes(content)
    assert [file.name for file in SourceFolder(tmp_path).all("*.json")] == ["x.zip/b.json"]


@given(position=st.integers(0, 10_000), value=st.integers(0, 255), length=st.integers(0, 10_000))
def test_a_damaged_archive_is_read_or_said(
    tmp_path_factory: pytest.TempPathFactory, position: int, value: int, length: int
):
    path = tmp_path_factory.mktemp("damaged")
    write(path, {"x.zip/in/a.json": b"some text " * 9, "x.zip/in/b.json": gzip.compress(os.urandom(50))})
    content = bytearray((path / "x.zip").read_bytes())
    content[position % len(content)] = value
    (path / "x.zip").write_bytes(content[: max(50, len(content) - length // 50)])
    try:
        for file in SourceFolder(path).all("*.json"):
            file.bytes()
    except DataError as error:
        assert "\n" not in str(error)
