"""One quote being priced: its rows planned, asked of the price model once, and added up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from valuation.domain.answers import CompletedAnswers, missing_at_best
from valuation.domain.costs import Fading
from valuation.domain.device import Device
from valuation.domain.disposition import Route, RouteValue, choose
from valuation.domain.distribution import Distribution
from valuation.domain.explanation import Basis, Breakdown, Line, Lock, breakdown, lines
from valuation.domain.money import BASIS_POINTS
from valuation.domain.pricing import BEFORE_RANGES, Appraisal, Statistic
from valuation.domain.questions import BY_ID
from valuation.domain.quote import (
    Disposition,
    Indicative,
    Interval,
    Offer,
    Outcome,
    Quote,
    Referral,
    Residual,
    ValueOnly,
)
from valuation.domain.states import Layout, State
from valuation.domain.tariff import Tariff
from valuation.features import FeatureRow
from valuation.price_model.ahead import Ahead, ahead
from valuation.price_model.figures import Figures, RowKey, levels_at
from valuation.price_model.model import PriceModel

ROW_BUDGET = 24  # rows that one quote may ask of the price model
OUTLOOK = (91, 182, 365)  # days: in 3, 6 and 12 months
SHELF = OUTLOOK[0]  # days over which sales tell what a device loses on the shelf


@dataclass(frozen=True, slots=True)
class Plan:
    """What one quote asks of the price model: one row for every state that is looked at.

    So that many quotes can be priced in one call, as a stock list's are. ``outlook``: the days
    ahead for which there is a row too.
    """

    broken_down: Breakdown
    best_case: State
    rows: Mapping[RowKey, FeatureRow]
    outlook: tuple[int, ...]


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
        return self.quote(plan, self._asked(plan.rows))

    def offers(self, states: Sequence[State]) -> list[int]:
        """The offer as it is made for other states of the same device, in minor units."""
        handed_over = self._day(self.draft.lock_days)
        rows = self._rows(self._looked_at(states, handed_over))
        figures = self._figures(self._asked(rows), handed_over)
        appraisal = Appraisal(self.tariff, figures.raw)
        return [appraisal.rounded(state) for state in states]

    def plan(self, *, budget: int = ROW_BUDGET, outlook: tuple[int, ...] = OUTLOOK) -> Plan:
        """What to ask of the price model; with a budget of 0 the lines are grouped, no more."""
        today, handed_over = self._day(0), self._day(self.draft.lock_days)
        state, best_case = (
            self._layout.state(completed.levels)
            for completed in (self.answers, missing_at_best(self.answers))
        )
        always = self._looked_at([best_case], today) | self._seen_ahead(best_case, outlook)
        always |= self._shelved()
        if handed_over.by_sales:
            always |= self._looked_at([state, best_case], handed_over)
        broken_down = breakdown(
            self.answers,
            fits=lambda states: len(always | self._looked_at(states, today)) <= budget,
        )
        keys = self._looked_at(broken_down.states, today) | always
        return Plan(broken_down, best_case, self._rows(keys), outlook)

    def plan_of_way(self) -> Plan:
        """What to ask of the price model for ``way``: nothing of the lines."""
        state, best_case = (
            self._layout.state(completed.levels)
            for completed in (self.answers, missing_at_best(self.answers))
        )
        keys = self._looked_at(dict.fromkeys((state, best_case)), self._day(0)) | self._shelved()
        return Plan(Breakdown((), (state,)), best_case, self._rows(keys), ())

    def way(self, plan: Plan, distributions: Mapping[RowKey, Distribution]) -> Quote:
        """The draft with its routes alone, by their expected values, or with why it has none: no
        offer, lines or interval. Of a device that is not locked."""
        figures = self._figures(distributions, self._day(0))
        appraisal = self._appraisal(distributions, figures)
        referral = self._referral(appraisal, figures, plan.broken_down.states[-1])
        if referral is not None:
            return replace(self.draft, outcome=referral)
        if self.tariff.terms.to_sold is None:
            return self._value_only(plan, distributions, appraisal)
        routes = appraisal.expected_routes(plan.best_case)
        return replace(self.draft, disposition=self._chosen(routes, plan.best_case))

    def quote(self, plan: Plan, distributions: Mapping[RowKey, Distribution]) -> Quote:
        """The draft with what follows from the plan's prices."""
        state, figures = plan.broken_down.states[-1], self._figures(distributions, self._day(0))
        appraisal = self._appraisal(distributions, figures)
        referral = self._referral(appraisal, figures, state)
        if referral is not None:
            return replace(self.draft, outcome=referral)
        if self.tariff.terms.to_sold is None:
            return self._value_only(plan, distributions, appraisal)
        # What was not answered yet is no reason for anything: route and value are those of the
        # device if the missing answers are good; the span alone says what they may still cost.
        seen, lock = plan.best_case, self._lock(distributions, appraisal)
        paid = lock.appraisal if lock else appraisal
        return replace(
            self.draft,
            outcome=self._outcome(paid, state, plan.best_case),
            interval=_interval(appraisal, seen),
            residuals=self._residuals(plan, distributions, appraisal),
            lines=() if self.answers.missing else self._lines(plan, appraisal, lock),
            disposition=self._disposition(paid, seen),
        )

    @property
    def _layout(self) -> Layout:
        return self.tariff.layout

    @property
    def _rules(self) -> int:
        return self.draft.versions.rules

    def _shelf_day(self) -> Ahead | None:
        """The day that tells what the device loses on the shelf; None where sales do not."""
        day = self._day(SHELF)
        return None if self._rules == BEFORE_RANGES or day.by_table else day

    def _shelved(self) -> dict[RowKey, None]:
        """The row of what it is worth on that day without a fault; today's is always there."""
        day = self._shelf_day()
        return self._keys([self._layout.best], day) if day else {}

    def _appraisal(self, distributions: Mapping[RowKey, Distribution], today: Figures) -> Appraisal:
        """The device today. What it loses on the shelf is that of its best state, the same share
        whatever was answered."""
        handling, day, best = None, self._shelf_day(), self._layout.best
        if day:
            later = self._figures(distributions, day)
            whole, then = (each.raw(best, Statistic.MEDIAN) for each in (today, later))
            if whole > 0:
                lost = max(0, whole - then)
                handling = self.tariff.handling_at(Fading(lost, lost, lost, whole, SHELF))
        return Appraisal(self.tariff, today.raw, handling, self._rules)

    def _lock(self, distributions: Mapping[RowKey, Distribution], today: Appraisal) -> Lock | None:
        """The device on the last day of its lock; None without one."""
        if not self.draft.lock_days:
            return None
        day = self._day(self.draft.lock_days)
        return Lock(today.on_another_day(self._figures(distributions, day).raw), _basis(day))

    def _lines(self, plan: Plan, appraisal: Appraisal, lock: Lock | None) -> tuple[Line, ...]:
        found = lines(
            broken_down=plan.broken_down, appraisal=appraisal, completed=self.answers, lock=lock
        )
        return tuple(found)

    def _value_only(
        self, plan: Plan, distributions: Mapping[RowKey, Distribution], appraisal: Appraisal
    ) -> Quote:
        """A value in the market's own kind of price; a closed gate leaves none."""
        closed = appraisal.assessed(plan.best_case).closed.get(Route.AS_IS)
        if closed:
            gate = closed[0]
            return replace(self.draft, outcome=Referral(gate.code, gate.en, gate.zh))
        own_terms = replace(self.tariff.terms, to_sold=BASIS_POINTS)
        own_kind = Appraisal(replace(self.tariff, terms=own_terms), appraisal.raw)
        return replace(
            self.draft,
            outcome=ValueOnly("no_sale_price"),
            interval=_interval(own_kind, plan.best_case),
            residuals=self._residuals(plan, distributions, own_kind),
        )

    def _residuals(
        self, plan: Plan, distributions: Mapping[RowKey, Distribution], today: Appraisal
    ) -> tuple[Residual, ...]:
        """The value on later days, no figure above the same one of the day before."""
        found: list[Residual] = []
        last = _interval(today, plan.best_case)
        for days in plan.outlook:
            day = self._day(days)
            then = today.on_another_day(self._figures(distributions, day).raw)
            last = last.at_most(_interval(then, plan.best_case))
            found.append(Residual(days, _basis(day), last))
        return tuple(found)

    def _outcome(self, appraisal: Appraisal, state: State, best_case: State) -> Outcome:
        offer = appraisal.rounded(state)
        if self.answers.missing:
            return Indicative(offer, appraisal.rounded(best_case))
        return Offer(offer)

    def _referral(self, appraisal: Appraisal, figures: Figures, state: State) -> Referral | None:
        undeducted = appraisal.assessed(state).undeducted
        if undeducted:
            question = BY_ID[undeducted[0]]
            return Referral(
                "no_deduction",
                f"Neither sales nor a table say what this answer is worth: {question.en}",
                f"尚无成交数据或扣减表可对此定价：{question.zh}",
            )
        # Looked at in the best condition, so that no answer decides whether there is an offer.
        if figures.width(self._layout.best) * BASIS_POINTS > self.tariff.terms.policy.widest:
            return Referral(
                "interval_too_wide",
                "The price of this device is too uncertain; a person must look at it.",
                "该设备价格不确定性过大，需人工评估。",
            )
        return None

    def _disposition(self, appraisal: Appraisal, state: State) -> Disposition:
        return self._chosen(appraisal.routes(state), state)

    def _chosen(self, routes: tuple[RouteValue, ...], state: State) -> Disposition:
        chosen = choose(routes, give_up=self.tariff.terms.policy.reuse)
        levels = self._layout.levels(state)
        conditions = self.tariff.terms.gates.conditions(levels, chosen.route)
        return Disposition(chosen, routes, tuple(conditions))

    def _day(self, days: int) -> Ahead:
        return ahead(
            days=days,
            device=self.device,
            as_of=self.draft.as_of,
            specification=self.model.specification,
        )

    def _looked_at(self, states: Iterable[State], day: Ahead) -> dict[RowKey, None]:
        """Every distinct row that the offers of the states ask for on a day."""
        looked_at = chain.from_iterable(self._layout.looked_at(state) for state in states)
        return self._keys(dict.fromkeys(looked_at), day)

    def _seen_ahead(self, state: State, outlook: Iterable[int]) -> dict[RowKey, None]:
        """The row of what a state sells for as it is, on each day that is looked ahead to."""
        return dict.fromkeys(
            key for days in outlook for key in self._keys([state], self._day(days))
        )

    def _keys(self, states: Iterable[State], day: Ahead) -> dict[RowKey, None]:
        """Rows by what the price model was taught of the states that count."""
        layout, levels = self._layout, levels_at(self.tariff.places)
        return dict.fromkeys((day.by_sales, levels(layout.counted(state))) for state in states)

    def _rows(self, keys: Iterable[RowKey]) -> dict[RowKey, FeatureRow]:
        questions = [self._layout.questions[place] for place in self.tariff.places]
        return {
            (days, levels): FeatureRow(
                self.device,
                self.draft.as_of,
                dict(zip(questions, levels, strict=True)),
                self.draft.context,
                ahead_days=days,
            )
            for days, levels in keys
        }

    def _asked(self, rows: Mapping[RowKey, FeatureRow]) -> dict[RowKey, Distribution]:
        """What the price model says of the rows, in one call."""
        guarantee = self.tariff.terms.policy.quantile
        priced = self.model.price_many(list(rows.values()), guarantee=guarantee)
        return dict(zip(rows, priced, strict=True))

    def _figures(self, distributions: Mapping[RowKey, Distribution], day: Ahead) -> Figures:
        terms = self.tariff.terms
        return Figures(
            distributions,
            self.tariff.places,
            self.draft.market,
            day,
            terms.depreciation.of(self.device.variant),
        )


def _basis(day: Ahead) -> Basis:
    return Basis.TABLE if day.by_table else Basis.SALES


def _interval(appraisal: Appraisal, state: State) -> Interval:
    return Interval(
        p10=appraisal.resale_value(state, Statistic.LOW),
        p50=appraisal.resale_value(state, Statistic.MEDIAN),
        p90=appraisal.resale_value(state, Statistic.HIGH),
        mean=appraisal.resale_value(state, Statistic.EXPECTED),
    )
