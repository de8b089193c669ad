"""Where a quote stands: what its events have made of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from valuation.domain.disposition import Route
from valuation.domain.giving import Gift, Given
from valuation.domain.happened import Happened, Kind
from valuation.domain.moves import ACCEPTED, PINNED, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """Where a quote stands after its events.

    ``amount``: what the shop would pay now. ``adjustment``: the sum of overrides, their own line
    in it. ``overridden``: the same without signs, which limits are about. ``erased``: the SHA-256
    of the last record of an erasure that counts, ``destroyed``: whether one is of its destruction
    (records of before say it by the condition alone). ``rerouted``: where the device goes since its
    settlement was taken back, ``completed``: which way it went to the end. ``gift``: what the
    customer last agreed to give, ``delivered``: whether the cause has it. ``holds_data``: whether
    it is of a kind that keeps somebody's data. ``appraised``: whether a person named the amount,
    where there was none.
    """

    stage: Stage
    amount: int | None
    valid_until: datetime
    receive_within: timedelta
    answer_within: timedelta
    conditions: tuple[str, ...]
    events: tuple[Happened, ...]
    receive_by: datetime | None = None
    answer_by: datetime | None = None
    met: frozenset[str] = frozenset()
    adjustment: int = 0
    overridden: int = 0
    erased: str | None = None
    destroyed: bool = False
    rerouted: Route | None = None
    gift: Gift | None = None
    delivered: bool = False
    completed: Route | None = None
    holds_data: bool = True
    appraised: bool = False

    @property
    def accepted(self) -> bool:
        """Whether an accepted offer is under way."""
        return self.stage in ACCEPTED

    @property
    def gives_device(self) -> bool:
        """Whether the customer gives the device away."""
        return self.gift is not None and self.gift.what is Given.DEVICE

    @property
    def pinned(self) -> bool:
        """Whether the quote's own ``as_of`` and versions hold; ask it of ``as_at``."""
        return self.stage in PINNED

    @property
    def unmet(self) -> tuple[str, ...]:
        """What must still be shown before settlement."""
        return tuple(code for code in self.conditions if code not in self.met)

    @property
    def deadline(self) -> datetime | None:
        """The last instant of the stage, where time ends it."""
        return {
            Stage.OFFERED: self.valid_until,
            Stage.INDICATIVE: self.valid_until,
            Stage.REFERRED: self.valid_until,
            Stage.ACCEPTED: self.receive_by,
            Stage.COUNTER_OFFERED: self.answer_by,
        }.get(self.stage)

    def last(self, kind: Kind) -> Happened | None:
        """Who did it, when and with what evidence; None where it has not happened."""
        return next((event for event in reversed(self.events) if event.kind is kind), None)


def unrecorded(life: Life) -> Life:
    """The life of a device that somebody else has used since: what was erased is no longer."""
    return replace(life, erased=None)
