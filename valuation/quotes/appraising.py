"""What was asked, priced under one bundle and one set of tables, whoever asks: a new quote, a
replay, an inspection that found something else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from valuation.domain.answers import CompletedAnswers
from valuation.domain.pricing import RULES
from valuation.domain.quote import (
    LOCKS,
    Quote,
    Referral,
    Subject,
    UnknownLock,
    Versions,
    held_until,
)
from valuation.domain.tariff import Tariffs
from valuation.features import EPOCH
from valuation.price_model.model import PriceModel
from valuation.quotes.documents import Document, document_of
from valuation.quotes.impact import impact_of
from valuation.quotes.priced_quote import Pricing
from valuation.tables.book import terms_of
from valuation.tables.table import Table

NOT_PRICED = Referral("not_priced", "Not priced.", "未定价。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Everything that goes into a quote besides the versions; UnknownLock for a lock of other days.

    ``referral`` stands where no device was recognised; then there are no answers either.
    """

    id: str
    code: str
    merchant: str
    issued_at: datetime
    as_of: date
    subject: Subject
    referral: Referral | None
    context: Mapping[str, str]
    answers: CompletedAnswers | None
    lock_days: int

    def __post_init__(self) -> None:
        if self.lock_days not in LOCKS:
            raise UnknownLock(self.lock_days)


@dataclass(frozen=True, slots=True)
class Appraiser:
    """A price model with one set of tables; what it says depends on what is asked alone."""

    model: PriceModel
    tables: Mapping[str, Table]
    tariffs: Tariffs = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        terms = terms_of(tables=self.tables, market=self.model.market)
        object.__setattr__(self, "tariffs", Tariffs(self.model.taught(), terms))

    def quote(self, asked: Asked) -> Quote:
        """The quote."""
        draft, pricing = self._draft(asked), self.pricing(asked)
        return draft if pricing is None else pricing.priced()

    def pricing(self, asked: Asked) -> Pricing | None:
        """How the quote is priced; None where there is no device to price."""
        device, answers = asked.subject.device, asked.answers
        if device is None or answers is None:
            return None
        return Pricing(self.model, self.tariffs.of(device), self._draft(asked), device, answers)

    def document(self, quote: Quote) -> Document:
        """All that the quote says."""
        return document_of(quote, impact=impact_of(quote, self.tables["impact"]))

    def _draft(self, asked: Asked) -> Quote:
        policy = self.tariffs.terms.policy
        return Quote(
            id=asked.id,
            code=asked.code,
            merchant=asked.merchant,
            market=self.model.market,
            issued_at=asked.issued_at,
            as_of=asked.as_of,
            valid_until=held_until(
                issued_at=asked.issued_at, policy=policy, lock_days=asked.lock_days
            ),
            subject=asked.subject,
            context=asked.context,
            answers=asked.answers,
            outcome=asked.referral or NOT_PRICED,
            policy=policy,
            lock_days=asked.lock_days,
            stale_since=self._stale_since(asked.as_of),
            versions=Versions(
                self.model.digest, {i: t.digest for i, t in sorted(self.tables.items())}, RULES
            ),
        )

    def _stale_since(self, as_of: date) -> date | None:
        until = self.model.specification.ages_until
        last = None if until is None else EPOCH + timedelta(days=int(until))
        return last if last is not None and last < as_of else None
