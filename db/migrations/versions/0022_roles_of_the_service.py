"""staff: roles, and the teams and centres that they work for"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Those who were there could do everything, and still can.
    everything = sa.text("""'["direction", "medical"]'""")
    op.add_column("staffmember", sa.Column("roles", sa.JSON(), nullable=False, server_default=everything))
    for name in ("teams", "centres"):
        op.add_column(
            "staffmember", sa.Column(name, sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
        )


def downgrade() -> None:
    for name in ("centres", "teams", "roles"):
        op.drop_column("staffmember", name)
