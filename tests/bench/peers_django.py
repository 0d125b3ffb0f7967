"""The same list as one writes it with Django: its ORM, its templates, persistent connection, no middleware.

python -m tests.bench.peers_django PORT DATABASE

The handler runs on the event loop itself: no thread to wait for, which suits it best when only rates count.
"""

import io
import os
import sys
from datetime import UTC, datetime, timedelta

import django
import uvicorn
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import models
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path

from app.security.keys import fingerprint
from tests.bench.peer_words import FIXED, MOST, PAGE, today

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
settings.configure(
    SECRET_KEY="p" * 50,
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    USE_I18N=False,
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[2], "CONN_MAX_AGE": None}
    },
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [PAGE.parent]}],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()


class Account(models.Model):
    email = models.CharField(max_length=254)
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)

    class Meta:
        app_label, db_table, managed = "peer", "account", False


class AccountSession(models.Model):
    token_hash = models.CharField(max_length=64)
    account = models.ForeignKey(Account, models.DO_NOTHING)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label, db_table, managed = "peer", "accountsession", False


class Company(models.Model):
    code = models.CharField(max_length=9)
    name = models.CharField(max_length=120)
    town = models.CharField(max_length=80)
    members = models.ManyToManyField(Account, through="Membership")

    class Meta:
        app_label, db_table, managed = "peer", "company", False


class Membership(models.Model):
    account = models.ForeignKey(Account, models.DO_NOTHING)
    company = models.ForeignKey(Company, models.DO_NOTHING)

    class Meta:
        app_label, db_table, managed = "peer", "membership", False


class Employee(models.Model):
    company = models.ForeignKey(Company, models.DO_NOTHING)
    birth_name = models.CharField(max_length=80)
    usual_name = models.CharField(max_length=80)
    first_names = models.CharField(max_length=80)
    job_title = models.CharField(max_length=120)
    monitoring = models.CharField(max_length=3)
    sort_key = models.CharField(max_length=240)
    birth_on = models.DateField()
    entry_on = models.DateField()
    exit_on = models.DateField(null=True)
    last_visit_on = models.DateField(null=True)
    due_on = models.DateField()

    class Meta:
        app_label, db_table, managed = "peer", "employee", False


def index(request, code):
    hashed = fingerprint(request.COOKIES.get("session", ""))
    opened = AccountSession.objects.select_related("account").filter(token_hash=hashed).first()
    if opened is None or opened.ended_at or datetime.now(UTC) - opened.created_at > timedelta(hours=12):
        raise Http404
    company = get_object_or_404(Company, code=code, members=opened.account)
    here = Q(exit_on=None) | Q(exit_on__gte=today())
    rows = list(Employee.objects.filter(here, company=company).order_by("sort_key", "id")[:MOST])
    shown = {"account": opened.account, "company": company, "rows": rows[: MOST - 1]}
    more = {"choices": Company.objects.filter(members=opened.account).order_by("code")}
    more |= {"today": today(), "following": rows[-1].sort_key, **FIXED}
    return render(request, PAGE.name, shown | more)


def healthz(_request):
    return HttpResponse("ok")


urlpatterns = [path("healthz", healthz), path("espace/<str:code>/salaries", index)]
handler = WSGIHandler()


async def application(scope, _receive, send):
    if scope["type"] != "http":
        return
    environ = {
        "REQUEST_METHOD": scope["method"], "PATH_INFO": scope["path"], "SCRIPT_NAME": "",
        "QUERY_STRING": scope["query_string"].decode(), "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": sys.argv[1],
        "wsgi.input": io.BytesIO(), "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr,
    }  # fmt: skip
    for name, value in scope["headers"]:
        environ[f"HTTP_{name.decode().upper().replace('-', '_')}"] = value.decode("latin-1")
    told = {}
    answer = handler(environ, lambda status, headers: told.update(status=status, headers=headers))
    headers = [(name.lower().encode(), value.encode()) for name, value in told["headers"]]
    await send({"type": "http.response.start", "status": int(told["status"][:3]), "headers": headers})
    await send({"type": "http.response.body", "body": b"".join(answer)})
    answer.close()


if __name__ == "__main__":
    uvicorn.run(
        application,
        port=int(sys.argv[1]),
        access_log=False,
        server_header=False,
        log_level="warning",
        lifespan="off",
    )
