"""A platform over real HTTP, by XP Z12-013 as its annexe A says it, whose moods a test can choose."""

import asyncio
import base64
import hashlib
import json
import socket
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser

import uvicorn

CLIENT, SECRET, TOKEN = "portail", "very-secret-of-the-client", "token-that-nobody-prints"
KINDS = {"Factur-X": "CustomerInvoice", "CDAR": "CustomerInvoiceLC"}


class FakePlatform:
    """`moods`: one for each flow that comes next, « lost » (taken, answered 500), « slow » (taken, never
    answered), or the status of a refusal; then it takes what it is given. `asked`: paths and trackings.
    """

    def __init__(self):
        self.flows, self.files, self.moods, self.asked = [], {}, [], []
        self.logins, self.page, self.tokens = 0, 100, {TOKEN}
        self._at = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self._server = None

    async def open(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(self._answer, lifespan="off", log_config=None, interface="asgi3")
        self._server = uvicorn.Server(config)
        self._serving = asyncio.create_task(self._server.serve([listener]))
        return self

    async def close(self):
        self._server.should_exit = self._server.force_exit = True
        await self._serving

    @property
    def settings(self):
        return {
            "platform_url": f"{self.url}/flow-service", "platform_token_url": f"{self.url}/token",
            "platform_client_id": CLIENT,
        }  # fmt: skip

    def add(self, syntax, tracking="", direction="Out", content=b"", **more):
        """A flow there, changed now by its clock."""
        self._at += timedelta(seconds=1)
        flow = {
            "flowId": f"f{len(self.flows) + 1}", "trackingId": tracking, "name": "x", "flowSyntax": syntax,
            "flowType": KINDS[syntax], "flowDirection": direction, "submittedAt": self._at.isoformat(),
            "updatedAt": self._at.isoformat(), "processingRule": "B2B", "processingRuleSource": "Input",
            "flowProfile": "CIUS", "acknowledgement": {"status": "Pending"},
        }  # fmt: skip
        self.flows.append(flow | more)
        self.files[flow["flowId"]] = content
        return self.flows[-1]

    def acknowledge(self, flow, status="Ok", reason="", code="InvalidSchema"):
        self._at += timedelta(seconds=1)
        detail = {"level": "Error", "item": "x", "reasonCode": code, "reasonMessage": reason}
        flow |= {"updatedAt": self._at.isoformat()}
        flow["acknowledgement"] = {"status": status} | ({"details": [detail]} if reason else {})

    def sent(self, tracking):
        return [each for each in self.flows if each["trackingId"] == tracking]

    async def _answer(self, scope, receive, send):
        body, more = b"", True
        while more:
            event = await receive()
            body, more = body + event.get("body", b""), event.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        status, content = await self._route(scope["method"], scope["path"], headers, body)
        kind = b"application/json" if isinstance(content, dict) else b"application/octet-stream"
        content = json.dumps(content).encode() if isinstance(content, dict) else content
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": content})

    async def _route(self, method, path, headers, body):
        if path == "/token":
            self.logins += 1
            login = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            if headers.get("authorization") != f"Basic {login}":
                return 401, {"error": "invalid_client"}
            return 200, {"access_token": max(self.tokens, default=""), "expires_in": 3600}
        if headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return 401, {"errorCode": "TOKEN", "errorMessage": f"bad {headers.get('authorization')}"}
        if path == "/flow-service/v1/flows":
            return await self._take(headers, body)
        if path == "/flow-service/v1/flows/search":
            return 200, self._found(json.loads(body))
        self.asked.append(path)
        return 200, self.files[path.rpartition("/")[2]]

    async def _take(self, headers, body):
        head = f"Content-Type: {headers['content-type']}\r\n\r\n".encode()
        parts = {
            part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
            for part in BytesParser().parsebytes(head + body).get_payload()
        }
        about, mood = json.loads(parts["flowInfo"]), self.moods.pop(0) if self.moods else ""
        assert about["sha256"] == hashlib.sha256(parts["file"]).hexdigest()
        self.asked.append(about["trackingId"])
        if isinstance(mood, int):
            words = f"Refus de {TOKEN} et {SECRET}" if mood == 403 else "SIRET de l’acheteur inconnu"
            return mood, {"errorCode": "X", "errorMessage": words}
        flow = self.add(about["flowSyntax"], about["trackingId"], content=parts["file"])
        if mood == "slow":
            await asyncio.sleep(60)
        if mood == "lost":
            return 500, b"<html>oops"
        return 202, {"flowId": flow["flowId"], "submittedAt": flow["submittedAt"], **about}

    def _found(self, asked):
        """With cursors, and the first flow of a page said twice."""
        where, start = asked["where"], int(asked.get("cursor", 0))
        assert where
        self.asked.append("search")
        found = [
            each
            for each in self.flows
            if each["trackingId"] == where.get("trackingId", each["trackingId"])
            and each["updatedAt"] > where.get("updatedAfter", "")
            and each["flowType"] in where.get("flowType", [each["flowType"]])
        ]
        page = found[start : start + self.page]
        following = {"nextCursor": str(start + self.page)} if start + self.page < len(found) else {}
        return {"limit": self.page, "results": page + page[:1], **following}
