"""The use case: a stock list in, one valuation a row out, many rows to a call of the price model.

A row is priced exactly as a quote of the same device and answers would be; it becomes no quote:
nothing is stored, nothing can be accepted.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from valuation.catalogue import Lookup, NoMatch
from valuation.catalogue.identity import IdentifierKind, NotAnIdentifier, parse_identifier
from valuation.domain.answers import (
    CompletedAnswers,
    ImpossibleAnswers,
    Levels,
    complete,
    missing_at_best,
)
from valuation.domain.device import Category, Device, UnitState
from valuation.domain.disposition import FLAGS
from valuation.domain.distribution import Distribution
from valuation.domain.outside import is_beyond
from valuation.domain.questions import BY_ID
from valuation.domain.quote import (
    Indicative,
    Offer,
    Quote,
    Referral,
    Subject,
    ValueOnly,
)
from valuation.domain.redaction import redacted
from valuation.features import FeatureRow
from valuation.intake.records import Record, Rejected, stated_device
from valuation.price_model.figures import RowKey
from valuation.price_model.model import PriceModel, UnknownContext
from valuation.price_model.unsold import as_sold
from valuation.quotes.appraising import Appraiser, Asked
from valuation.quotes.priced_quote import Plan, Pricing
from valuation.quotes.quoting import STATED

BATCH = 500  # devices priced by one call
REMEMBERED = 50_000  # prices kept for the rows to come, some 30 MB
IMEI_LIKE = re.compile(r"(?<!\d)\d(?:[\W_]?\d){14,15}(?!\d)")

Key = tuple[str, tuple[tuple[str, str], ...], RowKey]


class Outcome(StrEnum):
    """What became of a row."""

    OFFER = "offer"
    INDICATIVE = "indicative"
    VALUE_ONLY = "value-only"
    REFERRAL = "referral"
    UNREADABLE = "unreadable"


class RouteIf(StrEnum):
    """Under which condition a row's route and flag stand."""

    ANSWERED = "answered"
    MISSING_GOOD = "missing-good"


