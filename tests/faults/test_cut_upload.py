"""A sender who leaves in the middle of a file, over a socket, against the real server."""

import asyncio
import contextlib
import socket

import pytest
import structlog
import uvicorn

from db.models import Document
from tests.documents.steps import NEW, form_of
from tests.reading import rows

HEAD = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nCookie: session={session}\r\n"
    "Content-Type: {kind}\r\nContent-Length: 900000\r\n\r\n"
)
KINDS = {"multipart": "multipart/form-data; boundary=b", "form": "application/x-www-form-urlencoded"}


@pytest.fixture
async def served(app):
    """uvicorn, as `portail serve` runs it, on a port of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve([listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield listening.getsockname()
        server.should_exit = True
        await serving


@pytest.fixture
def told_lines():
    with structlog.testing.capture_logs() as lines:
        yield lines


async def until(lines, event):
    async with asyncio.timeout(20):
        while not (found := [each for each in lines if each["event"] == event]):
            await asyncio.sleep(0.02)
    return found


@pytest.mark.parametrize("kind", KINDS)
async def test_a_cut_upload_is_one_line_and_no_fault_of_ours(alice, portal, served, told_lines, kind):
    fields = await form_of(alice)
    told_lines.clear()
    parts = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    body = parts + '--b\r\nContent-Disposition: form-data; name="fichier"; filename="a.pdf"\r\n\r\n%PDF-1.7'
    session = alice.cookies.get("session", domain="127.0.0.1")
    _, writer = await asyncio.open_connection(*served)
    writer.write((HEAD.format(path=NEW, session=session, kind=KINDS[kind]) + body).encode())
    await writer.drain()
    await asyncio.sleep(0.3)
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    (line,) = await until(told_lines, "client_closed")
    assert (line["method"], line["log_level"]) == ("POST", "info")
    assert line["route"] == "/espace/{code}/documents/depot"
    assert told_lines == [line]
    assert not await rows(portal, Document, Document.file_name == "a.pdf")
    assert (await alice.get(NEW)).status_code == 200


async def test_a_whole_upload_to_a_sender_who_left_afterwards_is_an_answer_like_another(
    alice, served, told_lines
):
    await form_of(alice)
    told_lines.clear()
    session = alice.cookies.get("session", domain="127.0.0.1")
    head = HEAD.format(path=NEW, session=session, kind=KINDS["form"]).replace("900000", "3")
    reader, writer = await asyncio.open_connection(*served)
    writer.write(head.encode() + b"a=1")
    await writer.drain()
    assert (await reader.readline()).startswith(b"HTTP/1.1 4")
    writer.close()
    (line,) = await until(told_lines, "request")
    assert line["status"] in {415, 422}
