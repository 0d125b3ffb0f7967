"""Whatever is sent, the answer is a page in HTML, in time, that leads nowhere else."""

import json
import re
import time
from collections import Counter
from random import Random

import httpx
import pytest
from litestar.routes import HTTPRoute

from app.keys import fingerprint
from db.models import Account, StaffMember
from db.seeds.world import World
from tests.actors import BASE, Actor
from tests.faults.nasty import FORM, STRANGERS, Asked, query_names, quoted, spoil
from tests.faults.steps import give_numbers, rows
from tests.world import NUMBER

SEED = 2026
SPOILT_A_ROUTE = 22
SLOWEST_SECONDS = 2.0
NOT_HTML = re.compile(r"/(healthz|readyz|static/.*)/*")
FIELD = re.compile(r'<(?:input|select|textarea)[^>]*? name="([^"]+)"(?:[^>]*? value="([^"]*)")?')
USUAL = {
    "email": "new@ours.example", "email_again": "new@ours.example", "last_name": "Le Goff", "first_name": "Nolwenn",
    "job_title": "Comptable", "code": "00010", "number": NUMBER, "password": "wrong", "current_password": "wrong",
}  # fmt: skip


class Fuzzer:
    """One kind of reader. Each route is met by somebody new, so that leaving or signing out spoils nothing."""

    def __init__(self, app, told, role):
        self.app, self.told, self.role = app, told, role
        self.portal = app.app.state.portal
        self.chance = Random(SEED)
        self.count = 0
        self.faults = Counter()

    async def meet(self, route, number):
        """Every request about one route, by one person."""
        async with Actor(self.app) as actor:
            actor._transport = httpx.ASGITransport(
                self.app, raise_app_exceptions=False, client=(f"10.{number % 250}.0.1", 50_000)
            )
            await self.arrive(actor, number)
            path = self.filled(route.path_format)
            handlers = {m: h for h in route.route_handlers for m in h.http_methods}
            page = await self.send(actor, Asked("GET", path, [], [], []))
            read = handlers.get("GET") or handlers["POST"]
            query = [(name, b"1") for name in query_names(read)]
            asked = [Asked("GET", path, query, [], [])]
            if "POST" in handlers:
                asked.append(Asked("POST", path, [], self.fields_of(page, actor), []))
            for turn in range(SPOILT_A_ROUTE):
                await self.send(actor, spoil(asked[turn % len(asked)], self.chance))

    async def arrive(self, actor, number):
        if self.role == "visitor":
            await (give_numbers(actor, "00010") if number % 2 else actor.fill("/connexion", email="a@b.fr"))
            return
        async with self.portal.database.transaction(write=True) as session:
            world = World(session)
            account = await world.an_account(f"{self.role}{number}@fuzz.example", "Fuzz", str(number))
            if self.role == "clerk":
                await world.a_staff_member(account)
            else:
                await world.acts_for(account, self.told.ours, self.told.site)
        await actor.signed_in(account)

    def filled(self, path_format):
        """The route's address with values that exist, now and then with none that do."""
        known = {"code": b"00010", "token": b"t" * 43}
        return re.sub(
            rb"\{(\w+)\}", lambda found: known.get(found[1].decode(), b"%d" % self.chance.randint(1, 9)),
            path_format.encode(),
        )  # fmt: skip

    def fields_of(self, page, actor):
        """What a browser would send back, with a valid token."""
        session, flow = (actor.cookies.get(name, domain="127.0.0.1") for name in ("session", "flow"))
        binding = (
            f"session:{fingerprint(session)}" if session else f"flow:{fingerprint(flow)}" if flow else ""
        )
        found = dict(FIELD.findall(page.text)) | {"csrf": self.portal.keys.form_token(binding)}
        return [(name.encode(), (value or USUAL.get(name, "1")).encode()) for name, value in found.items()]

    async def send(self, actor, asked):
        if asked.method == "POST" and not asked.has(b"Content-Type"):
            asked.headers.append((b"Content-Type", FORM))
        headers = httpx.Headers([*actor.headers.raw, *asked.headers])
        url = httpx.URL(BASE).copy_with(raw_path=asked.target)
        content = asked.content if asked.method in {"POST", "PUT", "PATCH"} else None
        request = httpx.Request(asked.method, url, headers=headers, content=content, cookies=actor.cookies)
        started = time.perf_counter()
        answer = await actor.send(request)
        self.judge(asked, answer, time.perf_counter() - started)
        return answer

    def judge(self, asked, answer, seconds):
        self.count += 1
        for fault in faults_of(answer, seconds, answer.request.url.path):
            shown = [f"{n.decode()}: {v[:30]!r}" for n, v in asked.headers if v != FORM]
            body = asked.content[:150] if answer.status_code >= 500 and asked.fields else b""
            self.faults[f"{fault}: {asked.method} {asked.target[:90]!r} {shown} {body!r}"] += 1


def faults_of(answer, seconds, path):
    status, kind = answer.status_code, answer.headers.get("content-type", "")
    if status >= 500 and not (status == 503 and answer.headers.get("retry-after")):
        yield str(status)
    if (
        answer.content
        and not NOT_HTML.fullmatch(path)
        and not (kind.startswith("text/html") and not is_json(answer))
    ):
        yield f"not HTML but {kind or 'nothing'}"
    if seconds > SLOWEST_SECONDS:
        yield f"{seconds:.1f} s"
    for name in ("location", "hx-redirect"):
        if not re.match(r"/([^/\\]|$)", answer.headers.get(name, "/")):
            yield f"leads to {answer.headers[name]}"
    if "content-security-policy" not in answer.headers:
        yield "no policy"
    if any(re.search(r"(?i)(^|;)\s*domain=", cookie) for cookie in answer.headers.get_list("set-cookie")):
        yield "a cookie for a whole domain"


def is_json(answer):
    try:
        json.loads(answer.content)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("role", ["visitor", "alice", "clerk"])
async def test_every_route_answers_nonsense_with_a_page(role, app, told, portal):
    fuzzer = Fuzzer(app, told, role)
    routes = sorted((r for r in app.app.routes if isinstance(r, HTTPRoute)), key=lambda r: r.path_format)
    for number, route in enumerate(routes):
        await fuzzer.meet(route, number)
    async with Actor(app) as actor:
        for path in STRANGERS:
            await fuzzer.send(actor, Asked("GET", path.encode(), [], [], []))
            await fuzzer.send(actor, Asked("POST", path.encode(), [], [(b"a", b"b")], []))
    assert fuzzer.count >= 700, "2 000 in all"
    assert not fuzzer.faults, "\n".join(
        f"{times} × {fault}" for fault, times in fuzzer.faults.most_common(60)
    )
    assert not await rows(portal, StaffMember, StaffMember.account_id == told.alice.id)
    assert await rows(portal, Account, Account.email == "alice@ours.example")


async def test_a_request_to_nowhere_never_quotes_itself_unescaped(visitor, told):
    """The only thing of a wrong address that may come back is nothing at all."""
    marked = quoted(b"<script>marque</script>").decode()
    for path in (f"/{marked}", f"/espace/{marked}", f"/connexion?suite={marked}&raison={marked}"):
        assert "<script>marque" not in (await visitor.get(path)).text
