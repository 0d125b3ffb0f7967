"""What may be typed about one's companies."""

from app.fields import Code, DeclarantNumber, Input, Ticked


class AddedCompany(Input):
    code: Code
    number: DeclarantNumber
    third_party: Ticked = False
