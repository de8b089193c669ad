"""One row of a file into a record, a rejection, or a line that a filter leaves out."""

from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from valuation.domain.answers import ImpossibleAnswers, complete
from valuation.domain.device import Category, UnitState
from valuation.domain.market import Market, PriceKind
from valuation.domain.money import Money
from valuation.domain.questions import BY_ID
from valuation.intake.binding import (
    REMEMBERED,
    BadCell,
    Binder,
    Cells,
    Getter,
    Value,
)
from valuation.intake.device_words import DeviceReader
from valuation.intake.fields import ANSWERS, CONTEXT
from valuation.intake.mapping import Mapping, Purpose
from valuation.intake.parsers import (
    CATEGORY,
    KIND,
    UNIT_STATE,
    BadValue,
    Code,
    answers,
    as_it_is,
    country,
    currency,
    dates,
)
from valuation.intake.prices import prices
from valuation.intake.records import Record, Rejected


@dataclass(frozen=True, slots=True)
class Filtered:
    """A line that a rule of the mapping leaves out on purpose."""

    line: int
    rule: str


class LineReader:
    """Reads the rows of one file through a mapping."""

    def __init__(self, *, mapping: Mapping, columns: tuple[str, ...]) -> None:
        binder = Binder(mapping, columns)
        self._columns = columns
        self._filters = [(binder.index(rule.column), rule) for rule in mapping.filters]
        self._device = DeviceReader(binder)
        self._sale = _SaleReader(binder)
        self._facts = _FactsReader(binder)

    def read(self, line: int, cells: Cells) -> Record | Rejected | Filtered:
        """What the row says; nothing about a single row is an error of the file."""
        for index, rule in self._filters:
            if not rule.passes(cells[index]):
                return Filtered(line, rule.rule)
        try:
            return self._record(line, cells)
        except BadCell as bad:
            raw = dict(zip(self._columns, cells, strict=True))
            return Rejected(
                line, self._record_id(cells), bad.column, bad.code.value, bad.message, raw
            )

    def _record_id(self, cells: Cells) -> str | None:
        """The row's own id, or None where that is what cannot be read."""
        try:
            return self._facts.record_id(cells)
        except BadCell:
            return None

    def _record(self, line: int, cells: Cells) -> Record:
        facts = self._facts
        return Record(
            line=line,
            record_id=facts.record_id(cells),
            words=self._device.words(cells),
            market=self._sale.market(cells),
            price=self._sale.price(cells),
            sold_on=facts.sold_on(cells),
            unit_state=facts.unit_state(cells) or UnitState.USED,
            answers=facts.answers(cells),
            context=facts.context(cells),
            seller=facts.seller(cells),
        )


class _SaleReader:
    """Market and price of a row; BadCell where sales lack one of them.

    ``market`` is None where a stock list does not tell all of it.
    """

    def __init__(self, binder: Binder) -> None:
        self._required = binder.mapping.purpose is Purpose.SALES
        self._binder = binder
        self._provenance = binder.mapping.provenance
        self._country = binder.either("country", country)
        self._currency = binder.either("currency", currency)
        self._kind: Getter[PriceKind] = binder.either("kind", KIND)
        self._price_text = binder.either("price", as_it_is)
        self.market = binder.remembering(("country", "currency", "kind"), self._read_market)
        self._parse = lru_cache(maxsize=REMEMBERED)(prices(format=binder.mapping.price))

    def _read_market(self, cells: Cells) -> Market | None:
        place = self._present("country", self._country(cells))
        money = self._present("currency", self._currency(cells))
        kind = self._present("kind", self._kind(cells))
        if place is None or money is None or kind is None or self._provenance is None:
            return None
        return Market(place, money, kind, self._provenance)

    def price(self, cells: Cells) -> Money | None:
        """The price above zero; None where a stock list names none."""
        text = self._present("price", self._price_text(cells))
        money = self._currency(cells)
        if text is None or money is None:
            return None
        try:
            return self._parse(text, money)
        except BadValue as bad:
            raise BadCell(self._binder.named("price"), bad.code, str(bad)) from bad

    def _present(self, field: str, value: Value | None) -> Value | None:
        if value is None and self._required:
            raise BadCell(self._binder.named(field), Code.MISSING_VALUE, f"the line has no {field}")
        return value


class _FactsReader:
    """What a row says beside the device and its price.

    ``context``: channel, region, buyer and the mapping's own columns, those that have a value.
    ``answers``: the levels that were given; BadCell where they cannot be true together.
    """

    def __init__(self, binder: Binder) -> None:
        self._binder = binder
        mapping = binder.mapping
        names = (*CONTEXT, *mapping.context)
        self.record_id = binder.either("record_id", as_it_is)
        self.seller = binder.either("seller", as_it_is)
        self.sold_on = binder.either("sold_on", dates(format=mapping.date_format))
        self.unit_state = binder.either("unit_state", UNIT_STATE)
        self._category = binder.either("category", CATEGORY)
        self._context = [(name, binder.either(name, as_it_is)) for name in names]
        self._answers = [
            (name, binder.either(name, answers(question=BY_ID[name]))) for name in ANSWERS
        ]
        self.context = binder.remembering(names, self._read_context)
        self.answers = binder.remembering(("category", *ANSWERS), self._read_answers)

    def _read_context(self, cells: Cells) -> ReadOnly[str, str]:
        return MappingProxyType(_present(self._context, cells))

    def _read_answers(self, cells: Cells) -> ReadOnly[str, int]:
        levels = MappingProxyType(_present(self._answers, cells))
        try:
            _possible(_without_percent(levels), self._category(cells) or Category.PHONE)
        except ImpossibleAnswers as impossible:
            column = self._binder.named(impossible.question)
            raise BadCell(column, Code.IMPOSSIBLE_ANSWERS, str(impossible)) from impossible
        return levels


def _without_percent(levels: ReadOnly[str, int]) -> tuple[tuple[str, int], ...]:
    """The levels in which answers can contradict each other; a percentage counts as given."""
    return tuple((name, 0 if BY_ID[name].percent else level) for name, level in levels.items())


@lru_cache(maxsize=REMEMBERED)
def _possible(given: tuple[tuple[str, int], ...], category: Category) -> None:
    """Let answers pass that can be true together; ImpossibleAnswers names one that cannot."""
    complete(given=dict(given), category=category)


def _present(getters: list[tuple[str, Getter[Value]]], cells: Cells) -> dict[str, Value]:
    found = ((name, get(cells)) for name, get in getters)
    return {name: value for name, value in found if value is not None}
