import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.types import Message

from app import uploads
from app.uploads import TooLargeError, Uploads
from tests import loop

FORM = (
    b'--b\r\nContent-Disposition: form-data; name="files"; filename="my voice.WAV"\r\n\r\nsound\r\n'
    b'--b\r\nContent-Disposition: form-data; name="files"; filename="../../x.sh"\r\n\r\nother\r\n--b--\r\n'
)


def request(*pieces: bytes, **headers: str) -> Request:
    """One that sends its body in pieces."""

    async def messages() -> AsyncIterator[Message]:
        for piece in pieces:
            yield {"type": "http.request", "body": piece, "more_body": True}
        yield {"type": "http.request", "body": b"", "more_body": False}

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "headers": raw}, messages().__anext__)


def form(body: bytes = FORM) -> Request:
    return request(body, content_type="multipart/form-data; boundary=b")


async def received(asked: Request, folder: Path, name: str = "voice.wav") -> tuple[bytes, str]:
    async with uploads.body(asked, folder, name) as path:
        return path.read_bytes(), path.suffix


def test_a_body_is_a_file_for_as_long_as_it_is_used(tmp_path: Path) -> None:
    assert loop.run(received(request(b"so", b"und"), tmp_path)) == (b"sound", ".wav")
    assert loop.run(received(request(b"x"), tmp_path, "../../x.sh")) == (b"x", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("asked", [request(b"1234", b"5678"), request(b"", content_length="9")])
def test_beyond_the_limit_nothing_is_kept(asked: Request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_UPLOAD", 7)
    with pytest.raises(TooLargeError, match="larger than 200 MB"):
        loop.run(received(asked, tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_files_of_a_form_have_names_of_their_own_and_are_gone_once_used(tmp_path: Path) -> None:
    sent = Uploads(tmp_path / "sent")
    paths = [Path(path) for path in loop.run(sent.add(form())) + loop.run(sent.add(form()))]
    assert len({*paths, *sent.folder.iterdir()}) == 4
    assert [path.suffix for path in paths] == [".wav", "", ".wav", ""]
    with sent.taken({"path": str(paths[0]), "orig_name": "my voice.wav"}) as (path, name):
        assert (path.read_bytes(), name) == (b"sound", "my voice.wav")
    with pytest.raises(ZeroDivisionError), sent.taken({"path": str(paths[1])}):
        raise ZeroDivisionError
    assert {*sent.folder.iterdir()} == {*paths[2:]}


def test_what_nobody_asks_about_is_deleted_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "KEPT_S", 0.0)
    sent = Uploads(tmp_path)

    async def send() -> None:
        assert len(await sent.add(form())) == 2
        await asyncio.sleep(0.05)

    loop.run(send())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("told", [None, "x", 3, [], {}, {"path": None}, {"path": "{}/secret"}, {"path": "/etc/passwd"}])
def test_no_other_file_is_ever_taken(told: object, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("kept")
    if isinstance(told, dict) and told:
        told = {"path": str(told["path"]).format(tmp_path)}
    with pytest.raises(ValueError, match="has not arrived"), Uploads(tmp_path).taken(told):
        pass
    assert secret.exists()
