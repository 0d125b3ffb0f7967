"""Steps of reminders: which one an invoice is due, the words that it says, the indemnity that it may bill.

Late penalties and the indemnity of 40 € are due without any reminder (Code de commerce, articles L441-10, II
and D441-5): a step may bill the indemnity, once for an invoice, and never more; further costs need proof, and
are billed by hand. Pure, no clock, money in cents.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from app.invoices.rules import BY_HAND
from app.text.formats import amount
from app.text.letters import problem_with
from db.models import DunningStep, StepKind

MOST_FEE_CENTS = 40_00  # article D441-5
MOST_DAYS = 365
KIND_WORDS = {StepKind.MAIL: "Courriel", StepKind.LETTER: "Lettre", StepKind.BOTH: "Courriel et lettre"}
EXEMPTION = (
    "Indemnité forfaitaire de recouvrement (Code de commerce, article D441-5), hors du champ de la TVA"
)
PLACES = {
    "adhérent": "sa raison sociale",
    "code": "son code adhérent",
    "factures": "les numéros des factures",
    "montant": "ce qui reste à payer, indemnité comprise",
    "échéance": "la plus ancienne échéance",
    "retard": "les jours de retard depuis cette échéance",
    "indemnité": "le montant de l’indemnité facturée",
    "service": "le nom du service",
}


def next_step(
    steps: Sequence[DunningStep], due_on: date, last_days: int, last_on: date | None
) -> tuple[DunningStep, date] | None:
    """The step that follows those sent, and the first day on which it may leave: so long after the term, and
    as long after the step before it as there is between the two. `steps`: by their days; `last_days`: of the
    step sent last, 0 for none, on `last_on`.
    """
    step = next((each for each in steps if each.days > last_days), None)
    if step is None:
        return None
    from_term = due_on + timedelta(days=step.days)
    after_last = last_on + timedelta(days=step.days - last_days) if last_on else from_term
    return step, max(from_term, after_last)


def step_problem(step: DunningStep, others: Sequence[DunningStep]) -> tuple[str, str]:
    """(field, words) of what is wrong with a step beside the others; two empty ones when nothing is."""
    for field, words in (("subject", step.subject), ("text", step.text)):
        if problem := problem_with(words, PLACES):
            return field, problem
    if any(each.days == step.days for each in others):
        return "days", "Une autre étape part déjà ce jour-là : deux étapes se suivent."
    if step.fee_cents > MOST_FEE_CENTS:
        return "fee", f"L’indemnité est de {amount(MOST_FEE_CENTS)} au plus (Code de commerce, D441-5)."
    if step.fee_cents and any(each.fee_cents for each in others):
        return "fee", "Une autre étape facture déjà l’indemnité : elle n’est due qu’une fois par facture."
    return "", ""


def fee_receipt(invoice_id: int, run_id: int) -> str:
    """The receipt of the indemnity of an invoice, which the base keeps from being billed twice by a run."""
    return f"{BY_HAND}fee-{invoice_id}-{run_id}"
