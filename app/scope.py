"""A staff account's scope, put into the statement itself: whatever a query names, rows of members outside it
are not there.

SQLAlchemy adds the condition wherever a model stands in a statement: joins, subqueries, aliases, unions,
UPDATE and DELETE. So a query that forgets the scope cannot be written with models; one in plain SQL text is
refused. Accounts have no member of their own: they count as in scope where a row in scope names them, and by
themselves when they act for a member in scope or work for the service.
"""

from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy
from sqlalchemy import ColumnElement, Table, TextClause, and_, column, or_, table
from sqlalchemy.orm import with_loader_criteria
from sqlalchemy.sql import visitors
from sqlmodel import col

from app.staff_rights import StaffScope
from db.models import Account, Base, CareCentre, Company, CompanyOwned, StaffMember

_KNOWN: WeakKeyDictionary[Any, dict[StaffScope, Any]] = WeakKeyDictionary()
# The same tables without their models: the condition is not put into itself.
_COMPANY = table("company", column("id"), column("team_id"))
_MEMBERSHIP = table("membership", column("account_id"), column("company_id"))
_STAFF = table("staffmember", column("account_id"))


def scope_of(staff: StaffMember) -> StaffScope:
    """The scope of somebody of the service."""
    return StaffScope(tuple(staff.teams), tuple(staff.centres))


def scoped(statement: Any, scope: StaffScope, *, known: bool) -> Any:
    """The statement for this scope. `known`: made once at module level, so it is thought over once."""
    if scope.is_everything:
        return statement
    if isinstance(statement, TextClause):
        raise TypeError("plain SQL text knows no scope: write it with models")
    if not known:
        return _with_criteria(statement, scope)
    scopes = _KNOWN.setdefault(statement, {})
    if scope not in scopes:
        scopes[scope] = _with_criteria(statement, scope)
    return scopes[scope]


def _with_criteria(statement: Any, scope: StaffScope) -> Any:
    names = {each.name for each in visitors.iterate(statement) if isinstance(each, Table)}
    mine = [option for name, option in _criteria(scope).items() if name in names]
    if not mine and Account.__tablename__ in names:
        mine = [_accounts(scope)]
    return statement.options(*mine) if mine else statement


@lru_cache(maxsize=256)
def _criteria(scope: StaffScope) -> dict[str, Any]:
    """By table, the condition on its rows."""
    found = {}
    for model in models():
        if (condition := condition_on(model, scope)) is not None:
            found[str(model.__tablename__)] = with_loader_criteria(model, condition, include_aliases=True)
    return found


def models() -> list[Any]:
    """Every model that has a table."""
    return [each for each in (*Base.__subclasses__(), *CompanyOwned.__subclasses__()) if each != CompanyOwned]


def condition_on(model: Any, scope: StaffScope) -> ColumnElement[bool] | None:
    """The condition that keeps a row of this model in scope; None when every row is.

    A row of no company, or of no centre yet, is everybody's; one of no team is only theirs who work for all.
    """
    columns, parts = model.__table__.c, []
    if "company_id" in columns:
        if (theirs := _companies(scope)) is not None:
            parts = [_or_none(model.company_id, model.company_id.in_(theirs))]
    elif "team_id" in columns:
        parts = _of_team(model, scope)
    if scope.centres and model is CareCentre:
        parts = [col(CareCentre.id).in_(scope.centres)]
    elif scope.centres and model is not Company and "centre_id" in columns:
        parts.append(_or_none(model.centre_id, model.centre_id.in_(scope.centres)))
    return and_(*parts) if parts else None


def _or_none(wanted: Any, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return or_(wanted.is_(None), condition) if wanted.property.columns[0].nullable else condition


def _of_team(row: Any, scope: StaffScope) -> list[ColumnElement[bool]]:
    return [row.team_id.in_(scope.teams)] if scope.teams else []


def _companies(scope: StaffScope) -> Any:
    """Numbers of the members in scope; None for all of them."""
    parts = _of_team(_COMPANY.c, scope)
    return sqlalchemy.select(_COMPANY.c.id).where(*parts) if parts else None


@lru_cache(maxsize=256)
def _accounts(scope: StaffScope) -> Any:
    """The condition on accounts that a statement reads beside no row in scope."""
    theirs = _companies(scope)
    acting = sqlalchemy.select(_MEMBERSHIP.c.account_id)
    if theirs is not None:
        acting = acting.where(_MEMBERSHIP.c.company_id.in_(theirs))
    condition = or_(col(Account.id).in_(acting), col(Account.id).in_(sqlalchemy.select(_STAFF.c.account_id)))
    return with_loader_criteria(Account, condition, include_aliases=True)
