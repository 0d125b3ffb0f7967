"""employees: the jobs of a company are found without reading its people"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_employee_job", "employee", ["company_id", "job_title", "exit_on"])


def downgrade() -> None:
    op.drop_index("ix_employee_job", "employee")
