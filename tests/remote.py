"""A web server on the loopback interface, whose answers a test decides."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

RULES = frozenset({"/robots.txt", "/.well-known/tdmrep.json"})


@dataclass
class Request:
    """What was asked."""

    path: str
    headers: Mapping[str, str]


@dataclass
class Page:
    """What is answered: `write` takes the place of `body` where the bytes must be odd."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    write: Callable[[BaseHTTPRequestHandler], None] | None = None


Answers = Callable[[Request], Page]


@dataclass
class Remote:
    """A server: its address, its pages by path, and what was asked so far."""

    url: str
    pages: dict[str, Page | Answers] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    rules_asked: list[Request] = field(default_factory=list)
    """The requests for what polite clients read first, apart."""

    def put(self, path: str, body: bytes | str = b"", status: int = 200, **headers: str) -> str:
        """Answer a path; `content_type="text/html"` is a header. Return the address."""
        content = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = Page(content, status, named)
        return self.url + path


@contextmanager
def serving() -> Iterator[Remote]:
    """Serve while the block lasts."""
    remote = Remote("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            request = Request(self.path, {k.lower(): v for k, v in self.headers.items()})
            (remote.rules_asked if self.path in RULES else remote.asked).append(request)
            found = remote.pages.get(self.path) or remote.pages.get(self.path.partition("?")[0])
            page = found(request) if callable(found) else found or Page(status=404)
            if page.write is not None:
                page.write(self)
                return
            self.send_response(page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(page.body)))
            self.end_headers()
            self.wfile.write(page.body)

        def log_message(self, *_told: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    remote.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield remote
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
