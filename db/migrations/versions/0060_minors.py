"""minors of a company, with all that the yearly declaration asks of them"""

from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

COLUMNS = ["company_id", "birth_on", "monitoring", "contract", "entry_on", "exit_on", "contract_ends_on"]


def upgrade() -> None:
    op.drop_index("ix_employee_company_id_birth_on", "employee")
    op.create_index("ix_employee_minors", "employee", COLUMNS)


def downgrade() -> None:
    op.drop_index("ix_employee_minors", "employee")
    op.create_index("ix_employee_company_id_birth_on", "employee", ["company_id", "birth_on"])
