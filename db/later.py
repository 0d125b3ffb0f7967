"""A session that is made when it is needed."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession


class LaterSession:
    """A session that is only made once somebody asks more of it than its notes: the quick way to rows does
    not.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self.info: dict[Any, Any] = {}
        self.is_made = False

    def __getattr__(self, name: str) -> Any:
        if not self.is_made:
            self._session = AsyncSession(self._engine, expire_on_commit=False)
            self._session.info.update(self.info)
            self.info, self.is_made = self._session.info, True
        return getattr(self._session, name)
