"""One quote being priced: its rows planned, asked of the price model once, and added up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from operator import itemgetter

from valuation.domain.answers import CompletedAnswers, missing_at_best
from valuation.domain.device import Device
from valuation.domain.disposition import Route, choose
from valuation.domain.distribution import Distribution
from valuation.domain.explanation import Breakdown, breakdown, lines
from valuation.domain.market import Market
from valuation.domain.money import BASIS_POINTS, minor_units_of_estimate
from valuation.domain.pricing import Appraisal, Statistic
from valuation.domain.questions import BY_ID
from valuation.domain.quote import (
    Disposition,
    Indicative,
    Interval,
    Offer,
    Outcome,
    Quote,
    Referral,
    ValueOnly,
)
from valuation.domain.states import Layout, State
from valuation.domain.tariff import Tariff
from valuation.features import FeatureRow
from valuation.price_model.model import PriceModel

ROW_BUDGET = 24  # rows that one quote may ask of the price model
RowKey = tuple[int, ...]  # the levels of the taught questions, in the registry's order


@dataclass(frozen=True, slots=True)
class Plan:
    """What one quote asks of the price model: one row for every state that is looked at.

    So that many quotes can be priced in one call, as a stock list's are.
    """

    broken_down: Breakdown
    best_case: State
    rows: Mapping[RowKey, FeatureRow]


@dataclass(frozen=True, slots=True)
class Pricing:
    """One quote being priced."""

    model: PriceModel
    tariff: Tariff
    draft: Quote
    device: Device
    answers: CompletedAnswers

    def priced(self) -> Quote:
        """The draft with its outcome, lines, interval and routes."""
        plan = self.plan()
        prices = self.model.price_many(list(plan.rows.values()))
        return self.quote(plan, dict(zip(plan.rows, prices, strict=True)))

    def offers(self, states: Sequence[State]) -> list[int]:
        """The offer as it is made for other states of the same device, in minor units."""
        rows = self._rows(states)
        prices = dict(zip(rows, self.model.price_many(list(rows.values())), strict=True))
        quantile = self.tariff.terms.policy.quantile
        appraisal = Appraisal(
            self.tariff, _Prices(prices, self._asked(), self.draft.market, quantile).raw
        )
        return [appraisal.rounded(state) for state in states]

    def plan(self, *, budget: int = ROW_BUDGET) -> Plan:
        """What to ask of the price model; with a budget of 0 the lines are grouped, no more."""
        best_case = self._layout.state(missing_at_best(self.answers).levels)
        broken_down = breakdown(
            self.answers, fits=lambda states: len(self._keys([*states, best_case])) <= budget
        )
        return Plan(broken_down, best_case, self._rows([*broken_down.states, best_case]))

    def quote(self, plan: Plan, distributions: Mapping[RowKey, Distribution]) -> Quote:
        """The draft with what follows from the plan's prices."""
        terms, state = self.tariff.terms, plan.broken_down.states[-1]
        prices = _Prices(distributions, self._asked(), self.draft.market, terms.policy.quantile)
        appraisal = Appraisal(self.tariff, prices.raw)
        referral = self._referral(appraisal, prices, state)
        if referral is not None:
            return replace(self.draft, outcome=referral)
        # What was not answered yet is no reason for anything: route and value are those of the
        # device if the missing answers are good; the span alone says what they may still cost.
        seen = plan.best_case if self.answers.missing else state
        if terms.to_sold is None:
            return self._value_only(appraisal, seen)
        return replace(
            self.draft,
            outcome=self._outcome(appraisal, state, plan.best_case),
            interval=_interval(appraisal, seen),
            lines=()
            if self.answers.missing
            else tuple(
                lines(broken_down=plan.broken_down, appraisal=appraisal, completed=self.answers)
            ),
            disposition=self._disposition(appraisal, seen),
        )

    @property
    def _layout(self) -> Layout:
        return self.tariff.layout

    def _value_only(self, appraisal: Appraisal, state: State) -> Quote:
        """A value in the market's own kind of price; a closed gate leaves none."""
        closed = appraisal.assessed(state).closed.get(Route.AS_IS)
        if closed:
            gate = closed[0]
            return replace(self.draft, outcome=Referral(gate.code, gate.en, gate.zh))
        own_terms = replace(self.tariff.terms, to_sold=BASIS_POINTS)
        own_kind = Appraisal(replace(self.tariff, terms=own_terms), appraisal.raw)
        interval = _interval(own_kind, state)
        return replace(self.draft, outcome=ValueOnly("no_sale_price"), interval=interval)

    def _outcome(self, appraisal: Appraisal, state: State, best_case: State) -> Outcome:
        offer = appraisal.rounded(state)
        if self.answers.missing:
            return Indicative(offer, appraisal.rounded(best_case))
        return Offer(offer)

    def _referral(self, appraisal: Appraisal, prices: "_Prices", state: State) -> Referral | None:
        undeducted = appraisal.assessed(state).undeducted
        if undeducted:
            question = BY_ID[undeducted[0]]
            return Referral(
                "no_deduction",
                f"Neither sales nor a table say what this answer is worth: {question.en}",
                f"尚无成交数据或扣减表可对此定价：{question.zh}",
            )
        # Looked at in the best condition, so that no answer decides whether there is an offer.
        if prices.width(self._layout.best) * BASIS_POINTS > self.tariff.terms.policy.widest:
            return Referral(
                "interval_too_wide",
                "The price of this device is too uncertain; a person must look at it.",
                "该设备价格不确定性过大，需人工评估。",
            )
        return None

    def _disposition(self, appraisal: Appraisal, state: State) -> Disposition:
        routes = appraisal.routes(state)
        chosen = choose(routes)
        levels = self._layout.levels(state)
        conditions = self.tariff.terms.gates.conditions(levels, chosen.route)
        return Disposition(chosen, routes, tuple(conditions))

    def _keys(self, states: Sequence[State]) -> dict[RowKey, None]:
        """Every distinct row that the states ask for, by what the price model was taught of it."""
        layout, key = self._layout, _key_of(self._asked())
        looked_at = chain.from_iterable(layout.looked_at(state) for state in states)
        return dict.fromkeys(key(layout.counted(state)) for state in dict.fromkeys(looked_at))

    def _rows(self, states: Sequence[State]) -> dict[RowKey, FeatureRow]:
        questions = [self._layout.questions[place] for place in self._asked()]
        return {
            key: FeatureRow(
                self.device,
                self.draft.as_of,
                dict(zip(questions, key, strict=True)),
                self.draft.context,
            )
            for key in self._keys(states)
        }

    def _asked(self) -> tuple[int, ...]:
        """Where the questions stand that the price model was taught."""
        taught = self.tariff.taught
        return tuple(
            place for place, question in enumerate(self._layout.questions) if question in taught
        )


