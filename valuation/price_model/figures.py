"""What the price model says of the states of one device on one day, in whole minor units."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from valuation.domain.costs import Kept, left_after
from valuation.domain.distribution import Distribution
from valuation.domain.market import Market
from valuation.domain.money import minor_units_of_estimate
from valuation.domain.pricing import Statistic
from valuation.domain.states import State
from valuation.price_model.ahead import Ahead

Levels = tuple[int, ...]  # of the taught questions, in the registry's order
RowKey = tuple[int, Levels]  # how many days ahead the price model looks, and at which levels
CAUTIOUS = (Statistic.OFFER, Statistic.LOW)


def levels_at(places: Sequence[int]) -> Callable[[State], Levels]:
    """Picks the levels at some places out of a state."""
    if len(places) < 2:
        return lambda state: tuple(state[place] for place in places)
    return itemgetter(*places)


@dataclass(frozen=True, slots=True)
class Figures:
    """The price model's answers, in whole minor units before any rule looks at them.

    ``taught``: where the questions stand that it was taught. ``kept``: what a table leaves of its
    answers for the days of ``day`` of which no sale speaks.
    """

    distributions: Mapping[RowKey, Distribution]
    taught: Sequence[int]
    market: Market
    day: Ahead
    kept: Kept
    # Most states of a quote differ in answers that the price model was never taught.
    _amounts: dict[tuple[Levels, Statistic], int] = field(default_factory=dict, init=False)
    _levels: Callable[[State], Levels] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_levels", levels_at(self.taught))

    def raw(self, state: State, statistic: Statistic) -> int:
        """A statistic of the state's distribution in minor units."""
        key = self._levels(state), statistic
        if key not in self._amounts:
            belief = self.distributions[self.day.by_sales, key[0]]
            estimate = self._estimate(belief, statistic)
            currency = self.market.currency
            amount = minor_units_of_estimate(major=estimate, currency=currency)
            self._amounts[key] = self._left(amount, statistic)
        return self._amounts[key]

    def width(self, state: State) -> float:
        """p90 over p10."""
        belief = self.distributions[self.day.by_sales, self._levels(state)]
        return belief.quantile(0.9) / belief.quantile(0.1)

    def _left(self, amount: int, statistic: Statistic) -> int:
        days = self.day.by_table
        if not days:
            return amount
        low, typical, high = self.kept
        kept = low if statistic in CAUTIOUS else high if statistic is Statistic.HIGH else typical
        return left_after(amount=amount, kept=kept, days=days)

    def _estimate(self, belief: Distribution, statistic: Statistic) -> float:
        match statistic:
            case Statistic.OFFER:
                return belief.guaranteed()
            case Statistic.EXPECTED:
                return belief.mean()
            case Statistic.LOW:
                return belief.quantile(0.1)
            case Statistic.MEDIAN:
                return belief.quantile(0.5)
            case Statistic.HIGH:
                return belief.quantile(0.9)
