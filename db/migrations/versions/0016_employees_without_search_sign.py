"""employees: their words are searched without a sign of them"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

LIST = ["company_id", "sort_key", "id"]


def upgrade() -> None:
    op.drop_index("ix_employee_list", "employee")
    op.drop_column("employee", "search_sign")
    op.create_index("ix_employee_list", "employee", [*LIST, "search_key", "exit_on"])


def downgrade() -> None:
    """With every bit, as rows had that came in another way: a search compares their words."""
    op.add_column("employee", sa.Column("search_sign", sa.BigInteger(), nullable=False, server_default="-1"))
    op.drop_index("ix_employee_list", "employee")
    op.create_index("ix_employee_list", "employee", [*LIST, "search_sign", "search_key", "exit_on"])
