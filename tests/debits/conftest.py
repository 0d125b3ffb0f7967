"""The service's account and its creditor's identifier, without which nobody is debited."""

import pytest

from tests.debits.steps import ICS
from tests.invoices.steps import BIC, IBAN


@pytest.fixture
def our_creditor(portal):
    settings = portal.settings
    settings.service_iban, settings.service_bic, settings.service_creditor_id = IBAN, BIC, ICS
