"""Each line of a basket priced by itself: a quote, or why there is none."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

from valuation.catalogue.identity import NotAnIdentifier
from valuation.domain.answers import ImpossibleAnswers
from valuation.domain.extras import Claim
from valuation.domain.people import Mode
from valuation.domain.questions import UnknownAnswer, UnknownQuestion
from valuation.domain.quote import UnknownLock
from valuation.domain.records import Actor
from valuation.price_model.model import UnknownContext
from valuation.quotes.documents import Document
from valuation.quotes.extra_lines import claims_of
from valuation.quotes.quoting import (
    AmbiguousDevice,
    DeviceNeeded,
    NameTooLong,
    OtherDeviceByTac,
    QuoteRequest,
)
from valuation.shop import Shop
from valuation.tables.impact_factors import UnknownKind
from valuation.use_cases.basket_codes import SaidForAll, placed
from valuation.use_cases.claiming import CodeSpent, UnknownCode
from valuation.use_cases.issuing import Issued, attempt
from valuation.use_cases.open_quotes import OpenOverridden, digests_of

Describe = Callable[[Exception], Document]


class SameUnit(ValueError):
    """An earlier line of the basket is about the same unit."""


class InAnotherBasket(ValueError):
    """The open quote of the line's unit is in another basket already."""

    def __init__(self, quote: str, basket: str) -> None:
        super().__init__(
            f"the device's open quote {quote} is in basket {basket}: go on with that one, or "
            "decline or withdraw the quote first"
        )


# What is wrong with one line alone; everything else ends the basket.
LINE_ERRORS = (
    UnknownQuestion, UnknownAnswer, ImpossibleAnswers, UnknownContext, AmbiguousDevice,
    DeviceNeeded, NameTooLong, OtherDeviceByTac, UnknownKind, NotAnIdentifier, UnknownLock,
    UnknownCode, CodeSpent, SameUnit, OpenOverridden,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Malformed:
    """A line that could not be read, with what is wrong with it."""

    problem: Document


@dataclass(frozen=True, slots=True)
class Pricing:
    """How each line of a basket is priced, and told where it fails."""

    shop: Shop
    merchant: str
    market: str | None
    actor: Actor
    mode: Mode
    describe: Describe

    def lines(
        self, asked: Sequence[QuoteRequest | Malformed], said: SaidForAll
    ) -> list[Issued | Document]:
        """Each line as a quote or as its problem, the single-use codes where they belong."""
        made = list(self._first(asked, said.bonuses))
        quotes = {at: each.document for at, each in enumerate(made) if isinstance(each, Issued)}
        for at, codes in placed(said, quotes).items() if quotes else ():
            line = cast(QuoteRequest, asked[at])
            made[at] = self._line(line, (*said.bonuses, *codes), lambda _: None)
        return made

    def _first(
        self, asked: Sequence[QuoteRequest | Malformed], words: Sequence[str]
    ) -> Iterator[Issued | Document]:
        units, codes = set[str](), set[Claim]()
        for line in asked:
            if isinstance(line, Malformed):
                yield line.problem
            else:
                check = partial(_check_once, shop=self.shop, line=line, units=units, codes=codes)
                yield self._line(line, words, check)

    def _line(
        self, line: QuoteRequest, words: Sequence[str], check: Callable[[Issued], None]
    ) -> Issued | Document:
        asked = replace(line, codes=(*line.codes, *words), purchase=None)
        try:
            made = attempt(
                self.shop, asked, merchant=self.merchant, market=self.market, actor=self.actor,
                mode=self.mode,
            )  # fmt: skip
            check(made)
        except LINE_ERRORS as error:
            return self.describe(error)
        return made


def _check_once(
    made: Issued, *, shop: Shop, line: QuoteRequest, units: set[str], codes: set[Claim]
) -> None:
    """SameUnit or CodeSpent for what an earlier line has already; else it is noted."""
    named = digests_of(shop, line)  # under every key: an open quote has the digest of its day
    if units.intersection(named):
        raise SameUnit("an earlier line of the basket is about the same unit")
    secret = {claim for claim in claims_of(made.document) if claim.code}
    if secret & codes:
        raise CodeSpent(len(line.codes) - 1)
    units.update(named)
    codes |= secret
