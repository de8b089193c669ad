"""What somebody wants to do with a quote, and why that cannot be used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from valuation.domain.dispatch import Way
from valuation.domain.disposition import Route
from valuation.domain.giving import Given
from valuation.domain.inspection import NO_EVIDENCE
from valuation.domain.moves import Step
from valuation.domain.overrides import OverrideReason
from valuation.domain.records import Actor, Evidence
from valuation.domain.reversals import ReversalReason


class StepIncomplete(ValueError):
    """The step lacks something, or has what it cannot use; ``member`` of the request says which."""

    def __init__(self, member: str, message: str) -> None:
        super().__init__(message)
        self.member = member


class CannotReprice(ValueError):
    """What the inspection found has no price here: a person must look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRequest:
    """What somebody wants to do with a quote.

    ``amount``: what the customer saw and accepts, or an override's new amount. ``answers``,
    ``device`` (a variant id) and ``identifier``: what an inspection found, left out where it is as
    declared; ``photos``: its evidence by question. ``evidence``: of the step as a whole.
    ``reason``: of an override or a reversal; ``route``: where a reversal sends the device instead.
    ``donate``: what the customer gives with an acceptance, and the cause's id; ``way``: how the
    device is handed over.
    """

    step: Step
    actor: Actor
    amount: int | None = None
    answers: Mapping[str, object] = field(default_factory=dict)
    device: str | None = None
    identifier: str | None = None
    photos: Mapping[str, Sequence[Evidence]] = field(default_factory=lambda: NO_EVIDENCE)
    evidence: tuple[Evidence, ...] = ()
    condition: str | None = None
    reason: OverrideReason | ReversalReason | None = None
    route: Route | None = None
    confirmed_by: Actor | None = None
    donate: tuple[Given, str] | None = None
    way: Way | None = None
