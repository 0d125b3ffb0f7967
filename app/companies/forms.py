"""Fields typed about one's companies."""

from app.text.fields import Code, DeclarantNumber, Input, Ticked


class AddedCompany(Input):
    code: Code
    number: DeclarantNumber
    third_party: Ticked = False
