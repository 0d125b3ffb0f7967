"""A Litestar application that only sends bytes kept in a folder: what the framework costs by itself.

python -m tests.bench.bare PORT FOLDER
"""

import sys
from pathlib import Path

import uvicorn
from litestar import Litestar, MediaType, get


def bare_app(folder: Path) -> Litestar:
    """One handler a file of the folder, at its name."""
    handlers = [_handler(file.name, file.read_bytes()) for file in sorted(folder.iterdir())]
    return Litestar([*handlers, _handler("healthz", b"ok")], openapi_config=None, logging_config=None)


def _handler(name: str, body: bytes):
    @get(f"/{name}", media_type=MediaType.HTML, name=name)
    async def send() -> bytes:
        return body

    return send


def main(port: str, folder: str) -> None:
    uvicorn.run(
        bare_app(Path(folder)),
        host="127.0.0.1",
        port=int(port),
        forwarded_allow_ips="127.0.0.1",
        access_log=False,
        server_header=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
