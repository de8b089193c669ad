"""Many devices to few facilities under their capacities, by expected value; HiGHS solves it.

A transportation problem: its matrix is totally unimodular, so the vertex that the simplex method
ends on is whole. A large stock is not given to the solver at once: at nearly the right prices of
the places, who clearly prefers one is put there, the rest is solved exactly, and whoever would
rather move at the prices found is taken back and it is solved again. When nobody would, the whole
is optimal.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog, minimize
from scipy.sparse import csr_array

Whole = npt.NDArray[np.int64]
Real = npt.NDArray[np.float64]

AT_ONCE = 3_000  # kinds of device that are given to the solver without a guess before
SAMPLE = 6_000  # kinds by which prices are found at first
LAST = 3  # powers of 4 minor units from which on all kinds count
TIED = 3.0  # minor units: more than the prices that are found before are wrong by
SLACK = 1e-6  # minor units: below it nobody would rather move
WITHIN = 0.5  # amounts are whole: nothing lies between a total and this much more
NOWHERE = -1


class NotSolved(RuntimeError):
    """The solver gave no whole optimum."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """By device the number of its facility, or NOWHERE; ``total`` in minor units.

    A device that is left counts as the allocation was told.
    """

    chosen: Whole
    total: int


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Equal devices as one row: worth at each facility and, last, left; how many there are."""

    worth: Real
    supply: Whole

    def some(self, rows: Whole) -> "_Kinds":
        return _Kinds(self.worth[rows], self.supply[rows])


def left_worth(worth: Real) -> Real:
    """What a device without a place counts: nothing, or what its worst place would cost, and one
    minor unit less, so that to be left is never the cheaper way out."""
    worst = np.min(worth, axis=1, where=np.isfinite(worth), initial=0.0)
    return np.asarray(worst - 1, dtype=np.float64)


def allocate(*, worth: Real, capacity: Whole, left: Real | None = None) -> Allocation:
    """The best allocation. ``worth``: whole minor units by device and facility, -inf where it may
    not go; ``capacity``: places by facility; ``left``: what a device counts that has no place, as
    ``left_worth`` says if not given. NotSolved where the total is not proven the largest.
    """
    if not len(worth):
        return Allocation(np.empty(0, dtype=np.int64), 0)
    with_left = np.column_stack([worth, left_worth(worth) if left is None else left])
    rows, kind_of, supply = np.unique(with_left, axis=0, return_inverse=True, return_counts=True)
    kinds = _Kinds(rows, supply.astype(np.int64))
    plan, prices = _solved(kinds, capacity)
    total = int(np.sum(np.where(plan > 0, kinds.worth, 0.0) * plan))
    best = np.max(kinds.worth - prices, axis=1)
    bound = float(best @ kinds.supply + prices[:-1] @ capacity)  # of any allocation, by duality
    if bound > total + WITHIN:
        raise NotSolved(f"an allocation worth {bound - total:.1f} minor units more may exist")
    return Allocation(_by_device(plan, kind_of.reshape(-1)), total)


def _by_device(plan: Whole, kind_of: Whole) -> Whole:
    """Places of each kind dealt to its devices in their order; the last column is NOWHERE."""
    columns = np.tile(np.arange(plan.shape[1]), (len(plan), 1))
    columns[:, -1] = NOWHERE
    dealt = np.repeat(columns.reshape(-1), plan.reshape(-1))
    chosen = np.empty(len(kind_of), dtype=np.int64)
    chosen[np.argsort(kind_of, kind="stable")] = dealt
    return chosen


def _solved(kinds: _Kinds, capacity: Whole) -> tuple[Whole, Real]:
    """How many of each kind go where, and what one more place is worth at each facility."""
    room = capacity.astype(np.float64)
    if len(kinds.supply) <= AT_ONCE:
        return _whole(*_optimum(kinds, room))
    open_, plan = _first_guess(kinds, room)
    while True:
        rows = np.flatnonzero(open_)
        left = room - plan[~open_, :-1].sum(axis=0)
        plan[rows], prices = _whole(*_optimum(kinds.some(rows), left))
        net = kinds.worth - prices
        here = np.take_along_axis(net, plan.argmax(axis=1)[:, None], axis=1)[:, 0]
        moving = ~open_ & (here < net.max(axis=1) - SLACK)
        if not moving.any():
            return plan, prices
        open_ |= moving


