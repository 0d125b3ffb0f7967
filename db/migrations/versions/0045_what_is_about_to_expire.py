"""what is about to expire"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None
COLUMNS = {"ix_employee_driving": "driving_until", "ix_employee_electrical": "electrical_until"}


def upgrade() -> None:
    for name, column in COLUMNS.items():
        given = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "employee", [column], sqlite_where=given, postgresql_where=given)


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_index(name, "employee")