def _key_of(places: Sequence[int]) -> Callable[[State], RowKey]:
    """Picks the levels at some places out of a state."""
    if len(places) < 2:
        return lambda state: tuple(state[place] for place in places)
    return itemgetter(*places)


def _interval(appraisal: Appraisal, state: State) -> Interval:
    return Interval(
        p10=appraisal.resale_value(state, Statistic.LOW),
        p50=appraisal.resale_value(state, Statistic.MEDIAN),
        p90=appraisal.resale_value(state, Statistic.HIGH),
        mean=appraisal.resale_value(state, Statistic.EXPECTED),
    )


@dataclass(frozen=True, slots=True)
class _Prices:
    """The price model's answers, in whole minor units before any rule looks at them."""

    distributions: Mapping[RowKey, Distribution]
    asked: Sequence[int]
    market: Market
    quantile: float
    # Most states of a quote differ in answers that the price model was never taught.
    _amounts: dict[tuple[RowKey, Statistic], int] = field(default_factory=dict, init=False)
    _key: Callable[[State], RowKey] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_key", _key_of(self.asked))

    def raw(self, state: State, statistic: Statistic) -> int:
        """A statistic of the state's distribution in minor units."""
        key = self._key(state), statistic
        if key not in self._amounts:
            estimate = self._estimate(self.distributions[key[0]], statistic)
            currency = self.market.currency
            self._amounts[key] = minor_units_of_estimate(major=estimate, currency=currency)
        return self._amounts[key]

    def _estimate(self, belief: Distribution, statistic: Statistic) -> float:
        match statistic:
            case Statistic.OFFER:
                return belief.quantile(self.quantile)
            case Statistic.EXPECTED:
                return belief.mean()
            case Statistic.LOW:
                return belief.quantile(0.1)
            case Statistic.MEDIAN:
                return belief.quantile(0.5)
            case Statistic.HIGH:
                return belief.quantile(0.9)

    def width(self, state: State) -> float:
        """p90 over p10."""
        belief = self.distributions[self._key(state)]
        return belief.quantile(0.9) / belief.quantile(0.1)
