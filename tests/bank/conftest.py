"""The account of the service, which statements are of."""

import pytest

from tests.invoices.steps import IBAN


@pytest.fixture
def our_account(portal):
    portal.settings.service_iban = IBAN
