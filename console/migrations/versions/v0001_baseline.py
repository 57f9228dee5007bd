"""The tables as they were when migrations began. Those that a version from before has made are left as they are."""

import sqlalchemy as sa
from alembic import op

revision = "0001_from_0001"
down_revision = None

_SECONDS = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make what is missing. Counts in clear, of versions before, are deleted: they tell what noise is to hide."""
    op.execute("DROP TABLE IF EXISTS tally")
    _make_accounts()
    _make_sign_ins()
    _make_ways_in()
    _make_work()
    _make_figures()
    _make_letters()


def downgrade() -> None:
    """Leave nothing."""
    for table in reversed(_TABLES):
        op.drop_table(table)


def _make_accounts() -> None:
    _table(
        "staff",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("sign_in_name", sa.String(64), nullable=False, unique=True),
        sa.Column("shown_name", sa.String(40), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("desk", sa.String(64), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
    )
    _table(
        "staff_desk",
        sa.Column("staff_id", sa.String(32), _of_staff(), primary_key=True),
        sa.Column("desk", sa.String(64), primary_key=True, index=True),
    )
    _table(
        "asked",
        sa.Column("staff_id", sa.String(32), _of_staff(), primary_key=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("by_name", sa.Boolean(), nullable=False),
    )
    _table(
        "habit",
        sa.Column("staff_id", sa.String(32), _of_staff(), primary_key=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("breath", sa.Integer(), nullable=False),
    )
    _table(
        "device",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("staff_id", sa.String(32), _of_staff(), nullable=False, index=True),
        sa.Column("key", sa.String(87), nullable=False, unique=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("line", sa.String(200), nullable=True),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.Column("requested", sa.Integer(), nullable=False),
    )
    _table(
        "note",
        sa.Column("id", sa.String(22), primary_key=True),
        sa.Column("hour", sa.Integer(), nullable=False, index=True),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("desk", sa.String(64), nullable=False),
        sa.Column("deed", sa.String(16), nullable=False),
        sa.Column("about", sa.String(120), nullable=False),
    )


def _make_sign_ins() -> None:
    _table(
        "sign_in",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("staff_id", sa.String(32), _of_staff(), nullable=False, index=True),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("way", sa.String(16), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("created_hour", sa.Integer(), nullable=False),
        sa.Column("expires", _SECONDS, nullable=False),
        sa.Column("ends", _SECONDS, nullable=False),
    )
    _table(
        "bell",
        sa.Column("id", sa.String(22), primary_key=True),
        sa.Column("staff_id", sa.String(32), _of_staff(), nullable=False, index=True),
        sa.Column(
            "sign_in",
            sa.String(64),
            sa.ForeignKey("sign_in.token_hash", ondelete="CASCADE"),
            nullable=False,
            unique=True,
        ),
        sa.Column("endpoint", sa.String(1000), nullable=False),
        sa.Column("key", sa.String(87), nullable=False),
        sa.Column("auth", sa.String(22), nullable=False),
    )


def _make_ways_in() -> None:
    _table(
        "passkey",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("staff_id", sa.String(32), _of_staff(), nullable=False, index=True),
        sa.Column("credential", sa.String(1400), nullable=False, unique=True),
        sa.Column("public_key", sa.String(2800), nullable=False),
        sa.Column("site", sa.String(253), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
    )
    _table(
        "code_secret",
        sa.Column("staff_id", sa.String(32), _of_staff(), primary_key=True),
        sa.Column("sealed", sa.String(400), nullable=False),
    )
    _table(
        "recovery_code",
        sa.Column("code_hash", sa.String(64), primary_key=True),
        sa.Column("staff_id", sa.String(32), _of_staff(), nullable=False, index=True),
    )
    _table(
        "invitation",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("staff_id", sa.String(32), _of_staff(), nullable=False, unique=True),
        sa.Column("ends", _SECONDS, nullable=False),
    )
    _table(
        "spent",
        sa.Column("mark", sa.String(64), primary_key=True),
        sa.Column("until", _SECONDS, nullable=False),
    )


def _make_work() -> None:
    _table(
        "shift",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("desk", sa.String(64), nullable=False, index=True),
        sa.Column("staff_id", sa.String(32), _of_staff(), nullable=False, index=True),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("day", sa.Integer(), nullable=True),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.Column("holidays", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=True),
    )
    _table(
        "closed_day",
        sa.Column("desk", sa.String(64), primary_key=True),
        sa.Column("day", sa.Integer(), primary_key=True),
    )
    _table(
        "draft",
        sa.Column("part", sa.String(160), primary_key=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("writers", sa.String(), nullable=False),
        sa.Column("writer", sa.String(40), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
    )
    _table(
        "published",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("part", sa.String(160), nullable=False, index=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("writer", sa.String(40), nullable=False),
        sa.Column("approver", sa.String(40), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
    )


def _make_figures() -> None:
    _table(
        "raw_count",
        sa.Column("month", sa.String(7), primary_key=True),
        sa.Column("desk", sa.String(64), primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    _table(
        "figures",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("period", sa.String(7), nullable=False, unique=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(86), nullable=False),
        sa.Column("key", sa.String(43), nullable=False),
    )


def _make_letters() -> None:
    _table(
        "desk_key",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("desk", sa.String(64), nullable=False, index=True),
        sa.Column("key", sa.String(87), nullable=False, unique=True),
        sa.Column("line", sa.String(200), nullable=True),
        sa.Column("retired", sa.Integer(), nullable=True),
    )
    _table(
        "desk_key_copy",
        sa.Column("desk_key", sa.Integer(), sa.ForeignKey("desk_key.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("device", sa.String(87), primary_key=True),
        sa.Column("wrapped", sa.String(160), nullable=False),
    )
    _table(
        "left_box",
        sa.Column("name", sa.String(43), primary_key=True),
        sa.Column("desk", sa.String(64), nullable=False, index=True),
        sa.Column("visitor", sa.String(87), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("up", sa.Integer(), nullable=False),
        sa.Column("down", sa.Integer(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
    )
    _table(
        "letter",
        sa.Column("box", sa.String(43), sa.ForeignKey("left_box.name", ondelete="CASCADE"), primary_key=True),
        sa.Column("way", sa.String(4), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )


def _table(name: str, *columns: sa.Column[object]) -> None:
    if not sa.inspect(op.get_bind()).has_table(name):
        op.create_table(name, *columns)


def _of_staff() -> sa.ForeignKey:
    return sa.ForeignKey("staff.id", ondelete="CASCADE")


_TABLES = (
    "staff",
    "staff_desk",
    "asked",
    "habit",
    "device",
    "note",
    "sign_in",
    "bell",
    "passkey",
    "code_secret",
    "recovery_code",
    "invitation",
    "spent",
    "shift",
    "closed_day",
    "draft",
    "published",
    "raw_count",
    "figures",
    "desk_key",
    "desk_key_copy",
    "left_box",
    "letter",
)
