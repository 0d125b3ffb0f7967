"""A platform's flow service by XP Z12-013, annexe A, version 1.3: send a flow, find it, follow what is new.

Its answers are a stranger's: bounded in size and time, read into types, and their words are cut and cleared
of our secrets before anybody keeps them. Revisit when a platform notifies by webhook: it is asked instead.
"""

import hashlib
import json
import time
import uuid
from collections.abc import AsyncIterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from app.settings import Settings
from app.text.characters import legible

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS, CONNECT_SECONDS = 60.0, 10.0
BIGGEST_ANSWER = 8 * 1024 * 1024  # bytes
MARGIN_SECONDS = 60.0  # a token is renewed before it ends
PAGE = 100  # flows, the most that the norm allows
MOST_PAGES = 50  # of one search: the rest is for the next
# Ours to mend: the same flow sent again would be refused again.
FINAL = {400, 404, 413, 415, 422}
FAULT_WORDS = {
    400: "demande mal formée", 401: "identifiants refusés", 403: "accès refusé", 404: "adresse inconnue",
    413: "fichier trop gros", 415: "type de fichier refusé", 422: "contenu incohérent",
    429: "trop de demandes", 500: "erreur interne", 502: "indisponible", 503: "indisponible",
    504: "indisponible",
}  # fmt: skip


class Unsent(Exception):  # noqa: N818
    """The platform did not take it, in words for the service. `is_final`: it never will as it is."""

    def __init__(self, words: str, *, is_final: bool = False) -> None:
        super().__init__(words)
        self.words, self.is_final = words[:300], is_final


class Detail(msgspec.Struct, rename="camel"):
    reason_code: str = ""
    reason_message: str = ""


class Acknowledgement(msgspec.Struct, rename="camel"):
    status: str
    details: list[Detail] | None = None

    @property
    def words(self) -> str:
        told = [each.reason_message or each.reason_code for each in self.details or []]
        return legible(" ; ".join(filter(None, told)))[:500]

    @property
    def is_twice(self) -> bool:
        return any(each.reason_code == "AlreadyExistingFlow" for each in self.details or [])


class Flow(msgspec.Struct, rename="camel"):
    """A flow as the platform tells it. `flow_direction`: Out is ours, In is for us."""

    flow_id: str
    updated_at: datetime
    acknowledgement: Acknowledgement
    flow_type: str = ""
    flow_direction: str = ""
    tracking_id: str | None = None


class _Found(msgspec.Struct, rename="camel"):
    results: list[Flow] | None = None
    next_cursor: str | None = None


class _Taken(msgspec.Struct, rename="camel"):
    flow_id: str


class _Token(msgspec.Struct):
    access_token: str
    expires_in: float = 300.0


class _Fault(msgspec.Struct, rename="camel"):
    error_message: str | None = None
    details: str | None = None


