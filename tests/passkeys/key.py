"""A passkey in software: it makes a pair of keys and signs what browsers give it (ES256, no attestation)."""

import hashlib
import html
import json
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

SITE = "http://localhost:8000"
PRESENT, VERIFIED, SYNCABLE, SYNCED, HAS_KEY = 0x01, 0x04, 0x08, 0x10, 0x40
USUAL = PRESENT | VERIFIED
OPTIONS = re.compile(r'data-options="([^"]*)"')


def text64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def bytes64(words: str) -> bytes:
    return urlsafe_b64decode(words + "=" * (-len(words) % 4))


def options_on(page) -> dict:
    """The options that a page gives to its script."""
    (found,) = OPTIONS.findall(page.text)
    return json.loads(html.unescape(found))


class SoftKey:
    """`count`: of its signatures, 0 for ever when it is `synced`, as those of password managers."""

    def __init__(self, *, origin: str = SITE, flags: int = USUAL, synced: bool = False) -> None:
        self.origin, self.synced = origin, synced
        self.flags = flags | (SYNCABLE | SYNCED if synced else 0)
        self.pair = ec.generate_private_key(ec.SECP256R1())
        self.number = secrets.token_bytes(32)
        self.handle, self.site, self.count = b"", "", 0

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _data(self, flags: int, more: bytes = b"") -> bytes:
        site = hashlib.sha256(self.site.encode()).digest()
        return site + bytes([flags]) + self.count.to_bytes(4, "big") + more

    def _answer(self, **response: bytes | None) -> str:
        number = text64(self.number)
        given = {name: text64(each) for name, each in response.items() if each is not None}
        named = {"id": number, "rawId": number, "type": "public-key"}
        return json.dumps(named | {"response": given, "clientExtensionResults": {}})

    def made(self, options: dict) -> str:
        """The answer to the options of a new key."""
        self.site, self.handle = options["rp"]["id"], bytes64(options["user"]["id"])
        point = self.pair.public_key().public_numbers()
        x, y = (each.to_bytes(32, "big") for each in (point.x, point.y))
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        more = bytes(16) + len(self.number).to_bytes(2, "big") + self.number + public
        data = self._data(self.flags | HAS_KEY, more)
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            clientDataJSON=self._client("webauthn.create", options["challenge"]), attestationObject=attested
        )

    def signed(self, options: dict, *, handle: bytes | None = None, count: int | None = None) -> str:
        """The answer to the options of a signature."""
        self.count = count if count is not None else 0 if self.synced else self.count + 1
        client, data = self._client("webauthn.get", options["challenge"]), self._data(self.flags)
        signature = self.pair.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=client, authenticatorData=data, signature=signature,
            userHandle=self.handle if handle is None else handle,
        )  # fmt: skip
