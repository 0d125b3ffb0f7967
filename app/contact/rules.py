"""The right to read a thread, and to act in it: answer, mark as read, end. Pure, no database.

Anybody of a company may write to the service, and the person who opened a thread reads it and acts in it. In
a colleague's thread, acting takes a working role; reading one about money or a convocation takes the right
behind its theme. The public form serves people who cannot sign in, and says nothing of codes or addresses.
Revisit when it is abused.
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
    """True when this person may read it. A thread that names an invoice is about money too, whatever its
    theme.
    """
    themes = {inquiry.theme, InquiryTheme.CONTRIBUTION} if inquiry.invoice_id else {inquiry.theme}
    return inquiry.account_id == account_id or themes <= set(themes_open_to(rights))


def may_act(inquiry: Inquiry, account_id: int, rights: frozenset[Right]) -> bool:
    is_mine = inquiry.account_id == account_id
    return may_read(inquiry, account_id, rights) and (is_mine or Right.CONTACT in rights)
