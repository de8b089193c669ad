"""What a block list or a lock service says of one unit, and how it counts beside the answers.

A check overrules for the worse, whatever was declared. It answers in the clerk's place only where
it knows; what is unknown is never clean: the answer stays the clerk's, or is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from valuation.domain.answers import Levels
from valuation.domain.device import Category
from valuation.domain.questions import BY_ID, questions_for


class Listing(StrEnum):
    """Whether the unit is on a block list."""

    LISTED = "listed"
    CLEAN = "clean"
    UNKNOWN = "unknown"


class LockState(StrEnum):
    """Whether the unit's activation lock is on."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """Why nothing is known."""

    NO_IDENTIFIER = "no_identifier"
    NOT_IN_SOURCE = "not_in_source"
    UNAVAILABLE = "unavailable"


BLOCK_LIST, ACTIVATION_LOCK = "block_list", "activation_lock"
# What each word of a source answers; the unknown ones answer nothing.
_ANSWERS: Mapping[tuple[str, str], str] = {
    (BLOCK_LIST, Listing.LISTED): "listed",
    (BLOCK_LIST, Listing.CLEAN): "clear",
    (ACTIVATION_LOCK, LockState.ON): "on",
    (ACTIVATION_LOCK, LockState.OFF): "off",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCheck:
    """One answer of a source about one unit, which is not named here.

    ``digest`` and ``dated``: which state of the source it was, where it has one.
    """

    block_list: Listing
    activation_lock: LockState
    source: str
    at: datetime
    digest: str | None = None
    dated: date | None = None
    why: Why | None = None

    @property
    def statuses(self) -> Mapping[str, str]:
        """What is said of each question, in the source's words."""
        return {BLOCK_LIST: self.block_list.value, ACTIVATION_LOCK: self.activation_lock.value}

    @property
    def known(self) -> dict[str, int]:
        """The levels of the questions that the source answers."""
        return {
            question: BY_ID[question].level(_ANSWERS[question, status])
            for question, status in self.statuses.items()
            if (question, status) in _ANSWERS
        }


def nothing_known(*, source: str, at: datetime, why: Why) -> DeviceCheck:
    """A check that failed or was not made."""
    return DeviceCheck(
        block_list=Listing.UNKNOWN, activation_lock=LockState.UNKNOWN, source=source, at=at, why=why
    )


@dataclass(frozen=True, slots=True)
class Checked:
    """A check beside the levels that were declared."""

    check: DeviceCheck
    declared: Levels

    def counted(self, category: Category) -> dict[str, int]:
        """The levels that count: the worse of both, or the one that there is."""
        asked = {question.id for question in questions_for(category)}
        found = {q: level for q, level in self.check.known.items() if q in asked}
        worse = {q: min(level, self.declared.get(q, level)) for q, level in found.items()}
        return {**self.declared, **worse}

    def overruled(self, question: str) -> bool:
        """Whether the check is worse than what was declared."""
        known, declared = self.check.known.get(question), self.declared.get(question)
        return known is not None and declared is not None and known < declared
