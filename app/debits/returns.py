"""Files by which banks refuse debits: pain.002, camt.054 and camt.053 (ISO 20022), of any version. Pure.

A document type is refused, so no entity can grow or reach outside. What a file says of other things than
refused debits is not read.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

MOST_BYTES = 10_000_000
KIND = re.compile(r":(pain\.002|camt\.05[34])\.001\.\d\d$", re.ASCII)
REJECTED = "RJCT"
NOT_XML = "Ce fichier n’est pas un retour de banque : demandez-lui le format pain.002 ou camt.054."
NOT_KIND = "Ce fichier XML n’est ni un pain.002 ni un camt.054 : demandez à la banque l’un de ces formats."
DAMAGED = "Ce fichier est coupé ou abîmé : téléchargez-le de nouveau auprès de la banque."
DOCTYPE = "Ce fichier XML déclare un type de document, ce qu’aucune banque ne fait : il n’est pas lu."
NOT_OURS = "Ce fichier n’est pas celui du compte du service : il porte sur le compte finissant par {last}."
NOTHING = "Ce fichier ne refuse aucun prélèvement : il n’y a rien à enregistrer."
REASONS = {
    "AC01": "IBAN faux", "AC04": "compte clos", "AC06": "compte bloqué", "AC13": "compte d’un particulier",
    "AG01": "compte qui ne se prélève pas", "AG02": "opération mal codée", "AM04": "provision insuffisante",
    "AM05": "prélèvement présenté deux fois", "BE05": "créancier inconnu de la banque",
    "CNOR": "banque du créancier inconnue", "DNOR": "banque du débiteur inconnue",
    "FF01": "fichier mal formé", "MD01": "mandat inconnu, ou révoqué auprès de la banque",
    "MD02": "mandat incomplet", "MD06": "remboursé à la demande du débiteur", "MD07": "débiteur décédé",
    "MS02": "refusé par le débiteur", "MS03": "raison non précisée par la banque",
    "RC01": "code de la banque faux", "RR01": "identité du débiteur absente", "RR04": "raison légale",
    "SL01": "prélèvements de ce créancier refusés par le débiteur",
}  # fmt: skip
# After these, another debit would be refused as well.
SUSPENDING = frozenset({"AC01", "AC04", "AC06", "AC13", "AG01", "MD01", "MD02", "MD07", "SL01"})


class WrongReturn(ValueError):  # noqa: N818
    """The reason why a file cannot be taken, in French."""


class Refusal(NamedTuple):
    """One debit refused, by its `reference`; or all of a file (`message`), or of one of its batches."""

    reference: str
    code: str
    on: date
    message: str = ""
    batch: str = ""


def reason_words(code: str) -> str:
    return REASONS.get(code, f"raison {code}" if code else REASONS["MS03"])


def read_returns(content: bytes, iban: str) -> list[Refusal]:
    """Refusals of a file, in its order; `WrongReturn` says why there are none. `iban`: the service's."""
    if not re.match(rb"(?:\xef\xbb\xbf)?\s*<", content):
        raise WrongReturn(NOT_XML)
    kind, root = _tree(content)
    try:
        found = list(_of_status(root) if kind == "pain.002" else _of_account(root, iban))
    except (ValueError, AttributeError) as error:
        raise error if isinstance(error, WrongReturn) else WrongReturn(DAMAGED) from None
    if not found:
        raise WrongReturn(NOTHING)
    return found


def _tree(content: bytes) -> tuple[str, Element]:
    """The kind of the document, and its elements without their namespace."""
    builder, kinds = TreeBuilder(), list[str]()

    def start(name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition("}")
        if not kinds:
            found = KIND.search(space)
            if not found:
                raise WrongReturn(NOT_KIND)
            kinds.append(found[1])
        builder.start(local, attributes)

    def refuse(*_: Any) -> None:
        raise WrongReturn(DOCTYPE)

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler, parser.StartDoctypeDeclHandler = start, refuse
    parser.EndElementHandler = lambda name: builder.end(name.rpartition("}")[2])
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError):
        raise WrongReturn(DAMAGED) from None
    return kinds[0], builder.close()


def _of_status(root: Element) -> Iterator[Refusal]:
    """pain.002: debits, batches, or the whole file."""
    on = date.fromisoformat(_text(root, "*/GrpHdr/CreDtTm")[:10])
    message = _text(root, "*/OrgnlGrpInfAndSts/OrgnlMsgId")
    whole = root.find("*/OrgnlGrpInfAndSts")
    if whole is not None and _text(whole, "GrpSts") == REJECTED:
        yield Refusal("", _code(whole), on, message)
        return
    for batch in root.iterfind("*/OrgnlPmtInfAndSts"):
        if _text(batch, "PmtInfSts") == REJECTED and batch.find("TxInfAndSts") is None:
            yield Refusal("", _code(batch), on, message, _text(batch, "OrgnlPmtInfId"))
        for each in batch.iterfind("TxInfAndSts"):
            if _text(each, "TxSts") == REJECTED or _text(batch, "PmtInfSts") == REJECTED:
                yield Refusal(_text(each, "OrgnlEndToEndId"), _code(each) or _code(batch), on)


def _of_account(root: Element, iban: str) -> Iterator[Refusal]:
    """camt.054 and camt.053: money that goes back, by the reference of its debit."""
    for part in (*root.iterfind("*/Ntfctn"), *root.iterfind("*/Stmt")):
        account = _text(part, "Acct/Id/IBAN")
        if account and account != iban:
            raise WrongReturn(NOT_OURS.format(last=account[-4:]))
        for entry in part.iterfind("Ntry"):
            if _text(entry, "CdtDbtInd") != "DBIT":
                continue
            on = _day(entry)
            for each in entry.iterfind("NtryDtls/TxDtls"):
                reference = _text(each, "Refs/EndToEndId")
                if reference and reference != "NOTPROVIDED":
                    yield Refusal(reference, _text(each, "RtrInf/Rsn/Cd")[:4], on)


def _day(entry: Element) -> date:
    for path in ("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm"):
        if words := _text(entry, path):
            return date.fromisoformat(words[:10])
    raise WrongReturn(DAMAGED)


def _code(element: Element) -> str:
    reason = element.find("StsRsnInf/Rsn")
    return "" if reason is None else (_text(reason, "Cd") or _text(reason, "Prtry"))[:4]


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def references_in_batch(content: bytes, batch: str) -> list[str]:
    """References of the debits of a batch of our own file; of all of them when `batch` is ""."""
    found: list[str] = []
    for part in re.findall(rb"<PmtInf>.*?</PmtInf>", content, re.DOTALL):
        if not batch or f"<PmtInfId>{batch}</PmtInfId>".encode() in part:
            found += [each.decode() for each in re.findall(rb"<EndToEndId>([^<]+)</EndToEndId>", part)]
    return found