@dataclass(frozen=True, slots=True)
class Valuation:
    """One row's result; amounts in minor units of ``currency``.

    ``low`` and ``high`` bound the offer of a row without an answer to ``missing`` required
    questions; its interval, route and flag are those of good answers, and ``route_if`` says so.
    ``reason`` is a code and a sentence where there is neither offer nor bounds.
    """

    line: int
    record_id: str | None
    outcome: Outcome
    currency: str
    device: str | None = None
    name: str | None = None
    matched_by: str | None = None
    p10: int | None = None
    p50: int | None = None
    p90: int | None = None
    offer: int | None = None
    low: int | None = None
    high: int | None = None
    route: str | None = None
    route_if: RouteIf | None = None
    flag: str | None = None
    missing: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A row that can be priced, and what to ask of the price model."""

    valuation: Valuation
    pricing: Pricing
    plan: Plan
    keys: Sequence[Key]


class Unsold(NamedTuple):
    """A row whose device no sale taught a price, and the referral behind it."""

    valuation: Valuation
    quote: Quote


@dataclass(frozen=True, slots=True)
class StockPricing:
    """Prices the rows of a stock list in one market on one day.

    ``works``: required answers that a row leaves out count as good, as far as the others allow.
    ``merchant``: whose offers they would be.
    """

    appraiser: Appraiser
    lookup: Lookup
    as_of: date
    merchant: str
    works: bool = False
    _prices: dict[Key, Distribution] = field(default_factory=dict)

    @property
    def model(self) -> PriceModel:
        """The price model of the market."""
        return self.appraiser.model

    def valuations(self, rows: Iterable[Record | Rejected]) -> Iterator[Valuation]:
        """One result a row, in their order; a batch of them is held at a time."""
        return (valuation for valuation, _ in self.quoted(rows))

    def quoted(
        self, rows: Iterable[Record | Rejected], *, ways_alone: bool = False
    ) -> Iterator[tuple[Valuation, Quote | None]]:
        """Likewise, with the quote behind each; None where no device was recognised.

        ``ways_alone``: for who asks where devices go and no more, in half the time. Such a quote
        has neither offer nor lines, the row of one that has routes its line and device alone.
        """
        waiting = iter(rows)
        while batch := list(islice(waiting, BATCH)):
            planned = [self._planned(row, ways_alone=ways_alone) for row in batch]
            self._ask([each for each in planned if isinstance(each, Planned)])
            for each in planned:
                match each:
                    case Planned() if ways_alone:
                        yield self._way(each)
                    case Planned():
                        yield self._priced(each)
                    case Unsold(valuation, quote):
                        yield valuation, quote
                    case Valuation():
                        yield each, None

    def _planned(self, row: Record | Rejected, *, ways_alone: bool) -> Planned | Unsold | Valuation:
        currency = self.model.market.currency
        blank = Valuation(row.line, shown_id(row.record_id), Outcome.UNREADABLE, currency)
        if isinstance(row, Rejected):
            place = f"column {row.column!r}: " if row.column else ""
            reason = redacted(f"{row.code}: {place}{row.message}")
            return replace(blank, reason=reason)
        unusable = self._unusable(row)
        if unusable is not None:
            return replace(blank, reason=redacted(unusable))
        words = row.words
        if is_beyond(words.category):
            stated = as_sold(self.model, stated_device(words))
            return self._of_device(row, stated, STATED, blank, ways_alone=ways_alone)
        found = self.lookup.find(
            brand=words.brand, text=words.model, storage_gb=words.storage_gb, ram_gb=words.ram_gb,
            version=words.version, category=words.category,
        )  # fmt: skip
        if isinstance(found, NoMatch):
            return replace(blank, outcome=Outcome.REFERRAL, reason=redacted(_not_found(found)))
        assert found.variant is not None  # noqa: S101 -- only model_only look-ups leave it out
        device = self.model.device(self.lookup.catalogue.device(found.variant.id))
        return self._of_device(row, device, found.how, blank, ways_alone=ways_alone)

    def _unusable(self, row: Record) -> str | None:
        """Why the row says what this market's prices cannot answer."""
        if row.market not in (None, self.model.market):
            return f"other_market: this row is of {row.market and row.market.slug}"
        try:
            self.model.check_context(row.context)
        except UnknownContext as error:
            return f"unknown_context: {error}"
        return None

    def _of_device(
        self, row: Record, device: Device, how: str, blank: Valuation, *, ways_alone: bool
    ) -> Planned | Unsold | Valuation:
        shown = redacted if how == STATED else str  # a name that was stated may hold an IMEI
        known = replace(blank, device=shown(device.variant), name=shown(device.name))
        known = replace(known, matched_by=how)
        if row.unit_state is not UnitState.USED:
            reason = f"not_used: prices are of used units, this one is {row.unit_state.value}"
            return replace(known, outcome=Outcome.REFERRAL, reason=reason)
        stray = _not_asked(row.answers, device.category)
        if stray is not None:
            return replace(known, reason=stray)
        try:
            completed = complete(given=row.answers, category=device.category)
            completed = missing_at_best(completed) if self.works else completed
        except ImpossibleAnswers as error:
            return replace(known, reason=f"impossible_answers: {error}")
        subject = Subject(row.words.model, how, device, None, None)
        asked = self._asked(subject, row.context, completed)
        pricing = self.appraiser.pricing(asked)
        if pricing is None:
            quote = self.appraiser.quote(asked)
            return Unsold(_valued(known, quote, missing=completed.missing), quote)
        plan = pricing.plan_of_way() if ways_alone else pricing.plan(budget=0, outlook=())
        shared = (device.variant, tuple(sorted(row.context.items())))
        return Planned(known, pricing, plan, [(*shared, state) for state in plan.rows])

    def _asked(
        self, subject: Subject, context: Mapping[str, str], answers: CompletedAnswers
    ) -> Asked:
        """A quote that nobody is given: without an id or a time."""
        nobody, never = "", datetime(1, 1, 1, tzinfo=UTC)
        return Asked(
            id=nobody, code=nobody, merchant=self.merchant, issued_at=never, as_of=self.as_of,
            subject=subject, referral=None, context=context, answers=answers, lock_days=0,
        )  # fmt: skip

    def _ask(self, planned: Sequence[Planned]) -> None:
        """Price what is not remembered of the batch, equal states of equal devices once."""
        if len(self._prices) > REMEMBERED:
            self._prices.clear()
        rows: dict[Key, FeatureRow] = {
            key: row
            for each in planned
            for key, row in zip(each.keys, each.plan.rows.values(), strict=True)
            if key not in self._prices
        }
        if rows:  # of one merchant, hence under one policy
            guarantee = planned[0].pricing.tariff.terms.policy.quantile
            priced = self.model.price_many(list(rows.values()), guarantee=guarantee)
            self._prices.update(zip(rows, priced, strict=True))

    def _way(self, planned: Planned) -> tuple[Valuation, Quote]:
        quote = planned.pricing.way(planned.plan, self._found(planned))
        if quote.disposition is not None:
            return planned.valuation, quote
        return _valued(planned.valuation, quote, missing=planned.pricing.answers.missing), quote

    def _found(self, planned: Planned) -> dict[RowKey, Distribution]:
        return {key[-1]: self._prices[key] for key in planned.keys}

    def _priced(self, planned: Planned) -> tuple[Valuation, Quote]:
        quote = planned.pricing.quote(planned.plan, self._found(planned))
        return _valued(planned.valuation, quote, missing=planned.pricing.answers.missing), quote


