"""Values derived from the one secret key: keyed hashes, links, passwords sent by mail, form tokens.

The mailed password is derived when its mail leaves, from a random seed in the outbox row and the secret key.
Retries carry the same one, the table holds only a bcrypt hash, and the seed is wiped once sent. Links work
the same way. Revisit when another system sends the mail.
"""

import hashlib
import hmac
import secrets
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

# No 0/O, 1/l/I, nor letters that a reader could take for one another.
UNAMBIGUOUS = "abcdefghjkmnpqrstuvwxyz23456789"
DONE_SECONDS = 60
NONCE = 12  # bytes


def fingerprint(token: str) -> str:
    """SHA-256 of a 256-bit random token, hexadecimal: what the table keeps of a cookie or of a link."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_token() -> str:
    """256 random bits, fit for a cookie."""
    return secrets.token_urlsafe(32)


class Keys:
    """Everything keyed by the portal's secret. Each purpose has a key of its own."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._keys: dict[str, bytes] = {}
        # The same for every page of a session.
        self._form_mac = lru_cache(maxsize=4096)(lambda binding: self._mac("form", binding)[:16])

    def _mac(self, purpose: str, value: str, algorithm: str = "sha256") -> bytes:
        key = self._keys.get(purpose)
        if key is None:
            key = self._keys[purpose] = hmac.digest(self._secret, purpose.encode(), "sha256")
        return hmac.digest(key, value.encode("utf-8", "surrogatepass"), algorithm)

    def declarant_key(self, code: str, number: str) -> str:
        """The stored form of a n° télédéclarant: 64 hexadecimal digits."""
        return self._mac("declarant", f"{code[:5]}:{number}").hex()

    def bucket(self, kind: str, value: str) -> str:
        """The name under which guesses are counted: neither address nor code can be read in it."""
        return f"{kind}:{self._mac('bucket', value).hex()[:40]}"

    def network_mark(self, network: str) -> str:
        """40 hexadecimal digits that tell a network again, without its address."""
        return self._mac("network", network).hex()[:40]

    def peppered(self, password: str) -> bytes:
        """64 bytes for bcrypt, which raises above 72: base64(HMAC-SHA-384)."""
        return b64encode(self._mac("password", password, "sha384"))

    def mailed_link(self, seed: str) -> str:
        """The token of a link sent by mail: 256 bits that only the seed and the secret key give."""
        return urlsafe_b64encode(self._mac("link", seed)).decode().rstrip("=")

    def mailed_password(self, seed: str) -> str:
        """A temporary password: 16 unambiguous characters (79 bits) in groups of 4."""
        return self._letters("temporary", seed, 16)

    def mailed_code(self, seed: str) -> str:
        """A code that signs, for an hour and a few guesses: 8 unambiguous characters (39 bits)."""
        return self._letters("code", seed, 8)

    def _letters(self, purpose: str, seed: str, count: int) -> str:
        """In groups of 4."""
        number = int.from_bytes(self._mac(purpose, seed, "sha384"), "big")
        letters = []
        for _ in range(count):
            number, index = divmod(number, len(UNAMBIGUOUS))
            letters.append(UNAMBIGUOUS[index])
        return "-".join("".join(letters[i : i + 4]) for i in range(0, count, 4))

    def sealed(self, content: bytes, about: str) -> bytes:
        """The bytes under AES-256-GCM, to be opened only by this portal and for the same `about`."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._cipher().encrypt(nonce, content, about.encode())

    def opened(self, sealed: bytes, about: str) -> bytes:
        """The bytes that were sealed; `cryptography`'s InvalidTag when it was not, or has changed."""
        return self._cipher().decrypt(sealed[:NONCE], sealed[NONCE:], about.encode())

    def _cipher(self) -> "AESGCM":
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - 5 MB, for few

        return AESGCM(self._mac("seal", "file"))

    def factor_seed(self, binding: str) -> str:
        """A seed for a second factor: the same for the same session, so that a GET need not keep it."""
        return self._mac("factor seed", binding).hex()

    def factor_secret(self, seed: str) -> bytes:
        """The secret that an application shares: only the seed and the secret key give it."""
        return self._mac("factor", seed)

    def recovery_hash(self, account_id: int, code: str) -> str:
        """The stored form of a code on paper, or in a mail."""
        return self._mac("recovery", f"{account_id}:{code}").hex()

    def challenge(self, binding: str) -> bytes:
        """The bytes that a passkey signs: of one step under way, whose row says that it is alive."""
        return self._mac("challenge", binding)

    def user_handle(self, account_id: int) -> bytes:
        """The name under which passkeys know an account: it tells nobody anything else."""
        return self._mac("user handle", str(account_id))

    def archive_mac(self, content: bytes) -> str:
        """The signature of a backup: 64 hexadecimal digits."""
        return self._mac("archive", hashlib.sha256(content).hexdigest()).hex()

    def is_archive_mac(self, content: bytes, value: bytes) -> bool:
        return hmac.compare_digest(self.archive_mac(content).encode(), value)

    def done_mark(self, binding: str, path: str, word: str, now: datetime) -> str:
        """The mark of an act in the address of the next page: its word, its instant in microseconds, and a
        code that ties both to this page of this sign-in.
        """
        at = f"{int(now.timestamp() * 1_000_000)}"
        return f"{word}.{at}.{self._done_code(binding, path, word, at)}"

    def done_by(self, binding: str, path: str, mark: str, now: datetime) -> str:
        """The word of a mark made for this page of this sign-in in the last minute, or ""."""
        word, _, rest = mark.partition(".")
        at, _, code = rest.partition(".")
        right = self._done_code(binding, path, word, at)
        if not hmac.compare_digest(right.encode(), code.encode("utf-8", "replace")):
            return ""
        age = now.timestamp() - int(at) / 1_000_000
        return word if age < DONE_SECONDS else ""

    def _done_code(self, binding: str, path: str, word: str, at: str) -> str:
        return urlsafe_b64encode(self._mac("done", f"{binding} {path} {word} {at}")[:12]).decode()

    def form_token(self, binding: str) -> str:
        """A form token for this session, flow or visitor, masked anew so that compression tells nothing of
        it.
        """
        mac = self._form_mac(binding)
        mask = secrets.token_bytes(16) if binding else bytes(16)
        return urlsafe_b64encode(mask + _xor(mac, mask)).decode().rstrip("=")

    def is_form_token(self, binding: str, token: str) -> bool:
        if len(token) != 43 or not token.isascii():
            return False
        try:
            raw = _decoded(token)
        except ValueError:
            return False
        # What is no letter of base64 is left out as it is read: the rest may be too short to be taken apart.
        if len(raw) != 32:
            return False
        return hmac.compare_digest(_xor(raw[16:], raw[:16]), self._form_mac(binding))


def _decoded(token: str) -> bytes:
    return urlsafe_b64decode(token + "=")


def _xor(left: bytes, right: bytes) -> bytes:
    return (int.from_bytes(left, "big") ^ int.from_bytes(right, "big")).to_bytes(len(left), "big")
