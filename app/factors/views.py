"""The secret of an application, for the eye of a telephone and for the hand."""

import io
from typing import NamedTuple

from markupsafe import Markup

from app.factors.rules import address_of, grouped


class Setup(NamedTuple):
    """`drawing`: the QR code as SVG; `secret`: the same in groups of four; `address`: for a link."""

    drawing: Markup
    secret: str
    address: str


def setup_of(secret: str, email: str, service: str) -> Setup:
    import segno  # noqa: PLC0415 - a second factor is installed once

    address, drawn = address_of(secret, email, service), io.BytesIO()
    code = segno.make_qr(address, error="m")
    code.save(
        drawn, kind="svg", xmldecl=False, svgns=False, scale=5, border=4, light="#fff", svgclass="qr",
        lineclass=None, omitsize=False,
    )  # fmt: skip
    return Setup(Markup(drawn.getvalue().decode()), grouped(secret), address)  # noqa: S704
