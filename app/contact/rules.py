"""Who reads a thread, and who acts in it: answers, says that it was read, ends it. Pure, no database.

Anybody may write to the service, and whoever opened a thread reads it and acts in it.
"""

from app.rights import Right
from db.models import Inquiry, InquiryTheme

# Of what a colleague wrote about it, one of these rights opens the thread; of any other theme, seeing the
# company does.
BEHIND = {
    InquiryTheme.SUMMONS: frozenset({Right.APPOINTMENTS}),
    InquiryTheme.CONTRIBUTION: frozenset({Right.INVOICES, Right.DECLARATION}),
}


def themes_open_to(rights: frozenset[Right]) -> list[InquiryTheme]:
    return [theme for theme in InquiryTheme if BEHIND.get(theme, frozenset({Right.VIEW})) & rights]


def may_read(inquiry: Inquiry, account_id: int, rights: frozenset[Right]) -> bool:
    """A thread that names an invoice is about money too, whatever its theme."""
    themes = {inquiry.theme, InquiryTheme.CONTRIBUTION} if inquiry.invoice_id else {inquiry.theme}
    return inquiry.account_id == account_id or themes <= set(themes_open_to(rights))


def may_act(inquiry: Inquiry, account_id: int, rights: frozenset[Right]) -> bool:
    is_mine = inquiry.account_id == account_id
    return may_read(inquiry, account_id, rights) and (is_mine or Right.CONTACT in rights)
