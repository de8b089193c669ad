"""What each finding of an inspection changes: Shapley shares over the changed answers alone.

v(S) is the offer for the device with the findings of S, everything else as declared. The lines sum
to v of all findings less v of none; a better answer raises the amount without being asked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from valuation.domain.answers import Levels
from valuation.domain.inspection import (
    Change,
    ChangedAnswer,
    OtherUnit,
    OtherVariant,
    findings,
)
from valuation.domain.shapley import shapley_shares
from valuation.domain.states import Layout, State

MOST = 10  # findings with a share of their own; 1,024 states of one device take some 50 ms
Offers = Callable[[bool, Sequence[State]], Sequence[int]]


@dataclass(frozen=True, slots=True)
class FindingLine:
    """What one change moves, in minor units; a group of changes where there are very many."""

    changes: tuple[Change, ...]
    amount: int


def finding_lines(
    *,
    changes: Sequence[Change],
    declared: Levels,
    inspected: Levels,
    layout: Layout,
    offers: Offers,
) -> list[FindingLine]:
    """A line for each change. ``offers`` prices states of the quoted or of the found variant (True)
    as they would be offered, in whole minor units."""
    groups = findings(declared=declared, inspected=inspected)
    moving = [change for change in changes if not isinstance(change, OtherUnit)]
    causes: list[tuple[Change, ...]] = [(change,) for change in moving[:MOST]]
    if len(moving) > MOST:
        causes[-1] = (*causes[-1], *moving[MOST:])
    states = [_state(subset, groups, declared, inspected, layout) for subset in _all(causes)]
    values = _valued(states, offers)
    shares = shapley_shares(values)
    lines = [FindingLine(cause, share) for cause, share in zip(causes, shares, strict=True)]
    # No price depends on which unit it is.
    return lines + [FindingLine((c,), 0) for c in changes if isinstance(c, OtherUnit)]


def _all(causes: Sequence[tuple[Change, ...]]) -> list[list[Change]]:
    """The changes of every subset of the causes: bit i for cause i."""
    return [
        [change for place, cause in enumerate(causes) if subset >> place & 1 for change in cause]
        for subset in range(1 << len(causes))
    ]


def _state(
    found: Sequence[Change],
    groups: dict[str, tuple[str, ...]],
    declared: Levels,
    inspected: Levels,
    layout: Layout,
) -> tuple[bool, State]:
    """The state with some findings, and whether the variant found is among them."""
    levels = dict(declared)
    for change in found:
        if isinstance(change, ChangedAnswer):
            levels |= {question: inspected[question] for question in groups[change.question]}
    other = any(isinstance(change, OtherVariant) for change in found)
    return other, layout.state(levels)


def _valued(states: Sequence[tuple[bool, State]], offers: Offers) -> list[int]:
    """The offers of states, those of each variant priced together."""
    found: dict[tuple[bool, State], int] = {}
    for other in (False, True):
        wanted = list(dict.fromkeys(state for variant, state in states if variant is other))
        if wanted:
            priced = zip(wanted, offers(other, wanted), strict=True)
            found |= {(other, state): amount for state, amount in priced}
    return [found[key] for key in states]
