"""A server on this machine that speaks the hub's language, and holds the same two small files of every commit."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILES = {"config.json": b"{}", "model.safetensors": bytes(range(256)) * 40_000}


class Hub(BaseHTTPRequestHandler):
    """Answers as the hub does, and keeps what it was asked for."""

    asked: list[tuple[str, str | None]]

    def do_HEAD(self):
        self._answer(False)

    def do_GET(self):
        self._answer(True)

    def _answer(self, whole):
        self.asked.append((self.path, self.headers.get("Authorization")))
        name = self.path.rsplit("/", 1)[-1]
        if name not in FILES:
            self.send_error(404)
            return
        start = int((self.headers.get("Range") or "bytes=0-")[6:].split("-")[0])
        content = FILES[name][start:]
        self.send_response(206 if start else 200)
        self.send_header("ETag", f'"{name}"')
        self.send_header("X-Repo-Commit", self.path.split("/resolve/")[1].split("/")[0])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if whole:
            self.wfile.write(content)

    def log_message(self, *_):
        pass


@contextmanager
def serving() -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    """Its address, and what it was asked for: paths, and what was said of who asks."""
    handler = type("Handler", (Hub,), {"asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", handler.asked
        server.shutdown()
