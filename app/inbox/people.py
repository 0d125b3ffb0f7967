"""Acts of the service between colleagues: notes, and texts that are kept to answer with."""

from datetime import datetime

from sqlmodel import col, select

from app.access import StaffAccess
from app.errors import Refused
from app.inbox.forms import NewNote, QuickText
from app.inbox.team import row_of
from db.models import OF_COMPANY, AuditKind, QuickAnswer, StaffNote, Subject

TITLED = "Une réponse prête porte déjà ce titre."


async def write_note(
    access: StaffAccess, subject: Subject, row_id: int, data: NewNote, now: datetime
) -> None:
    """Leave a note on a thing, or on its company."""
    company_id = getattr(await row_of(access, subject, row_id), "company_id", None)
    if not data.company:
        _keep_note(access, str(subject), row_id, company_id, data.note, now)
    elif company_id is None:
        raise Refused("Ce message n’a pas d’entreprise.")
    else:
        await note_company(access, company_id, data.note, now)


async def note_company(access: StaffAccess, company_id: int, words: str, now: datetime) -> None:
    """Leave a note on a company, read on its page and on everything of it that waits."""
    _keep_note(access, OF_COMPANY, company_id, company_id, words, now)


def _keep_note(
    access: StaffAccess, about: str, about_id: int, company_id: int | None, words: str, now: datetime
) -> None:
    access.add(
        StaffNote(
            subject=about, subject_id=about_id, company_id=company_id, account_id=access.account.key,
            text=words, at=now,
        )
    )  # fmt: skip
    # Under no company: its history is the member's too.
    access.record(AuditKind.NOTE_WRITTEN, now, access.account.key, None, about, about_id)


async def keep_answer(
    access: StaffAccess, data: QuickText, now: datetime, answer_id: int | None = None
) -> None:
    """Keep a new text, or change that one."""
    same = await access.first(select(QuickAnswer).where(col(QuickAnswer.title) == data.title))
    if same and same.id != answer_id:
        raise Refused(TITLED, "title")
    if answer_id is None:
        access.add(QuickAnswer(title=data.title, text=data.text, updated_at=now))
    else:
        row = await access.get(QuickAnswer, answer_id)
        row.title, row.text, row.updated_at = data.title, data.text, now
    access.record(AuditKind.QUICK_ANSWER_CHANGED, now, access.account.key, None, data.title)


async def drop_answer(access: StaffAccess, answer_id: int, now: datetime) -> None:
    row = await access.get(QuickAnswer, answer_id)
    access.record(AuditKind.QUICK_ANSWER_CHANGED, now, access.account.key, None, row.title)
    await access.delete(row)


async def with_quick_text(access: StaffAccess, text: str, answer_id: int) -> str:
    """The words typed, and that text after them."""
    row = await access.get(QuickAnswer, answer_id)
    return f"{text.rstrip()}\n\n{row.text}" if text.strip() else row.text
