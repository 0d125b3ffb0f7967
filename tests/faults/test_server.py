"""What uvicorn answers by itself, and whom it leaves: over real sockets."""

import asyncio
import socket
from contextlib import asynccontextmanager
from io import BytesIO
from zipfile import ZipFile

import pytest
import uvicorn

from app.web import server
from app.web.edge import HEADERS, HSTS, NO_STORE

HOST = b"host: 127.0.0.1\r\n"


@asynccontextmanager
async def served(app, settings):
    listening = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(
        uvicorn.Config(app, **server.options(settings) | {"timeout_graceful_shutdown": 1})
    )
    task = asyncio.create_task(running.serve([listening]))
    while not running.started:
        await asyncio.sleep(0.01)
    try:
        yield listening.getsockname()[1]
    finally:
        running.should_exit = True
        await task


@pytest.fixture
async def port(app, settings):
    async with served(app, settings) as number:
        yield number


async def said(port, *pieces):
    """Everything that comes back until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 60)
    writer.close()
    return answer


def headers_in(answer):
    head = answer.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    return {tuple(line.lower().split(b": ", 1)) for line in head}


def carries_ours(answer):
    return {(name, value.lower()) for name, value in (*HEADERS, NO_STORE)} <= headers_in(answer)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n" + HOST + b"\r\n",
        b"HELLO / HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET / HTTP/1.1\r\nhost 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"content-length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\nabc",
        b"POST / HTTP/1.1\r\n" + HOST + b"transfer-encoding: chunked\r\n\r\nzz\r\n",
        b"CONNECT elsewhere:443 HTTP/1.1\r\n" + HOST + b"\r\n",
        b"OPTIONS * HTTP/1.1\r\n" + HOST + b"connection: close\r\n\r\n",
        b"TRACE / HTTP/1.1\r\n" + HOST + b"connection: close\r\n\r\n",
        b"PROPFIND / HTTP/1.1\r\n" + HOST + b"connection: close\r\n\r\n",
        b"GET /\xc3\xa9 HTTP/1.1\r\n" + HOST + b"connection: close\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET /nowhere HTTP/1.1\r\n" + HOST + b"connection: upgrade, close\r\nupgrade: websocket\r\n\r\n",
    ],
    ids=lambda sent: repr(sent[:30]),
)
async def test_every_answer_carries_our_headers_or_none_is_given(port, sent):
    answer = await said(port, sent)
    assert not answer or carries_ours(answer), answer[:600]
    assert b"Invalid HTTP" not in answer
    assert b"uvicorn" not in answer


async def test_an_archive_has_no_marks_of_its_pieces_for_a_reader_who_knows_none(port, alice):
    """w3m, who comes without nginx, would save the size of each piece in the file."""
    asked = b"GET /espace/00010/factures/archive/2026 HTTP/1.0\r\n" + HOST
    asked += b"cookie: session=%s\r\n" % alice.cookies["session"].encode()
    answer = await said(port, asked + b"\r\n")
    body = answer.partition(b"\r\n\r\n")[2]
    assert (b"content-length", b"%d" % len(body)) in headers_in(answer)
    assert ZipFile(BytesIO(body)).testzip() is None
    through_nginx = await said(port, asked + b"x-forwarded-for: 192.0.2.1\r\n\r\n")
    assert (b"transfer-encoding", b"chunked") in headers_in(through_nginx)


async def test_what_is_not_http_is_told_so_once_and_left(port):
    answer = await said(port, b"HELLO / HTTP/1.1\r\n" + HOST + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert "n’est pas du HTTP lisible".encode() in answer
    assert (b"connection", b"close") in headers_in(answer)


async def test_on_https_it_says_so_too(app, settings):
    secure = settings.model_copy(update={"base_url": "https://portail.example"})
    async with served(app, secure) as port:
        answer = await said(port, b"HELLO / HTTP/1.1\r\n\r\n")
    assert (HSTS[0], HSTS[1].lower()) in headers_in(answer)


async def test_what_follows_a_request_never_stands_in_its_answer(port):
    """The first one is being answered when the second turns out not to be HTTP."""
    answer = await said(port, b"GET / HTTP/1.1\r\n" + HOST + b"\r\nHELLO / HTTP/1.1\r\n\r\n")
    assert answer.count(b"HTTP/1.1 ") <= 1


@pytest.mark.parametrize(
    "pieces",
    [
        (),
        (b"GET / HT",),
        (b"GET / HTTP/1.1\r\n", b"x-a: 1\r\n"),
        (b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n",),
        (b"POST /connexion HTTP/1.1\r\n" + HOST + b"content-length: 500\r\n\r\nemail=",),
    ],
    ids=["nothing", "half a line", "half a head", "a request, then nothing", "half a body"],
)
async def test_who_says_nothing_more_is_left(app, settings, monkeypatch, pieces):
    monkeypatch.setattr(server, "SILENCE", 0.2)
    async with served(app, settings) as port:
        await said(port, *pieces)


async def test_who_speaks_slowly_is_heard(app, settings, monkeypatch):
    monkeypatch.setattr(server, "SILENCE", 2)
    async with served(app, settings) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = (
            b"content-type: application/x-www-form-urlencoded\r\ncontent-length: 6\r\nconnection: close\r\n"
        )
        writer.write(b"POST /connexion HTTP/1.1\r\n" + HOST + head + b"\r\n")
        for letter in b"email=":
            writer.write(bytes([letter]))
            await writer.drain()
            await asyncio.sleep(0.5)
        assert (await reader.read()).startswith(b"HTTP/1.1 ")
        writer.close()


@pytest.mark.parametrize("path", [b"/connexion", b"/espace/00010/salaries/modification", b"/nulle-part"])
async def test_who_sends_too_much_hears_why_after_the_last_byte(port, path):
    """As nginx does: HTTP/1.0, and a sending that goes on whatever is answered."""
    head = b"POST " + path + b" HTTP/1.0\r\n" + HOST + b"content-length: 8000000\r\n"
    head += b"content-type: multipart/form-data; boundary=limite\r\n\r\n"
    answer = await said(port, head, *(b"0" * 100_000 for _ in range(80)))
    assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4"))
    assert b"<html lang=" in answer
