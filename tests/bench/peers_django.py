"""The same list and home as one writes them with Django: its ORM, its templates, persistent connection, no
middleware.

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
from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path

from app.security.keys import fingerprint
from tests.bench.peer_words import FIXED, HOME, HOME_FIXED, LIVING, MOST, OPEN, PAGE, WEEK, money_of, today

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


class CareTeam(models.Model):
    name = models.CharField(max_length=80)
    email = models.CharField(max_length=254)
    phone = models.CharField(max_length=20)

    class Meta:
        app_label, db_table, managed = "peer", "careteam", False


class Company(models.Model):
    team = models.ForeignKey(CareTeam, models.DO_NOTHING, null=True)
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


class CareCentre(models.Model):
    name = models.CharField(max_length=80)

    class Meta:
        app_label, db_table, managed = "peer", "carecentre", False


class Slot(models.Model):
    company = models.ForeignKey(Company, models.DO_NOTHING)
    employee = models.ForeignKey(Employee, models.DO_NOTHING, null=True)
    centre = models.ForeignKey(CareCentre, models.DO_NOTHING)
    starts_at = models.DateTimeField()
    state = models.CharField(max_length=10)

    class Meta:
        app_label, db_table, managed = "peer", "slot", False


class AppointmentRequest(models.Model):
    company = models.ForeignKey(Company, models.DO_NOTHING)
    employee = models.ForeignKey(Employee, models.DO_NOTHING)
    state = models.CharField(max_length=10)
    unread_at = models.DateTimeField(null=True)

    class Meta:
        app_label, db_table, managed = "peer", "appointmentrequest", False


class Invoice(models.Model):
    company = models.ForeignKey(Company, models.DO_NOTHING)
    number = models.CharField(max_length=30)
    due_on = models.DateField()
    total_cents = models.IntegerField()

    class Meta:
        app_label, db_table, managed = "peer", "invoice", False


class Payment(models.Model):
    invoice = models.ForeignKey(Invoice, models.DO_NOTHING)
    cents = models.IntegerField()

    class Meta:
        app_label, db_table, managed = "peer", "payment", False


class Tariff(models.Model):
    year = models.IntegerField()
    opens_on = models.DateField()
    closes_on = models.DateField()

    class Meta:
        app_label, db_table, managed = "peer", "tariff", False


class AnnualDeclaration(models.Model):
    company = models.ForeignKey(Company, models.DO_NOTHING)
    year = models.IntegerField()
    number = models.CharField(max_length=30, null=True)

    class Meta:
        app_label, db_table, managed = "peer", "annualdeclaration", False


class Inquiry(models.Model):
    company = models.ForeignKey(Company, models.DO_NOTHING)
    subject = models.CharField(max_length=120)
    unread_at = models.DateTimeField(null=True)

    class Meta:
        app_label, db_table, managed = "peer", "inquiry", False


class Document(models.Model):
    company = models.ForeignKey(Company, models.DO_NOTHING)
    title = models.CharField(max_length=120)
    from_service = models.BooleanField()
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        app_label, db_table, managed = "peer", "document", False


def seat(request, code):
    hashed = fingerprint(request.COOKIES.get("session", ""))
    opened = AccountSession.objects.select_related("account").filter(token_hash=hashed).first()
    if opened is None or opened.ended_at or datetime.now(UTC) - opened.created_at > timedelta(hours=12):
        raise Http404
    companies = Company.objects.select_related("team")
    return opened.account, get_object_or_404(companies, code=code, members=opened.account)


def index(request, code):
    account, company = seat(request, code)
    here = Q(exit_on=None) | Q(exit_on__gte=today())
    rows = list(Employee.objects.filter(here, company=company).order_by("sort_key", "id")[:MOST])
    shown = {"account": account, "company": company, "rows": rows[: MOST - 1]}
    more = {"choices": Company.objects.filter(members=account).order_by("code")}
    more |= {"today": today(), "following": rows[-1].sort_key, **FIXED}
    return render(request, PAGE.name, shown | more)


def home(request, code):
    account, company = seat(request, code)
    shown = {"account": account, "company": company, "team": company.team}
    shown["choices"] = Company.objects.filter(members=account).order_by("code")
    return render(request, HOME.name, HOME_FIXED | shown | facts(company, datetime.now(UTC)))


def facts(company, now):
    people = Employee.objects.filter(Q(exit_on=None) | Q(exit_on__gte=today()), company=company)
    called = Slot.objects.filter(employee=OuterRef("pk"), state__in=LIVING)
    asked = AppointmentRequest.objects.filter(employee=OuterRef("pk"), state__in=OPEN)
    coming = Slot.objects.filter(company=company, starts_at__gt=now, state__in=LIVING)
    slots = list(coming.select_related("employee", "centre").order_by("starts_at", "id"))
    paid = Payment.objects.filter(invoice=OuterRef("pk")).values("invoice").annotate(sum=Sum("cents"))
    left = F("total_cents") - Coalesce(Subquery(paid.values("sum")), 0)
    invoices = Invoice.objects.filter(company=company).annotate(left=left).filter(left__gt=0)
    owed = list(invoices.order_by("due_on"))
    campaigns = Tariff.objects.filter(opens_on__lte=today(), closes_on__gte=today())
    campaign = campaigns.order_by("-year").first()
    declared = AnnualDeclaration.objects.filter(company=company, year=campaign.year if campaign else 0)
    requests = AppointmentRequest.objects.filter(company=company, unread_at__isnull=False)
    unread = Inquiry.objects.filter(company=company, unread_at__isnull=False)
    new = Document.objects.filter(company=company, from_service=True, read_at=None, withdrawn_at=None)
    return money_of([(each.due_on, each.left) for each in owed]) | {
        "present": people.count(),
        "late": people.filter(~Exists(called), ~Exists(asked), due_on__lt=today()).count(),
        "proposed": [each for each in slots if each.state == "proposed" and each.employee],
        "free": [each for each in slots if not each.employee],
        "week": [each for each in slots if each.state == "confirmed" and each.starts_at < now + WEEK],
        "invoices": owed,
        "campaign": campaign,
        "declaration": declared.first(),
        "requests": list(requests.select_related("employee").order_by("-unread_at")),
        "inquiries": list(unread.order_by("-unread_at")),
        "documents": list(new.order_by("-created_at")),
    }


def healthz(_request):
    return HttpResponse("ok")


urlpatterns = [
    path("healthz", healthz),
    path("espace/<str:code>/salaries", index),
    path("espace/<str:code>", home),
]
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