def _first_guess(kinds: _Kinds, room: Real) -> tuple[npt.NDArray[np.bool_], Whole]:
    """At nearly the right prices: which kinds are left open, and where the others go.

    Facilities are often equal but for their haul: then very many kinds are tied between the same
    few, at the right prices too, and any of these will do as long as there is room.
    """
    net = kinds.worth - _near_prices(kinds, room)
    top = net.max(axis=1)
    tied = net >= top[:, None] - TIED
    clear_by = top - np.where(tied, -np.inf, net).max(axis=1)
    columns = net.shape[1]
    open_ = np.zeros(len(net), dtype=np.bool_)
    for place in range(columns):  # of each, those that are nearest to coming or leaving
        by = np.where(tied[:, place], clear_by, top - net[:, place])
        open_[np.argsort(by, kind="stable")[: AT_ONCE // columns]] = True
    goes, ties = np.full(len(net), NOWHERE), tied.sum(axis=1)
    for place, places in enumerate((*room, np.inf)):  # who may go nowhere else comes first
        wanting = np.flatnonzero(tied[:, place] & (goes == NOWHERE))
        wanting = wanting[np.lexsort((-clear_by[wanting], ties[wanting]))]
        goes[wanting[np.cumsum(kinds.supply[wanting]) <= places]] = place
    open_ |= goes == NOWHERE
    plan = np.zeros(kinds.worth.shape, dtype=np.int64)
    decided = np.flatnonzero(~open_)
    plan[decided, goes[decided]] = kinds.supply[decided]
    return open_, plan


def _near_prices(kinds: _Kinds, room: Real) -> Real:
    """What a place is worth at each facility, within a few minor units, and 0 of being left.

    The prices are where the dual of the programme is least. It has corners; rounded off by a heat
    in minor units it has none, so the heat falls step by step, first for a sample.
    """
    step = max(1, len(kinds.supply) // SAMPLE)
    sample = kinds.some(np.arange(step // 2, len(kinds.supply), step))
    finite = kinds.worth[np.isfinite(kinds.worth)]
    hottest = int(np.ceil(np.log(2 + np.ptp(finite)) / np.log(4)))
    prices, places = np.zeros(len(room)), room / kinds.supply.sum()
    for power in range(hottest, -1, -1):
        some = kinds if power <= LAST else sample
        prices = _least(some, places, prices, heat=4.0**power)
    return np.append(prices, 0.0)


def _least(kinds: _Kinds, room: Real, prices: Real, *, heat: float) -> Real:
    """The prices at which the dual, rounded off by the heat, is least, from those given on;
    ``room``: places a device."""
    share, worth = kinds.supply / kinds.supply.sum(), kinds.worth / heat

    def dual(scaled: Real) -> tuple[float, Real]:
        net = worth - np.append(scaled, 0.0)
        best = net.max(axis=1)
        odds = np.exp(net - best[:, None])
        whole = odds.sum(axis=1)
        value = share @ (best + np.log(whole)) + scaled @ room
        return float(value), room - (share / whole) @ odds[:, :-1]

    found: Any = minimize(
        dual, prices / heat, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(room),
        options={"maxiter": 50, "ftol": 1e-13, "gtol": 1e-6},
    )  # fmt: skip
    return np.asarray(found.x * heat)


def _optimum(kinds: _Kinds, room: Real) -> tuple[Real, Real]:
    """The linear programme's vertex and the price of a place at each facility, 0 of being left."""
    kind, place = np.nonzero(np.isfinite(kinds.worth))
    flows, facilities = np.arange(len(kind)), len(room)
    takes = place < facilities
    found: Any = linprog(  # type: ignore[call-overload]  # its stubs know no sparse arrays
        -kinds.worth[kind, place],
        A_ub=_ones(place[takes], flows[takes], (facilities, len(flows))),
        b_ub=room,
        A_eq=_ones(kind, flows, (len(kinds.supply), len(flows))),
        b_eq=kinds.supply,
        method="highs-ds",
    )
    if found.status != 0:
        raise NotSolved(f"HiGHS: {found.message}")
    plan = np.zeros(kinds.worth.shape)
    plan[kind, place] = found.x
    return plan, np.append(np.maximum(0.0, -found.ineqlin.marginals), 0.0)


def _whole(plan: Real, prices: Real) -> tuple[Whole, Real]:
    whole = np.rint(plan).astype(np.int64)
    if np.abs(plan - whole).max(initial=0.0) > 1e-6:
        raise NotSolved("HiGHS ended on no vertex: some devices would be split")
    return whole, prices


def _ones(rows: Whole, columns: Whole, shape: tuple[int, int]) -> csr_array:
    return csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)