def shown_id(text: str | None) -> str | None:
    """The list's own id of a row; of an IMEI or MEID the last four, whatever stands around it."""
    if text is None:
        return None
    masked = IMEI_LIKE.sub(lambda found: _masked(found.group()), text)
    return _masked(masked)


def _masked(text: str) -> str:
    try:
        identifier = parse_identifier(text)
    except NotAnIdentifier:
        return text
    return text if identifier.kind is IdentifierKind.SERIAL else str(identifier)


def _not_asked(answers: Levels, category: Category) -> str | None:
    """A bad answer to a question that this category is not asked: it must not pass for good."""
    for question in (BY_ID[each] for each in answers):
        if category not in question.categories and answers[question.id] < question.best:
            return f"unknown_question: {question.id} is not asked of a {category.value}"
    return None


def _not_found(found: NoMatch) -> str:
    if found.device_model is not None:
        variants = ", ".join(variant.id for variant in found.variants)
        return f"{found.reason.value}: {found.device_model.id}; there are {variants}"
    close = ", ".join(f"{each.name} ({each.id})" for each in found.suggestions)
    perhaps = f"; perhaps {close}" if close else ""
    said = "the name alone does not say which device" if found.unclear else "not in the catalogue"
    return f"{found.reason.value}: {said}{perhaps}"


def _valued(blank: Valuation, quote: Quote, *, missing: tuple[str, ...]) -> Valuation:
    """The row's result of a priced quote."""
    valued = blank
    if quote.interval is not None:
        belief = quote.interval
        valued = replace(valued, p10=belief.p10, p50=belief.p50, p90=belief.p90)
    if quote.disposition is not None:
        route = quote.disposition.chosen.route
        stands = RouteIf.MISSING_GOOD if missing else RouteIf.ANSWERED
        valued = replace(valued, route=route.value, route_if=stands, flag=FLAGS[route].value)
    match quote.outcome:
        case Offer(amount):
            return replace(valued, outcome=Outcome.OFFER, offer=amount)
        case Indicative(low, high):
            found = Outcome.INDICATIVE
            return replace(valued, outcome=found, low=low, high=high, missing=missing)
        case ValueOnly(reason):
            return replace(valued, outcome=Outcome.VALUE_ONLY, reason=reason)
        case Referral(code, en):
            return replace(valued, outcome=Outcome.REFERRAL, reason=f"{code}: {en}")
