"""A portal whose settings name a platform, and the platform."""

from datetime import date

import pytest
from pydantic import SecretStr

from app.platform.client import Platform
from app.platform.work import Courier
from tests.platform.fake import SECRET, FakePlatform


@pytest.fixture
async def fake():
    platform = await FakePlatform().open()
    yield platform
    await platform.close()


@pytest.fixture
def settings(settings, fake):
    since = {"platform_since": date(2026, 2, 2), "platform_client_secret": SecretStr(SECRET)}
    return settings.model_copy(update=fake.settings | since)


@pytest.fixture
async def courier(portal):
    courier = Courier(Platform(portal.settings))
    yield courier
    await courier.platform.close()
