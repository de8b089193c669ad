"""A settlement that did not last: why it is taken back, and where the device goes instead."""

from dataclasses import dataclass
from enum import StrEnum

from valuation.domain.disposition import FLAGS, Flag, Route
from valuation.domain.records import BadRecord


class ReversalReason(StrEnum):
    """Why what a settled device was counted for is taken back. The money stays as it was paid."""

    RESALE_FAILED = "resale_failed"
    RETURNED_BY_BUYER = "returned_by_buyer"
    ROUTED_ELSEWHERE = "routed_elsewhere"
    COUNTED_BY_MISTAKE = "counted_by_mistake"


class _TakenBack:
    """What both have in common."""

    reason: ReversalReason

    @property
    def keeps_record(self) -> bool:
        """Whether the record of the erasure still counts: not of what a buyer has used since."""
        return self.reason is not ReversalReason.RETURNED_BY_BUYER


@dataclass(frozen=True, kw_only=True)
class Reversal(_TakenBack):
    """Taken back, and the device goes nowhere yet."""

    reason: ReversalReason

    def __post_init__(self) -> None:
        if self.reason is ReversalReason.ROUTED_ELSEWHERE:
            raise BadRecord("what is routed elsewhere names the new route")


@dataclass(frozen=True, kw_only=True)
class Rerouting(_TakenBack):
    """Taken back, and the device goes another way."""

    reason: ReversalReason
    route: Route

    def __post_init__(self) -> None:
        if FLAGS[self.route] is Flag.NONE:
            raise BadRecord(f"a settled device goes somewhere, and {self.route.value} is nowhere")
