"""The ledger of impact looked at: sums by place and time, its check, what it has to catch up."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple, cast
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Engine

from valuation.domain.impact_bodies import Key, alike
from valuation.domain.impact_ledger import (
    GENESIS,
    Counted,
    Fault,
    Head,
    Link,
    faults,
    read,
    standing,
)
from valuation.domain.impact_totals import Totals, summed, together
from valuation.domain.lifecycle import ImpossibleHistory, fold
from valuation.domain.market import Provenance
from valuation.quotes.life_log import happened_of, told_of
from valuation.shop import Shop
from valuation.storage.engine import reading, writing
from valuation.storage.impact_entries import AlreadyCounted, ImpactStore
from valuation.storage.people import PeopleStore
from valuation.storage.quotes import QuoteStore
from valuation.use_cases.crediting import earned

NO_STORE = NO_CAMPUS = "none"  # what a merchant's own system settled, or a store of no campus


class By(StrEnum):
    """What entries are summed by; days and months are the shop's."""

    STORE = "store"
    MERCHANT = "merchant"
    REGION = "region"
    CAMPUS = "campus"
    MONTH = "month"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whose entries of which days, both ends counted; None: all of them."""

    merchant: str | None
    first: date | None
    last: date | None
    zone: ZoneInfo

    def moments(self) -> tuple[datetime | None, datetime | None]:
        """From the first moment to before the last."""
        after = None if self.last is None else self.last + timedelta(days=1)
        begin, end = (
            None if day is None else datetime.combine(day, time(), self.zone).astimezone(UTC)
            for day in (self.first, after)
        )
        return begin, end


Factor = tuple[str, str, str]  # the id and digest of a table, the category looked up there


class Fold(NamedTuple):
    """Sums up to an entry, by kind of data and group; the factors behind them, by kind of data."""

    head: Head
    groups: Mapping[tuple[Provenance, str], Totals]
    factors: Mapping[Provenance, frozenset[Factor]]


NO_FOLD = Fold(GENESIS, {}, {})
FOLDS = 64  # questions of which a process remembers the sums
_FOLDS: WeakKeyDictionary[Engine, dict[tuple[Asked, By], Fold]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class View:
    """Sums by group, those of demo and of real data apart, the whole of each, the factors behind
    it. ``head``: where the ledger ended."""

    groups: Mapping[Provenance, Mapping[str, Totals]]
    whole: Mapping[Provenance, Totals]
    labels: Mapping[str, str]
    factors: Mapping[Provenance, frozenset[Factor]] = field(default_factory=dict)
    head: Head = GENESIS


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of the whole ledger found; ``uncounted``: quotes whose device went its way and
    is not in it; ``broken``: quotes of whose log nobody can tell, each in a sentence."""

    head: Head
    faults: tuple[Fault, ...]
    uncounted: tuple[str, ...]
    broken: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.faults or self.uncounted or self.broken)


def links_of(engine: Engine, asked: Asked) -> list[Link]:
    """The entries as they are stored, in order."""
    begin, end = asked.moments()
    with reading(engine) as connection:
        return list(ImpactStore(connection).entries(merchant=asked.merchant, begin=begin, end=end))


def entries_of(engine: Engine, asked: Asked) -> list[Counted]:
    """The entries, in order; UnreadableEntry where one was changed."""
    return [read(link.body) for link in links_of(engine, asked)]


def view(engine: Engine, asked: Asked, *, by: By) -> View:
    """The entries summed, as they stand now; UnreadableEntry.

    A process sums each entry once: what was summed before is taken up where it ended, as long as
    that entry has still its hash. What was changed behind it is for ``verify`` to find.
    """
    folds = _FOLDS.setdefault(engine, {})
    known = folds.get((asked, by), NO_FOLD)
    begin, end = asked.moments()
    with reading(engine) as connection:
        store = ImpactStore(connection)
        if store.hash_at(known.head.seq) != known.head.hash:
            known = NO_FOLD
        head = store.head()
        bodies = store.bodies(
            merchant=asked.merchant, begin=begin, end=end, after=known.head.seq, until=head.seq
        )
        new = alike(bodies, _keyed(by, asked.zone))
    groups, factors = dict(known.groups), dict(known.factors)
    for (data, name), parts in new.items():
        before = groups.get((data, name))
        groups[data, name] = together([before, summed(parts)]) if before else summed(parts)
        factors[data] = factors.get(data, frozenset()).union(*(used(e) for e, *_ in parts))
    if len(folds) >= FOLDS:
        folds.clear()
    folds[asked, by] = fold = Fold(head, groups, factors)
    return _viewed(fold, _labels(engine, by))


