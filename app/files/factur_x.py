"""Electronic invoices: one PDF that people read and programs too (Factur-X 1.09, profile EN 16931).

The library `factur-x` only writes the XML: its own writer of PDF would drop the mark of PDF/UA. Typst draws
PDF/A-3a and PDF/UA-1 with the XML attached, and `pikepdf` adds what Typst has no word for: that the file
attached is a Factur-X. Loaded by the processes that draw: see `app.files.pdf`.
"""

import io
from collections.abc import Mapping
from typing import Any

NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
PROPERTIES = {
    "DocumentFileName": ("factur-x.xml", "Name of the attached invoice"),
    "DocumentType": ("INVOICE", "Type of the attached document"),
    "Version": ("1.0", "Version of the attached invoice's standard"),
    "ConformanceLevel": ("EN 16931", "Profile of the attached invoice"),
}


def xml_of(facts: Mapping[str, Any]) -> bytes:
    """The facts as a CrossIndustryInvoice. The library writes into what it is given."""
    from facturx import generate_cii_xml  # noqa: PLC0415 - 20 MB that only an invoice needs

    copied = {name: _copied(value) for name, value in facts.items()}
    return bytes(generate_cii_xml(copied, level="en16931", check_xsd=False, check_schematron=False))


def _copied(value: Any) -> Any:
    if isinstance(value, list):
        return [_copied(each) for each in value]
    return {name: _copied(each) for name, each in value.items()} if isinstance(value, dict) else value


def marked(pdf: bytes) -> bytes:
    """The same PDF, which says that its attachment is a Factur-X. Typst describes its own extensions already,
    and a property is written once: this one joins their list.
    """
    import pikepdf  # noqa: PLC0415 - as in `xml_of`

    with pikepdf.open(io.BytesIO(pdf)) as file:
        words = file.Root.Metadata.read_bytes().decode()
        listed, properties = "</rdf:Bag></pdfaExtension:schemas>", "</rdf:RDF>"
        if words.count(listed) != 1 or words.count(properties) != 1:
            raise ValueError("the metadata of the PDF is not where it was")
        words = words.replace(listed, f"{_SCHEMA}{listed}").replace(properties, f"{_VALUES}{properties}")
        file.Root.Metadata.write(words.encode())
        made = io.BytesIO()
        file.save(made)
    return made.getvalue()


_RESOURCE = '<rdf:li rdf:parseType="Resource">'
_SCHEMA = (
    f"{_RESOURCE}<pdfaSchema:schema>Factur-X</pdfaSchema:schema>"
    f"<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
    "<pdfaSchema:property><rdf:Seq>"
    + "".join(
        f"{_RESOURCE}<pdfaProperty:name>{name}</pdfaProperty:name>"
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{words}</pdfaProperty:description></rdf:li>"
        for name, (_, words) in PROPERTIES.items()
    )
    + "</rdf:Seq></pdfaSchema:property></rdf:li>"
)
_VALUES = (
    f'<rdf:Description rdf:about="" xmlns:fx="{NAMESPACE}">'
    + "".join(f"<fx:{name}>{value}</fx:{name}>" for name, (value, _) in PROPERTIES.items())
    + "</rdf:Description>"
)
