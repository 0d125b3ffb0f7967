"""what is kept and for how long: periods of the service, rows made anonymous"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

from db.types import Instant

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

CHUNK = 5_000
NAMED = sa.text("anonymised_at IS NULL")
PLAIN = str.maketrans(
    {"æ": "ae", "œ": "oe", "þ": "th", "ŋ": "ng", "ĸ": "k", "ə": "e", "ƞ": "n", "ȷ": "j", "ı": "i"}
    | dict(zip("øđðħłŧƀɨʉɇɉɍɏȼȿɀ", "oddhltbiuejrycsz", strict=True))
    | dict.fromkeys("’‘ʼ", "'")
    | dict.fromkeys("‐‒–—−", "-")
)


def upgrade() -> None:
    op.create_table(
        "retentionperiod",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(20), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_retentionperiod_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retentionperiod")),
        sa.UniqueConstraint("line", name=op.f("uq_retentionperiod_line")),
    )
    for name in ("warned_at", "erased_at"):
        op.add_column("account", sa.Column(name, Instant(), nullable=True))
    op.add_column("employee", sa.Column("anonymised_at", Instant(), nullable=True))
    op.add_column(
        "employee", sa.Column("person_key", sa.String(120), nullable=False, server_default=sa.text("''"))
    )
    _fill_keys()
    op.create_index("ix_employee_person_key", "employee", ["person_key"])
    op.create_index("ix_employee_birth_on", "employee", ["birth_on"])
    op.create_index(
        "ix_employee_left", "employee", ["exit_on", "id"], sqlite_where=NAMED, postgresql_where=NAMED
    )


def downgrade() -> None:
    op.drop_index("ix_employee_left", table_name="employee")
    op.drop_index("ix_employee_birth_on", table_name="employee")
    op.drop_index("ix_employee_person_key", table_name="employee")
    op.drop_column("employee", "person_key")
    op.drop_column("employee", "anonymised_at")
    for name in ("warned_at", "erased_at"):
        op.drop_column("account", name)
    op.drop_table("retentionperiod")


def _fill_keys() -> None:
    columns = [sa.column(name) for name in ("id", "birth_name", "person_key")]
    employee = sa.table("employee", *columns, sa.column("birth_on", sa.Date()))
    connection, after = op.get_bind(), 0
    read = sa.select(employee.c.id, employee.c.birth_name, employee.c.birth_on).order_by(employee.c.id)
    put = (
        sa.update(employee).where(employee.c.id == sa.bindparam("row")).values(person_key=sa.bindparam("key"))
    )
    while rows := connection.execute(read.where(employee.c.id > after).limit(CHUNK)).all():
        after = rows[-1].id
        keys = [{"row": row.id, "key": f"{_letters(row.birth_name)[:100]} {row.birth_on}"} for row in rows]
        connection.execute(put, keys)


def _letters(name: str) -> str:
    """The words of `app.text.search.words_of`, joined, when this was written."""
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    plain = "".join(each for each in spread if not unicodedata.combining(each)).translate(PLAIN)
    return "".join(re.findall(r"[^\W_]+", plain))