def _viewed(fold: Fold, labels: Mapping[str, str]) -> View:
    kinds = [each for each in Provenance if any(each is data for data, _ in fold.groups)]
    parts = {
        kind: {name: sums for (data, name), sums in sorted(fold.groups.items()) if data is kind}
        for kind in kinds
    }
    whole = {kind: together(parts[kind].values()) for kind in kinds}
    return View(parts, whole, labels, fold.factors, fold.head)


def _keyed(by: By, zone: ZoneInfo) -> Key:
    """What names the group of an entry."""
    match by:
        case By.STORE:
            return lambda place: place.store or NO_STORE
        case By.MERCHANT:
            return lambda place: place.merchant
        case By.REGION:
            return lambda place: place.region
        case By.CAMPUS:
            return lambda place: place.campus or NO_CAMPUS
        case By.MONTH:
            return lambda place: month_of(place.at.astimezone(zone).date().isoformat())
        case By.DAY:
            return lambda place: place.at.astimezone(zone).date().isoformat()


def month_of(day: str) -> str:
    """The month's group of a day's: 2026-11 of 2026-11-20."""
    return day[:7]


def used(entry: Counted) -> Iterator[Factor]:
    """The factors behind an entry's figures."""
    return ((name, digest, entry.category) for name, digest in entry.factors.items())


def verify(shop: Shop, *, known: tuple[int, str] | None = None) -> Checked:
    """The whole ledger against its hashes, its end and the log of the quotes.

    ``known``: an entry's place and the hash that it had when somebody noted it.
    """
    with reading(shop.engine) as connection:
        store = ImpactStore(connection)
        head = store.head()
        found = (*faults(store.entries(), head=head), *store.misplaced(), *store.unearned())
        if known and Head(*known) not in {Head(link.seq, link.hash) for link in store.entries()}:
            found = (*found, Fault(known[0], "has not the hash that was noted of it"))
    waiting = list(_uncounted(shop))
    broken = tuple(str(each) for each in waiting if isinstance(each, ImpossibleHistory))
    uncounted = tuple(each.quote for each in waiting if isinstance(each, Counted))
    return Checked(head, found, uncounted, broken)


def catch_up(shop: Shop) -> int:
    """Count what went its way and has no entry; how many that made.

    Errors of ``crediting.earned`` and the database; ImpossibleHistory, once all others are counted,
    where a quote's log was damaged or changed.
    """
    made, broken = 0, []
    for each in _uncounted(shop):
        if isinstance(each, ImpossibleHistory):
            broken.append(each)
            continue
        with suppress(AlreadyCounted), writing(shop.engine) as connection:
            ImpactStore(connection).add(each)
            made += 1
    if broken:
        raise broken[0]
    return made


def _uncounted(shop: Shop) -> Iterator[Counted | ImpossibleHistory]:
    """What has no entry yet, and quotes of whose log nobody can tell."""
    with reading(shop.engine) as connection:
        waiting = ImpactStore(connection).uncounted()
    for quote_id, position in waiting:
        with reading(shop.engine) as connection:
            quotes = QuoteStore(connection)
            stored, events = quotes.get(quote_id), quotes.events(quote_id)[: position + 1]
            entries = ImpactStore(connection).of_quote(quote_id)
        if standing(each for each in entries if each.at <= events[-1].at):
            continue  # it was counted when it was settled, as devices were before
        document = orjson.loads(stored.document)
        try:
            told = next((t for event in reversed(events) if (t := told_of(event))), None)
            life = fold(events=[happened_of(event, document) for event in events])
        except ImpossibleHistory as error:
            yield ImpossibleHistory(f"the log of {quote_id} was damaged or changed: {error}")
            continue
        found = cast(dict[str, object], told["quote"] if told else document)
        if counted := earned(shop, stored, found, life):
            yield counted


def _labels(engine: Engine, by: By) -> dict[str, str]:
    with reading(engine) as connection:
        people = PeopleStore(connection)
        match by:
            case By.STORE:
                return {each.id: each.name for each in people.stores()}
            case By.MERCHANT:
                return {each.id: each.name for each in people.merchants()}
    return {}
