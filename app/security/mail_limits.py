"""Numbers of mails that one person, company, mailbox or network may cause, by kind of mail. Data only.

`form.attempt` counts, in the transaction of the form, every mail queued inside it. The service's people and
the clock are not counted; taking an access away is never put off. Revisit when members need more in an hour.
"""

from dataclasses import dataclass

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
Windows = tuple[tuple[float, int], ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and the most mails in them, for each counter; none: not counted.

    `in_silence`: nobody is refused, the mail too many is left out (a refusal would reveal known addresses).
    `group`: kinds that share their counters, because their difference must not show.
    """

    account: Windows = ()
    company: Windows = ()
    recipient: Windows = ()
    network: Windows = ()
    in_silence: bool = False
    group: str = ""

    def of(self) -> dict[str, Windows]:
        named = {"account": self.account, "company": self.company}
        named |= {"recipient": self.recipient, "network": self.network}
        return {per: windows for per, windows in named.items() if windows}


def _hour_and_day(hour: int, day: int) -> Windows:
    return (HOUR, hour), (DAY, day)


# To the service, about what a whole office does in a busy hour.
OFFICE = Limits(account=_hour_and_day(120, 400), company=_hour_and_day(240, 800))
# A message that somebody of the service reads.
LETTER = Limits(account=_hour_and_day(20, 60), company=_hour_and_day(40, 120))
# To colleagues, who did nothing.
COLLEAGUE = Limits(
    account=_hour_and_day(60, 200), company=_hour_and_day(120, 400), recipient=_hour_and_day(30, 60)
)
NEW_ADDRESS = Limits(account=_hour_and_day(5, 10), recipient=_hour_and_day(3, 6), group="new_address")
SIGN_UP = Limits(
    company=_hour_and_day(20, 60), recipient=_hour_and_day(6, 12), network=_hour_and_day(30, 100),
    group="sign_up",
)  # fmt: skip
# The account's own address, or once for each link: what asks for it is counted already.
ONCE = Limits()
# Made by the service or by the clock alone.
SERVICE = Limits()

LIMITS: dict[str, Limits] = {
    "account_created": SIGN_UP,
    "company_linked": SIGN_UP,
    "email_confirm": NEW_ADDRESS,
    "email_taken": NEW_ADDRESS,
    "email_changed": ONCE,
    "email_reserved": ONCE,  # always counted as what it stands in for
    "password_changed": Limits(account=_hour_and_day(10, 20)),
    "password_reset": Limits(recipient=((5 * MINUTE, 1),), in_silence=True, group="reset"),
    "no_account": Limits(recipient=((5 * MINUTE, 1),), network=((DAY, 20),), in_silence=True, group="reset"),
    "code_link": Limits(
        company=((5 * MINUTE, 1), (DAY, 10)), recipient=_hour_and_day(10, 30), in_silence=True
    ),
    "invitation": Limits(
        account=_hour_and_day(30, 100),
        company=_hour_and_day(30, 100),
        recipient=((15 * MINUTE, 3), (DAY, 10)),
    ),
    # Taking an access away is never put off; each person that it can reach had accepted one before.
    "access_revoked": ONCE,
    "roles_changed": Limits(
        account=_hour_and_day(60, 200), company=_hour_and_day(60, 200), recipient=_hour_and_day(12, 30)
    ),
    "person_joined": COLLEAGUE,
    "admin_given": COLLEAGUE,
    "admin_recovery": Limits(account=_hour_and_day(10, 30), company=((15 * MINUTE, 3), (DAY, 10))),
    "convocation": OFFICE,
    # To an address that the employer typed.
    "convocation.employee": Limits(
        account=_hour_and_day(240, 800), company=_hour_and_day(240, 800), recipient=_hour_and_day(8, 20)
    ),
    "slot_changed": COLLEAGUE,
    "request_answered": COLLEAGUE,
    "inquiry_received": LETTER,
    "correction_asked": LETTER,
    "visit_news": OFFICE,
    "company_corrected": OFFICE,
    "document_deposited": OFFICE,
    "declaration_filed": Limits(
        account=_hour_and_day(120, 400), company=_hour_and_day(12, 40), recipient=_hour_and_day(60, 200)
    ),
    "public_inquiry": Limits(network=((15 * MINUTE, 5), (DAY, 20))),
    "public_receipt": Limits(recipient=((DAY, 3),), network=((DAY, 3),), in_silence=True),
    # About one's own account, once for each code that was right.
    "factor_changed": ONCE,
    "staff_changed": SERVICE,
    "inquiry_answered": SERVICE,
    "correction_answered": SERVICE,
    "public_answered": SERVICE,
    "details_refused": SERVICE,
    "staff_digest": SERVICE,
    "document_shared": SERVICE,
    "invoice_issued": SERVICE,
    "declaration_due": SERVICE,
    "expiries": SERVICE,
    "slots_proposed": SERVICE,
}


def counter_kind(kind: str, per: str) -> str:
    """The kind of the counter in which mails of this kind are counted for each `per`."""
    return f"mail.{LIMITS[kind].group or kind}.{per}"


MAIL_WINDOWS = {
    counter_kind(kind, per): windows
    for kind, limits in LIMITS.items()
    for per, windows in limits.of().items()
}
