"""Single-use codes: a digest each, held by one quote at a time, used once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, func, insert, or_, select, update

from valuation.storage.quotes import Taken
from valuation.storage.tables import campaign_codes


class CodeHeld(Taken):
    """Another quote holds the code, or it was used."""


class Fate(StrEnum):
    """What becomes of a code."""

    HELD = "held"
    USED = "used"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class StoredCode:
    """A code's row; ``holder`` is the quote that holds or used it."""

    digest: str
    campaign: str
    made_at: datetime
    holder: str | None = None
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, order=True)
class CodeMove:
    """What a quote does with a code. ``instead_of``: the holder seen, whose quote has ended."""

    digest: str
    quote: str
    fate: Fate
    at: datetime
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class CodeStore:
    """The codes as one transaction sees them; whoever opened it commits."""

    connection: Connection

    def add(self, codes: Sequence[StoredCode]) -> None:
        """Keep new codes."""
        rows = [{n: getattr(code, n) for n in code.__dataclass_fields__} for code in codes]
        self.connection.execute(insert(campaign_codes), rows)

    def of(self, digests: Sequence[str]) -> dict[str, StoredCode]:
        """The codes that there are, by digest."""
        rows = self.connection.execute(
            select(campaign_codes).where(campaign_codes.c.digest.in_(digests))
        )
        return {row.digest: StoredCode(**row._mapping) for row in rows}

    def counts(self) -> dict[str, tuple[int, int, int]]:
        """By campaign: how many codes were made, how many are held and how many used."""
        table = campaign_codes.c
        rows = self.connection.execute(
            select(
                table.campaign, func.count(), func.count(table.holder), func.count(table.used_at)
            ).group_by(table.campaign)
        )
        return {name: (made, taken - used, used) for name, made, taken, used in rows}

    def move(self, *moves: CodeMove) -> None:
        """All moves, in one order for everybody; CodeHeld where another quote was first."""
        for each in sorted(moves):
            if not self._moved(each) and each.fate is not Fate.FREE:
                raise CodeHeld(f"a code of {each.quote} is another quote's")

    def _moved(self, move: CodeMove) -> int:
        table = campaign_codes.c
        may = table.holder == move.quote
        match move.fate:
            case Fate.HELD:
                values: dict[str, object] = {"holder": move.quote}
                may = or_(may, table.holder.is_(None), table.holder == move.instead_of)
            case Fate.USED:
                values = {"used_at": move.at}
            case Fate.FREE:
                values = {"holder": None}
        chosen = update(campaign_codes).where(table.digest == move.digest, table.used_at.is_(None))
        return self.connection.execute(chosen.where(may).values(values)).rowcount
