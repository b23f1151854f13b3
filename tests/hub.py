"""A loopback stand-in of the hub: one data set at one commit, and the faults a test asks for."""

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from mvbench.tasks import public_tasks
from tests.data_folder import item

REPO = "OpenGVLab/MVBench"
COMMIT = "230a2d4fac8900333c61754641c7a13e069ac9c6"


@dataclass
class Seen:
    """A request for the bytes of a file, and how many of them were sent."""

    path: str
    start: int = 0
    sent: int = 0


@dataclass
class Hub:
    """What the hub has, what it is told to do wrong, and what it was asked.

    `refuse`: the HTTP status (and X-Error-Code) that every request whose path contains the key gets, so many times.
    `cut_after`: for a file, after how many bytes its next transfers break off. `hold_after`: likewise, but the
    connection stays open and silent until `release` is set. `lies`: what is listed in place of a file's true facts.
    `tokens`: the Authorization that came with the last request for each path.
    """

    files: dict[str, bytes]
    url: str = ""
    refuse: dict[str, tuple[int, str | None, int]] = field(default_factory=dict)
    cut_after: dict[str, list[int]] = field(default_factory=dict)
    hold_after: dict[str, int] = field(default_factory=dict)
    lies: dict[str, dict[str, Any]] = field(default_factory=dict)
    ranges: bool = True
    release: threading.Event = field(default_factory=threading.Event)
    requests: list[str] = field(default_factory=list)
    tokens: dict[str, str | None] = field(default_factory=dict)
    transfers: list[Seen] = field(default_factory=list)

    def sibling(self, path: str) -> dict[str, Any]:
        """A file as the hub describes it: archives are kept in Git LFS, the others in Git."""
        content = self.files[path]
        facts: dict[str, Any] = {"rfilename": path, "size": len(content), "blobId": blob_id(content)}
        if path.endswith(".zip"):
            facts["lfs"] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "pointerSize": 134}
        return facts | self.lies.get(path, {})

    def tree(self) -> list[dict[str, Any]]:
        rows = []
        for path in self.files:
            facts = self.sibling(path)
            row = {"type": "file", "path": path, "size": facts["size"], "oid": facts["blobId"]}
            if "lfs" in facts:
                row["lfs"] = facts["lfs"] | {"oid": facts["lfs"]["sha256"]}
            rows.append(row)
        return rows

    def etag(self, path: str) -> str:
        facts = self.sibling(path)
        return facts["lfs"]["sha256"] if "lfs" in facts else facts["blobId"]


class Handler(BaseHTTPRequestHandler):
    """Answers as the hub does: facts as JSON, `resolve` with the commit and the hash in headers, large files elsewhere.

    What is kept in LFS is sent by another host, to which `resolve` redirects.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    hub: Hub

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def answer(self) -> None:
        address = urlsplit(self.path)
        path, query = unquote(address.path), parse_qs(address.query)
        self.hub.requests.append(f"{self.command} {path}")
        self.hub.tokens[path] = self.headers.get("Authorization")
        for part, (status, code, times) in self.hub.refuse.items():
            if part in path and times:
                self.hub.refuse[part] = (status, code, times - 1)
                return self.reply(status, b"{}", {"X-Error-Code": code} if code else {"Retry-After": "0"})
        base, resolve = f"/api/datasets/{REPO}", f"/datasets/{REPO}/resolve/"
        if path in {f"{base}/revision/{name}" for name in ("main", COMMIT)}:
            facts = {"id": REPO, "sha": COMMIT, "siblings": [self.hub.sibling(name) for name in self.hub.files]}
            return self.reply(200, json.dumps(facts if "blobs" in query else {**facts, "siblings": []}).encode())
        if path.startswith(f"{base}/revision/"):
            return self.reply(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
        if path == f"{base}/tree/{COMMIT}":
            return self.reply(200, json.dumps(self.hub.tree()).encode())
        if path.startswith((f"{resolve}{COMMIT}/", "/blobs/")):
            name = path.removeprefix(f"{resolve}{COMMIT}/").removeprefix("/blobs/")
            if name in self.hub.files:
                return self.resolve(name, redirect=name.endswith(".zip") and path.startswith(resolve))
        return self.reply(404, b"{}", {"X-Error-Code": "RepoNotFound" if "/api/" in path else "EntryNotFound"})

    def resolve(self, name: str, *, redirect: bool) -> None:
        headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{self.hub.etag(name)}"', "Accept-Ranges": "bytes"}
        content = self.hub.files[name]
        if redirect:
            headers |= {
                "Location": f"{self.hub.url.replace('127.0.0.1', 'localhost')}/blobs/{name}",
                "X-Linked-Etag": headers["ETag"],
                "X-Linked-Size": str(len(content)),
            }
            return self.reply(302, b"", headers)
        start = 0
        if self.hub.ranges and (wanted := self.headers.get("Range")):
            start = int(wanted.removeprefix("bytes=").split("-")[0])
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        return self.reply(206 if "Content-Range" in headers else 200, content[start:], headers, transfer=(name, start))

    def reply(
        self,
        status: int,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        transfer: tuple[str, int] | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.send(body, transfer)

    def send(self, body: bytes, transfer: tuple[str, int] | None) -> None:
        seen = Seen(*transfer) if transfer else Seen("")
        if transfer:
            self.hub.transfers.append(seen)
        cuts = self.hub.cut_after.get(seen.path)
        end = cuts.pop(0) if cuts else self.hub.hold_after.get(seen.path, len(body))
        try:
            self.wfile.write(body[:end])
            self.wfile.flush()
            seen.sent = min(end, len(body))
            if end < len(body) and seen.path in self.hub.hold_after:
                self.hub.release.wait(60)
        except OSError:
            pass
        if end < len(body):
            self.close_connection = True


class Server(ThreadingHTTPServer):
    """Clients that are killed, or hang up, are what it is there for."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


def blob_id(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@contextmanager
def serving(files: Mapping[str, bytes]) -> Iterator[Hub]:
    """The hub at a free port of this machine, until the block ends."""
    hub = Hub(dict(files))
    server = Server(("127.0.0.1", 0), type("BoundHandler", (Handler,), {"hub": hub}))
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        hub.release.set()
        server.shutdown()
        server.server_close()
        thread.join()


def packed(members: Mapping[str, bytes]) -> bytes:
    """A zip archive, stored as the public ones' videos hardly shrink."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 6, 13, 0, 0, 0)), content)
    return stream.getvalue()


def public_files(clip_bytes: int = 40) -> dict[str, bytes]:
    """The layout of the public set, two questions a task: annotations, an archive per source, replacements, no NTU."""
    files = {".gitattributes": b"*.zip filter=lfs", "README.md": b"# MVBench", "assert/task.png": b"picture"}
    archives: dict[str, dict[str, bytes]] = {}
    for task in public_tasks():
        items = [item(number, video=f"{task.abbreviation}{number}.mp4") for number in range(2)]
        files[f"json/{task.json}"] = json.dumps(items).encode()
        for row in items:
            place = f"{task.folder}/{row['video']}"
            moved = row["video"] == "OE1.mp4"
            members = archives.setdefault("data0613" if moved else task.folder.split("/")[0], {})
            leaf = "/00001.jpg" if task.media == "frames" else ""
            members[f"data0613/{place}" if moved else place + leaf] = hashlib.sha256(place.encode()).digest() * (
                clip_bytes // 32
            )
    del archives["nturgbd"]
    files["video/MVBench_videos_ntu.txt"] = b"FP0.mp4\nFP1.mp4\n"
    return files | {f"video/{name}.zip": packed(members) for name, members in archives.items()}
