"""Tables of what was counted: raw, and as it was published. No row is of one talk, and no time finer than a month."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from console.tables import Base


class CountRow(Base):
    """What was counted at a desk in a month, encrypted (console.counts). No row per talk exists anywhere."""

    __tablename__ = "raw_count"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    desk: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[bytes]


class FigureRow(Base):
    """The figures of a period that was closed, as they were published: written once (safety.chain)."""

    __tablename__ = "figures"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period: Mapped[str] = mapped_column(String(7), unique=True)
    document: Mapped[str] = mapped_column(Text)
    signature: Mapped[str] = mapped_column(String(86))  # 64 bytes in base64
    key: Mapped[str] = mapped_column(String(43))
