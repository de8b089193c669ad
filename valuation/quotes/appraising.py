"""What was asked, priced under one bundle and one set of tables, whoever asks: a new quote, a
replay, an inspection that found something else."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from valuation.domain.answers import CompletedAnswers
from valuation.domain.device_checks import Checked
from valuation.domain.extra_terms import Purchase
from valuation.domain.extras import Asking, Claim, Extras, ExtraTerms
from valuation.domain.market import Market
from valuation.domain.people import Mode
from valuation.domain.pricing import RULES
from valuation.domain.quote import (
    LOCKS,
    Offer,
    Pin,
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
from valuation.price_model.unsold import is_sold, why_unsold
from valuation.quotes.disposition_document import disposition_document
from valuation.quotes.documents import Document, document_of
from valuation.quotes.impact import impact_of
from valuation.quotes.priced_quote import Pricing
from valuation.quotes.told_routes import ToldRoutes
from valuation.tables.book import BESIDE, terms_of
from valuation.tables.extra_readings import extra_terms
from valuation.tables.policy_rows import MARGIN, own_margin_id
from valuation.tables.table import BrokenTable, Table

NOT_PRICED = Referral("not_priced", "Not priced.", "未定价。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Everything that goes into a quote besides the versions; UnknownLock for a lock of other days.

    ``referral`` stands where no device was recognised; then there are no answers either. ``rules``:
    the version of the arithmetic.
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
    mode: Mode = Mode.LIVE
    checked: Checked | None = None
    purchase: Purchase | None = None
    claims: frozenset[Claim] = frozenset()
    pin: Pin | None = None
    rules: int = RULES

    def __post_init__(self) -> None:
        if self.lock_days not in LOCKS:
            raise UnknownLock(self.lock_days)


@dataclass(frozen=True, slots=True)
class Appraiser:
    """A price model with one set of tables; what it says depends on what is asked alone.

    BrokenTable where the margin among them is another merchant's than who asks.
    """

    model: PriceModel
    tables: Mapping[str, Table]
    tariffs: Tariffs = field(init=False, repr=False, compare=False)
    beside: ExtraTerms | None = field(init=False, repr=False, compare=False)
    told: ToldRoutes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        terms = terms_of(tables=self.tables, market=self.model.market)
        object.__setattr__(self, "tariffs", Tariffs(self.model.taught(), terms))
        object.__setattr__(self, "told", ToldRoutes.of(self.tables))
        named = BESIDE[0] in self.tables
        object.__setattr__(self, "beside", extra_terms(self.tables) if named else None)

    def quote(self, asked: Asked) -> Quote:
        """The quote."""
        draft, pricing = self._draft(asked), self.pricing(asked)
        quote = draft if pricing is None else pricing.priced()
        offer = quote.outcome.amount if isinstance(quote.outcome, Offer) else None
        extras = self.extras(asked, offer=offer)
        return replace(quote, extras=extras) if extras else quote

    def extras(self, asked: Asked, *, offer: int | None) -> Extras | None:
        """What stands beside an offer; None where the tables name nothing of the kind."""
        if self.beside is None:
            return None
        return self.beside.extras(asking_of(asked, market=self.model.market), offer=offer)

    def has_extras(self, asked: Asked) -> bool:
        """Whether anything stands beside the quote; PurchaseRefused."""
        asking = asking_of(asked, market=self.model.market)
        return self.beside is not None and self.beside.wanted(asking)

    def pricing(self, asked: Asked) -> Pricing | None:
        """How the quote is priced; None where there is no device to price, or no sale of one."""
        device, answers = asked.subject.device, asked.answers
        if device is None or answers is None or not is_sold(self.model, device):
            return None
        return Pricing(self.model, self.tariffs.of(device), self._draft(asked), device, answers)

    def document(self, quote: Quote) -> Document:
        """All that the quote says."""
        saves, handling = self.told.impact(quote), self.told.handling(quote)
        disposition = disposition_document(quote, impact=saves, handling=handling)
        impact = impact_of(quote, self.tables, saves)
        return document_of(quote, impact=impact, disposition=disposition)

    def _draft(self, asked: Asked) -> Quote:
        policy = self.tariffs.terms.policy
        own = self.tables.get(MARGIN)
        if own is not None and own.id != own_margin_id(asked.merchant):
            raise BrokenTable(f"{own.id} is not the margin of {asked.merchant}")
        return Quote(
            id=asked.id,
            code=asked.code,
            merchant=asked.merchant,
            market=self.model.market,
            issued_at=asked.issued_at,
            as_of=asked.as_of,
            # Asked for again a pin is not extended.
            valid_until=held_until(
                issued_at=asked.pin.issued_at if asked.pin else asked.issued_at,
                policy=policy,
                lock_days=asked.lock_days,
            ),
            pin=asked.pin,
            subject=asked.subject,
            context=asked.context,
            answers=asked.answers,
            outcome=asked.referral or self._unsold(asked) or NOT_PRICED,
            policy=policy,
            lock_days=asked.lock_days,
            mode=asked.mode,
            checked=asked.checked,
            stale_since=self._stale_since(asked.as_of),
            versions=Versions(
                self.model.digest,
                {i: t.digest for i, t in sorted(self.tables.items())},
                asked.rules,
            ),
        )

    def _unsold(self, asked: Asked) -> Referral | None:
        device = asked.subject.device
        return None if device is None else why_unsold(self.model, device)

    def _stale_since(self, as_of: date) -> date | None:
        until = self.model.specification.ages_until
        last = None if until is None else EPOCH + timedelta(days=int(until))
        return last if last is not None and last < as_of else None


def asking_of(asked: Asked, *, market: Market) -> Asking:
    """What campaigns look at of what was asked; PurchaseRefused."""
    device = asked.subject.device
    return Asking(
        day=asked.as_of,
        data=market.provenance.value,
        country=market.country,
        currency=market.currency,
        brand=device.brand if device else None,
        category=device.category.value if device else None,
        channel=asked.context.get("channel"),
        purchase=asked.purchase,
        claims=asked.claims,
        merchant=asked.merchant,
    )
