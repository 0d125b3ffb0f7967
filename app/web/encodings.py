"""The compression that a browser accepts, brotli first.

Litestar’s own compresses each answer anew, with brotli 5: over 456 pages of the demo (8 024 bytes each on
average) 172 µs for 2 356 bytes, against 74 µs for 2 665 here. A public page, compressed once at 11, is 2 143
bytes and costs nothing more.
"""

import gzip
from functools import lru_cache

import brotli

# Below, the headers of a compressed answer cost what it saves.
WORTH_COMPRESSING = 400


@lru_cache(maxsize=256)
def accepted_encoding(header: str) -> str:
    """ "br", "gzip" or "" for as it is, from an Accept-Encoding header."""
    accepted = set()
    for part in header.lower().split(","):
        name, _, quality = part.partition(";")
        if quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}:
            accepted.add(name.strip())
    return next((name for name in ("br", "gzip") if name in accepted), "")


def compressed(body: bytes, header: str, *, once: bool = False) -> tuple[bytes, str]:
    """The body as this Accept-Encoding wants it, and the encoding's name.

    `once`: it is compressed once and sent many times, so the slowest level is the cheapest. A page of its
    reader's own is at brotli 2: over 31 private pages 54 µs for 3 360 bytes, against 72 for 3 306 at 3, 113
    for 3 123 at 4, and 37 for 3 628 at 0.
    """
    encoding = accepted_encoding(header) if len(body) >= WORTH_COMPRESSING else ""
    if encoding == "br":
        return brotli.compress(body, quality=11 if once else 2), encoding
    if encoding == "gzip":
        return gzip.compress(body, 9 if once else 6, mtime=0), encoding
    return body, ""
