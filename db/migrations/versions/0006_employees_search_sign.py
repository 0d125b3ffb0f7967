"""employees: a sign of their words, that a search compares first"""

from zlib import crc32

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CHUNK = 5_000
LIST = ["company_id", "sort_key", "id"]


def upgrade() -> None:
    # With a default SQLite adds it in place: a table that is copied would forget which numbers were given.
    op.add_column("employee", sa.Column("search_sign", sa.BigInteger(), nullable=False, server_default="-1"))
    _sign_everybody()
    op.drop_index("ix_employee_list", "employee")
    op.create_index("ix_employee_list", "employee", [*LIST, "search_sign", "search_key", "exit_on"])


def downgrade() -> None:
    op.drop_index("ix_employee_list", "employee")
    op.drop_column("employee", "search_sign")
    op.create_index("ix_employee_list", "employee", [*LIST, "search_key", "exit_on"])


def _sign_everybody() -> None:
    connection = op.get_bind()
    employee = sa.table("employee", sa.column("id"), sa.column("search_key"), sa.column("search_sign"))
    signing = (
        sa.update(employee)
        .where(employee.c.id == sa.bindparam("row"))
        .values(search_sign=sa.bindparam("sign"))
    )
    rows = connection.execute(sa.select(employee.c.id, employee.c.search_key)).all()
    for start in range(0, len(rows), CHUNK):
        signs = [{"row": row, "sign": _sign(key)} for row, key in rows[start : start + CHUNK]]
        connection.execute(signing, signs)


def _sign(search_key: str) -> int:
    """As `app.text.search.sign_of` when this was written: what it gave is what rows hold."""
    sign = 0
    for start in {word[:length] for word in search_key.split() for length in (1, 2, 3)}:
        sign |= 1 << crc32(start.encode()) % 62
    return sign
