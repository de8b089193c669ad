"""The use case: a device and answers in, a quote out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from valuation.catalogue import Lookup, Match, NoMatch, Reason
from valuation.catalogue.identity import Identifier, parse_identifier
from valuation.catalogue.tac import TacTable
from valuation.domain.answers import (
    CompletedAnswers,
    complete,
    parse,
)
from valuation.domain.device import Category, Device
from valuation.domain.device_checks import Checked, DeviceCheck
from valuation.domain.extra_terms import Purchase
from valuation.domain.extras import Claim
from valuation.domain.outside import is_beyond, outside_device
from valuation.domain.people import Mode
from valuation.domain.quote import (
    Quote,
    Referral,
    Subject,
    Unit,
    quote_id,
    spoken_code,
)
from valuation.domain.unit_keys import UnitKeys
from valuation.price_model.model import PriceModel
from valuation.price_model.unsold import as_sold
from valuation.quotes.appraising import Appraiser, Asked
from valuation.tables.book import Book
from valuation.tables.impact_factors import FACTORS, check_kind, weights_of

STATED = "stated"  # how a device that the catalogue does not hold was recognised
APPRAISERS = 64  # days × merchants with a margin of their own that are kept ready


@dataclass(frozen=True, slots=True)
class QuoteRequest:
    """What a till asks: a device by id, by name, or by identifier; answers as the registry spells.

    ``category``: needed of a device that the catalogue does not hold, with its name; ``kind`` is of
    an appliance, ``weight_g`` what it weighs.
    ``context`` is the shop's (channel, region, buyer …), never the customer's. ``lock_days``: how
    long the device may take to be handed over, 0, 7 or 14. ``purchase`` and ``codes`` are beside
    the price: what is bought with it, and campaigns by their words or single-use codes.
    """

    answers: Mapping[str, object]
    device: str | None = None
    brand: str | None = None
    storage_gb: float | None = None
    ram_gb: float | None = None
    version: str | None = None
    identifier: str | None = None
    context: Mapping[str, str] | None = None
    lock_days: int = 0
    purchase: Purchase | None = None
    codes: tuple[str, ...] = ()
    category: Category | None = None
    kind: str | None = None
    weight_g: float | None = None


class DeviceNeeded(ValueError):
    """The request names no device."""


class NameTooLong(ValueError):
    """No device is called so long; ``most``: characters that are read."""

    def __init__(self, most: int) -> None:
        super().__init__(f"no device has a name as long as this: at most {most} characters")
        self.most = most


@dataclass(eq=False)  # not frozen: whoever catches an exception sets its traceback
class AmbiguousDevice(ValueError):
    """The device model is known, but not which variant: what there is to choose from."""

    reason: Reason
    device_model: str
    variants: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.reason.value.replace('_', ' ')}: {self.device_model}; " + (
            f"there are {', '.join(self.variants)}" if self.variants else "check the words given"
        )


class OtherDeviceByTac(ValueError):
    """The name and the IMEI are of two devices: which of them is it?"""

    def __init__(self, named: str, by_tac: str) -> None:
        super().__init__(f"the name says {named}, the IMEI's first digits say {by_tac}")
        self.named, self.by_tac = named, by_tac


@dataclass(frozen=True, slots=True)
class Desk:
    """Where quotes are made: a price model, the catalogue, the tables and the shop's secrets."""

    model: PriceModel
    lookup: Lookup
    tacs: TacTable
    book: Book
    unit_keys: Callable[[], UnitKeys]
    # The terms of each day and margin asked for: to read twelve tables again would cost a third of
    # a quote.
    _appraisers: dict[tuple[date, str, bool], Appraiser] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def quote(
        self,
        request: QuoteRequest,
        *,
        merchant: str,
        now: datetime,
        as_of: date,
        entropy: bytes,
        mode: Mode = Mode.LIVE,
        claims: frozenset[Claim] = frozenset(),
        check: DeviceCheck | None = None,
    ) -> tuple[Quote, Appraiser]:
        """A quote and the appraiser that made it; ``claims``: what the request's codes stand for,
        ``check``: what a block list said of the unit, where one is asked.

        Errors: DeviceNeeded, NameTooLong, AmbiguousDevice, OtherDeviceByTac, UnknownKind,
        NotAnIdentifier, UnknownQuestion, UnknownAnswer, ImpossibleAnswers, UnknownContext,
        UnknownLock, PurchaseRefused.
        """
        context = dict(request.context or {})
        self.model.check_context(context)
        subject, referral = self._subject(request, as_of)
        answers, checked = self._answers(request, subject, check)
        appraiser = self._appraiser(as_of, merchant, beside=True)
        asked = Asked(
            id=quote_id(issued_at=now, entropy=entropy),
            code=spoken_code(entropy),
            merchant=merchant,
            issued_at=now,
            as_of=as_of,
            subject=subject,
            referral=referral,
            context=context,
            answers=answers,
            lock_days=request.lock_days,
            mode=mode,
            checked=checked,
            purchase=request.purchase,
            claims=claims,
        )
        if not appraiser.has_extras(asked):
            # A quote names the tables that it rests on, and no others.
            appraiser = self._appraiser(as_of, merchant, beside=False)
        return appraiser.quote(asked), appraiser

    def _appraiser(self, day: date, merchant: str, *, beside: bool) -> Appraiser:
        own = self.book.own_margin(merchant, day)
        key = (day, own.digest if own else "", beside)
        found = self._appraisers.get(key)
        if found is None:
            if len(self._appraisers) >= APPRAISERS:
                self._appraisers.clear()
            extra = self.book.beside(day) if beside else {}
            found = Appraiser(self.model, self.book.tables_of(merchant, day) | extra)
            self._appraisers[key] = found
        return found

    def _answers(
        self, request: QuoteRequest, subject: Subject, check: DeviceCheck | None
    ) -> tuple[CompletedAnswers, Checked | None]:
        """The answers that count, and the check that they were held against."""
        category = subject.device.category if subject.device else Category.PHONE
        declared = parse(answers=request.answers, category=category)
        checked = None if check is None else Checked(check, declared)
        given = declared if checked is None else checked.counted(category)
        return complete(given=given, category=category), checked

    def _subject(self, request: QuoteRequest, day: date) -> tuple[Subject, Referral | None]:
        identifier = parse_identifier(request.identifier) if request.identifier else None
        unit = None if identifier is None else unit_of(identifier, self.unit_keys())
        words = request.device or self._device_of_tac(identifier)
        if words is None:
            if identifier is None:
                raise DeviceNeeded("name a device: by variant id, by name and storage, or by IMEI")
            return Subject("", "", None, None, unit), UNKNOWN_TAC
        # What else is typed there, a name, a number, would stand in the quote for ever.
        if len(words) > (most := 2 * self.lookup.catalogue.longest_name):
            raise NameTooLong(most)
        if is_beyond(request.category):
            self._check_beyond(request, words)
            return Subject(words, STATED, self._beyond(request, words, day), None, unit), None
        found = self.lookup.find(
            brand=request.brand,
            text=words,
            storage_gb=request.storage_gb,
            ram_gb=request.ram_gb,
            version=request.version,
            category=request.category,
        )
        match found:
            case Match(_, variant) if variant is not None:
                catalogue = self.lookup.catalogue
                self._check_tac(identifier, variant.device_model)
                device = self.model.device(catalogue.device(variant.id))
                name_zh = catalogue.variant_name_zh(variant)
                return Subject(words, found.how, device, name_zh, unit), None
            case NoMatch():
                return Subject(words, "", None, None, unit), _no_match(found)
            case _:
                raise DeviceNeeded(f"{words[:40]!r} names no variant")

    def _check_beyond(self, request: QuoteRequest, words: str) -> None:
        """DeviceNeeded where the catalogue holds what is stated to be beyond it: it has a price."""
        found = self.lookup.find(
            brand=request.brand, text=words, storage_gb=request.storage_gb, ram_gb=request.ram_gb
        )
        known = found.device_model if isinstance(found, NoMatch) else found.variant
        if known is not None:
            raise DeviceNeeded(
                f"the catalogue has it ({known.id}): leave the category out, and it is priced"
            )

    def _beyond(self, request: QuoteRequest, words: str, day: date) -> Device:
        """A device that the catalogue does not hold, by what it is called; UnknownKind."""
        check_kind(weights_of(self.book.table(FACTORS, day)), request.kind)
        stated = outside_device(
            brand=request.brand, model=words, category=request.category, kind=request.kind,
            storage_gb=request.storage_gb, ram_gb=request.ram_gb, weight_g=request.weight_g,
        )  # fmt: skip
        return as_sold(self.model, stated)

    def _check_tac(self, identifier: Identifier | None, named: str) -> None:
        """OtherDeviceByTac where an imported TAC is of another device model than the name."""
        by_tac, models = self._device_of_tac(identifier), self.lookup.catalogue.device_models
        if by_tac is not None and by_tac in models and by_tac != named:
            names = (self.lookup.catalogue.name(models[each]) for each in (named, by_tac))
            raise OtherDeviceByTac(*names)

    def _device_of_tac(self, identifier: Identifier | None) -> str | None:
        tac = identifier.tac if identifier else None
        return self.tacs.device_model(tac) if tac else None


def unit_of(identifier: Identifier, keys: UnitKeys, *, like: Unit | None = None) -> Unit:
    """The unit that is identified, under today's key or that of another unit; KeyDestroyed."""
    return keys.unit(identifier.kind.value, identifier.value, like=like)


UNKNOWN_TAC = Referral(
    "unknown_tac",
    "No device is known for this IMEI; name the device, or import a TAC table.",
    "无法通过该 IMEI 识别设备，请填写机型或导入 TAC 表。",
)


def _no_match(found: NoMatch) -> Referral:
    """A referral for a device that nobody knows; AmbiguousDevice where the variant is unclear."""
    if found.device_model is not None:
        variants = tuple(variant.id for variant in found.variants)
        raise AmbiguousDevice(found.reason, found.device_model.id, variants)
    suggestions = tuple((suggestion.id, suggestion.name) for suggestion in found.suggestions)
    if found.unclear:
        en = "The name alone does not say which device; give it in full."
        zh = "仅凭此名称无法确定机型，请写全。"
    else:
        en = "This device is not in the catalogue; a person must look at it."
        zh = "目录中没有该设备，需人工评估。"
    return Referral(found.reason.value, en, zh, suggestions)
