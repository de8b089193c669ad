"""One quote being priced: its rows planned, asked of the price model once, and added up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from valuation.domain.answers import (
    CompletedAnswers,
    Levels,
    best_levels,
    effective,
    missing_at_best,
)
from valuation.domain.device import Device
from valuation.domain.disposition import Route, choose
from valuation.domain.distribution import Distribution
from valuation.domain.explanation import Step, lines, path
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
from valuation.domain.states import layout_of
from valuation.domain.terms import Terms
from valuation.features import FeatureRow
from valuation.price_model.model import PriceModel

ROW_BUDGET = 24  # rows that one quote may ask of the price model
RowKey = tuple[int, ...]  # the levels of the taught questions, in the order of their ids


@dataclass(frozen=True, slots=True)
class Plan:
    """What one quote asks of the price model: one row for every state that is looked at.

    So that many quotes can be priced in one call, as a stock list's are.
    """

    steps: Sequence[Step]
    best_case: Levels
    rows: Mapping[RowKey, FeatureRow]


@dataclass(frozen=True, slots=True)
class Pricing:
    """One quote being priced."""

    model: PriceModel
    terms: Terms
    draft: Quote
    device: Device
    answers: CompletedAnswers

    def priced(self) -> Quote:
        """The draft with its outcome, lines, interval and routes."""
        plan = self.plan()
        prices = self.model.price_many(list(plan.rows.values()))
        return self.quote(plan, dict(zip(plan.rows, prices, strict=True)))

    def plan(self, *, budget: int = ROW_BUDGET) -> Plan:
        """What to ask of the price model; with a budget of 0 the lines are grouped, no more."""
        best_case = missing_at_best(self.answers).levels
        steps = path(
            self.answers,
            fits=lambda taken: budget > 0 and len(self._rows([*taken, best_case])) <= budget,
        )
        return Plan(steps, best_case, self._rows([*(step.levels for step in steps), best_case]))

    def quote(self, plan: Plan, distributions: Mapping[RowKey, Distribution]) -> Quote:
        """The draft with what follows from the plan's prices."""
        steps, best_case = plan.steps, plan.best_case
        prices = _Prices(
            distributions, self._asked(), self.draft.market, self.terms.policy.quantile
        )
        appraisal = Appraisal(
            self.device.variant, self.device.category, self.model.taught(), self.terms, prices.raw
        )
        referral = self._referral(appraisal, prices)
        if referral is not None:
            return replace(self.draft, outcome=referral)
        # What was not answered yet is no reason for anything: route and value are those of the
        # device if the missing answers are good; the span alone says what they may still cost.
        levels = best_case if self.answers.missing else self.answers.levels
        if self.terms.to_sold is None:
            return self._value_only(appraisal, levels)
        return replace(
            self.draft,
            outcome=self._outcome(appraisal, best_case),
            interval=_interval(appraisal, levels),
            lines=()
            if self.answers.missing
            else tuple(lines(steps=steps, appraisal=appraisal, completed=self.answers)),
            disposition=self._disposition(appraisal, levels),
        )

    def _value_only(self, appraisal: Appraisal, levels: Levels) -> Quote:
        """A value in the market's own kind of price; a closed gate leaves none."""
        closed = self.terms.gates.closed(levels).get(Route.AS_IS)
        if closed:
            gate = closed[0]
            return replace(self.draft, outcome=Referral(gate.code, gate.en, gate.zh))
        own_kind = replace(appraisal, terms=replace(self.terms, to_sold=BASIS_POINTS))
        interval = _interval(own_kind, levels)
        return replace(self.draft, outcome=ValueOnly("no_sale_price"), interval=interval)

    def _outcome(self, appraisal: Appraisal, best_case: Levels) -> Outcome:
        offer = appraisal.rounded(self.answers.levels)
        if self.answers.missing:
            return Indicative(offer, appraisal.rounded(best_case))
        return Offer(offer)

    def _referral(self, appraisal: Appraisal, prices: "_Prices") -> Referral | None:
        undeducted = appraisal.undeducted(self.answers.levels)
        if undeducted:
            question = BY_ID[undeducted[0]]
            return Referral(
                "no_deduction",
                f"Neither sales nor a table say what this answer is worth: {question.en}",
                f"尚无成交数据或扣减表可对此定价：{question.zh}",
            )
        # Looked at in the best condition, so that no answer decides whether there is an offer.
        if (
            prices.width(best_levels(self.answers.category)) * BASIS_POINTS
            > self.terms.policy.widest
        ):
            return Referral(
                "interval_too_wide",
                "The price of this device is too uncertain; a person must look at it.",
                "该设备价格不确定性过大，需人工评估。",
            )
        return None

    def _disposition(self, appraisal: Appraisal, levels: Levels) -> Disposition:
        routes = appraisal.routes(levels)
        chosen = choose(routes)
        conditions = self.terms.gates.conditions(levels, chosen.route)
        return Disposition(chosen, routes, tuple(conditions))

    def _rows(self, taken: Sequence[Levels]) -> dict[RowKey, FeatureRow]:
        """One row for every distinct state, by what the price model was taught of it."""
        layout, asked = layout_of(self.answers.category), self._asked()
        looked_at = [layout.looked_at(layout.state(levels)) for levels in taken]
        rows: dict[RowKey, FeatureRow] = {}
        for state in dict.fromkeys(chain.from_iterable(looked_at)):
            levels = effective(layout.levels(state))
            key = _row_key(levels, asked)
            if key not in rows:
                taught = dict(zip(asked, key, strict=True))
                rows[key] = FeatureRow(self.device, self.draft.as_of, taught, self.draft.context)
        return rows

    def _asked(self) -> list[str]:
        """The questions of the device's category that the price model was taught."""
        taught, asked = self.model.taught(), layout_of(self.answers.category).questions
        return sorted(question for question in asked if question in taught)


def _row_key(levels: Levels, asked: Sequence[str]) -> RowKey:
    return tuple([levels[question] for question in asked])


def _interval(appraisal: Appraisal, levels: Levels) -> Interval:
    return Interval(
        p10=appraisal.resale_value(levels, Statistic.LOW),
        p50=appraisal.resale_value(levels, Statistic.MEDIAN),
        p90=appraisal.resale_value(levels, Statistic.HIGH),
        mean=appraisal.resale_value(levels, Statistic.EXPECTED),
    )


@dataclass(frozen=True, slots=True)
class _Prices:
    """The price model's answers, in whole minor units before any rule looks at them."""

    distributions: Mapping[RowKey, Distribution]
    asked: Sequence[str]
    market: Market
    quantile: float
    # Most states of a quote differ in answers that the price model was never taught.
    _amounts: dict[tuple[RowKey, Statistic], int] = field(default_factory=dict, init=False)

    def raw(self, levels: Levels, statistic: Statistic) -> int:
        """A statistic of the state's distribution in minor units."""
        key = _row_key(levels, self.asked), statistic
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

    def width(self, levels: Levels) -> float:
        """p90 over p10."""
        belief = self.distributions[_row_key(levels, self.asked)]
        return belief.quantile(0.9) / belief.quantile(0.1)