class Platform:
    """The service at the address of the settings; one connection pool, one token."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: httpx.AsyncClient | None = None
        self._token, self._until = "", 0.0

    async def close(self) -> None:
        if self._client:
            await self._client.aclose()
            self._client = None

    async def send(self, name: str, content: bytes, syntax: str, tracking_id: str) -> str:
        """Hand over a file; the number that the platform gives its flow."""
        about = {
            "trackingId": tracking_id, "name": name, "flowSyntax": syntax, "processingRule": "B2B",
            "sha256": hashlib.sha256(content).hexdigest(),
        } | ({"flowProfile": "CIUS"} if syntax != "CDAR" else {})  # fmt: skip
        kind = "application/xml" if syntax == "CDAR" else "application/pdf"
        parts = {
            "flowInfo": (None, json.dumps(about), "application/json"), "file": (name, content, kind)
        }  # fmt: skip
        answer = await self._ask("POST", "/v1/flows", files=parts)
        return str(_read(answer, _Taken).flow_id)[:64]

    async def find(self, tracking_id: str) -> list[Flow]:
        """The flows that bear this number of ours: more than one when it was sent twice."""
        return [each async for page in self._search({"trackingId": tracking_id}) for each in page]

    async def changed_since(self, at: datetime) -> AsyncIterator[list[Flow]]:
        """Our invoices and messages, and those about them for us, changed after that instant, by page."""
        kinds = ["CustomerInvoice", "CustomerInvoiceLC"]
        async for page in self._search({"updatedAfter": at.isoformat(), "flowType": kinds}):
            yield page

    async def file_of(self, flow_id: str) -> bytes:
        """The file of a flow as it was sent."""
        from urllib.parse import quote  # noqa: PLC0415

        return await self._ask("GET", f"/v1/flows/{quote(flow_id, safe='')}", params={"docType": "Original"})

    async def _search(self, where: dict[str, Any]) -> AsyncIterator[list[Flow]]:
        asked: dict[str, Any] = {"limit": PAGE, "where": where}
        for _ in range(MOST_PAGES):
            found = _read(await self._ask("POST", "/v1/flows/search", json=asked), _Found)
            if found.results:
                yield found.results
            if not found.next_cursor or asked.get("cursor") == found.next_cursor:
                return
            asked["cursor"] = found.next_cursor

    async def _ask(self, method: str, path: str, **more: Any) -> bytes:
        """The body of a good answer. A token that ended early is renewed once."""
        status, body = await self._exchange(method, path, more)
        if status == 401:
            self._token = ""
            status, body = await self._exchange(method, path, more)
        if 200 <= status < 300:
            return body
        raise Unsent(self._fault(status, body), is_final=status in FINAL)

    async def _exchange(self, method: str, path: str, more: dict[str, Any]) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {await self._bearer()}", "Request-Id": str(uuid.uuid4())}
        if self._settings.platform_organization:
            headers["Organization-Id"] = self._settings.platform_organization
        return await self._request(method, f"{self._settings.platform_url}{path}", headers=headers, **more)

    async def _bearer(self) -> str:
        """The token of the client's credentials (OAuth 2, RFC 6749, 4.4)."""
        if self._token and time.monotonic() < self._until:
            return self._token
        settings = self._settings
        login = (settings.platform_client_id, settings.platform_client_secret.get_secret_value())
        status, body = await self._request(
            "POST", settings.platform_token_url, data={"grant_type": "client_credentials"}, auth=login
        )
        if status != 200:
            raise Unsent(f"La plateforme ne donne pas de jeton ({_status_words(status)}).")
        token = _read(body, _Token)
        self._token = token.access_token
        self._until = time.monotonic() + max(token.expires_in - MARGIN_SECONDS, 1.0)
        return self._token

    async def _request(self, method: str, url: str, **more: Any) -> tuple[int, bytes]:
        import httpx  # noqa: PLC0415 - loaded where there is a platform

        try:
            async with self._opened().stream(method, url, **more) as answer:
                body = b""
                async for piece in answer.aiter_bytes():
                    body += piece
                    if len(body) > BIGGEST_ANSWER:
                        raise Unsent("La réponse de la plateforme est trop longue.")
                return answer.status_code, body
        except httpx.TimeoutException:
            raise Unsent("La plateforme ne répond pas à temps.") from None
        except httpx.HTTPError as error:
            # Its message may hold an address with what is in it; its class says enough.
            raise Unsent(f"La plateforme n’est pas joignable ({type(error).__name__}).") from None

    def _opened(self) -> "httpx.AsyncClient":
        import httpx  # noqa: PLC0415

        if self._client is None:
            waits = httpx.Timeout(TIMEOUT_SECONDS, connect=CONNECT_SECONDS)
            self._client = httpx.AsyncClient(timeout=waits, follow_redirects=False)
        return self._client

    def _fault(self, status: int, body: bytes) -> str:
        try:
            fault = msgspec.json.decode(body, type=_Fault)
        except (msgspec.DecodeError, UnicodeDecodeError):
            fault = _Fault()
        said = self._without_secrets(legible(fault.details or fault.error_message or ""))
        return f"La plateforme a répondu {_status_words(status)}" + (f" : {said}" if said else ".")

    def _without_secrets(self, words: str) -> str:
        """A platform may repeat what it was sent."""
        for secret in (self._token, self._settings.platform_client_secret.get_secret_value()):
            words = words.replace(secret, "…") if secret else words
        return words


def _status_words(status: int) -> str:
    return f"{FAULT_WORDS[status]} ({status})" if status in FAULT_WORDS else str(status)


def _read(body: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Unsent("La réponse de la plateforme ne se lit pas.") from None
