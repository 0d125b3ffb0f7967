"""Sends spoilt requests about one route after another and keeps what is wrong with the answers."""

import json
import re
from collections import Counter
from datetime import timedelta
from random import Random

import httpx

from app import clock
from app.access import VisitorAccess
from app.links import new_link
from app.security.keys import fingerprint
from db.models import TokenKind
from db.seeds.world import World
from tests.actors import BASE
from tests.faults.spoiling import FORM, Asked, each_killer, query_names, spoil
from tests.faults.steps import actor_at, give_numbers
from tests.statements import statements_of
from tests.world import NUMBER, PASSWORD

SPOILT_A_ROUTE, SPOILT_CLOSED = 14, 4  # requests, about a page that this reader has, or has not
MOST_STATEMENTS = 60  # the longest honest request makes 41
# Files: calendars, documents, exports.
NOT_HTML = re.compile(
    r"/+(healthz|readyz|static/.*|.*/+(calendrier|convocation|export|fichier|refus|numero|pdf|fichiers/+\d+|(export|modele)/+\w+))/*(\?.*)?"
)
POSTED = re.compile(r'<form[^>]* method="post" action="([^"]+)".*?</form>', re.DOTALL)
FIELD = re.compile(r'<(?:input|select|textarea)[^>]*? name="([^"]+)"(?:[^>]*? value="([^"]*)")?')
USUAL = {
    "email": "new@ours.example", "email_again": "new@ours.example", "last_name": "Le Goff",
    "first_name": "Nolwenn", "job_title": "Comptable", "code": "00010", "number": NUMBER,
    "current_password": PASSWORD, "password": PASSWORD, "mobile": "0612345678", "phone": "0612345678",
}  # fmt: skip


class Fuzzer:
    """One kind of reader. Somebody new meets each route, so that leaving or signing out spoils nothing."""

    def __init__(self, app, world, role, seed):
        self.app, self.world, self.role = app, world, role
        self.portal = app.app.state.portal
        self.chance = Random(seed)
        self.count = 0
        self.faults = Counter()

    async def meet(self, route, number):
        """Every request about one route, by one person."""
        handlers = {m: h for h in route.route_handlers for m in h.http_methods}
        async with actor_at(self.app, f"10.{number % 250}.0.1") as actor:
            account = await self.arrive(actor, number)
            path, page = await self.opened(actor, route.path_format, account)
            read = handlers.get("GET") or handlers["POST"]
            asked = [Asked("GET", path, [(name, b"1") for name in query_names(read)])]
            if "POST" in handlers:
                asked.append(Asked("POST", path, fields=self.fields_of(page, path, actor)))
            if page.status_code == 200:
                for each in asked:
                    for spoilt in each_killer(each, route.path_format):
                        await self.send(actor, spoilt)
            for turn in range(SPOILT_A_ROUTE if page.status_code == 200 else SPOILT_CLOSED):
                await self.send(actor, spoil(asked[turn % len(asked)], self.chance))

    async def arrive(self, actor, number):
        """Where this kind of reader begins; the account of who has one, else alice's for its links."""
        if self.role == "visitor":
            await (give_numbers(actor, "00010") if number % 2 else actor.fill("/connexion", email="a@b.fr"))
            return self.world.alice
        async with self.portal.database.transaction(write=True) as session:
            world = World(session)
            email, hashed = f"{self.role}{number}@fuzz.example", self.world.alice.password_hash
            account = await world.an_account(email, "Fuzz", str(number), password_hash=hashed)
            if self.role == "clerk":
                await world.a_staff_member(account)
            else:
                await world.acts_for(account, self.world.ours, self.world.site)
        await actor.signed_in(account, must_choose_password=number % 9 == 8)
        return account

    async def opened(self, actor, path_format, account):
        """The route's address with values that exist, as far as they can be found, and its page."""
        page = None
        for known in await self.known_values(path_format, account):
            path = re.sub(
                r"\{(\w+)\}", lambda found, known=known: known.get(found[1], known["id"]), path_format
            )
            page = await self.send(actor, Asked("GET", path.encode()))
            if page.status_code == 200:
                break
        return path.encode(), page

    async def known_values(self, path_format, account):
        if "{token}" not in path_format:
            ids = self.chance.sample(range(1, 9), 8) if "_id}" in path_format else [1]
            return [{"code": "00010", "id": str(each)} for each in ids]
        now = clock.now()
        async with self.portal.database.transaction(write=True) as session:
            access = VisitorAccess(self.portal, session)
            more = {"email": "link@fuzz.example", "company_id": self.world.ours.key}
            seeds = [new_link(access, account, kind, now + timedelta(1), now, **more) for kind in TokenKind]
        return [{"token": self.portal.keys.mailed_link(seed), "id": "1"} for seed in seeds]

    def fields_of(self, page, path, actor):
        """What a browser would send back from the form of this address, with a valid token."""
        forms = [found[0] for found in POSTED.finditer(page.text) if found[1].encode() == path]
        session, flow = (actor.cookies.get(name, domain="127.0.0.1") for name in ("session", "flow"))
        kind, token = ("session", session) if session else ("flow", flow)
        csrf = self.portal.keys.form_token(f"{kind}:{fingerprint(token)}")
        found = dict(FIELD.findall("".join(forms))) | {"csrf": csrf}
        return [(name.encode(), (value or USUAL.get(name, "1")).encode()) for name, value in found.items()]

    async def send(self, actor, asked):
        if asked.method == "POST" and not asked.has(b"Content-Type"):
            asked.headers.append((b"Content-Type", FORM))
        with statements_of(self.portal) as statements:
            answer = await actor.send(self.request_of(actor, asked))
        self.judge(asked, answer, len(statements))
        return answer

    def request_of(self, actor, asked):
        headers = httpx.Headers([*actor.headers.raw, *asked.headers])
        url = httpx.URL(BASE).copy_with(raw_path=asked.target)
        content = asked.content if asked.method in {"POST", "PUT", "PATCH"} else None
        return httpx.Request(asked.method, url, headers=headers, content=content, cookies=actor.cookies)

    def judge(self, asked, answer, statements):
        self.count += 1
        for fault in faults_of(answer, statements, answer.request.url.path):
            shown = [f"{n.decode()}: {v[-60:]!r}" for n, v in asked.headers if v != FORM]
            fields = [f"{n[:30]!r}={v[:30]!r}" for n, v in asked.fields if n != b"csrf"][:6]
            body = asked.body[-120:] if asked.body else b""
            self.faults[f"{fault}: {asked.method} {asked.target[:90]!r} {shown} {fields} {body!r}"] += 1

    def report(self, most=60):
        return "\n".join(f"{times} × {fault}" for fault, times in self.faults.most_common(most))


def faults_of(answer, statements, path):
    """What no answer may be, in a few words each."""
    status, kind = answer.status_code, answer.headers.get("content-type", "")
    if status >= 500 and not (status == 503 and answer.headers.get("retry-after")):
        yield str(status)
    if (
        answer.content
        and not NOT_HTML.fullmatch(path)
        and (not kind.startswith("text/html") or is_json(answer))
    ):
        yield f"not HTML but {kind or 'nothing'}"
    if statements > MOST_STATEMENTS:
        yield f"{statements} statements"
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
