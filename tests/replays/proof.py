"""Quotes are made, another bundle is promoted and every table replaced, all are replayed."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, cast

import orjson

from tests.domain.making import random_answers
from tests.factories import VARIANTS, make_bundle, promote
from tests.fakes import NOON, FakeClock, FakeEntropy
from tests.web.conftest import installation
from valuation.domain.device import Category
from valuation.domain.questions import BY_ID
from valuation.domain.quote import LOCKS
from valuation.quotes.quoting import QuoteRequest
from valuation.quotes.replaying import replayed
from valuation.settings import Settings
from valuation.shop import Shop, open_shop
from valuation.storage.engine import reading
from valuation.storage.quotes import QuoteStore
from valuation.tables.book import SHIPPED
from valuation.tables.table import BrokenTable
from valuation.use_cases.issuing import issue

MERCHANT = "mer_replays"
NOBODY_KNOWS = ("xiaomi/redmi/redmi-note-11/6gb-128gb", "a phone that nobody knows")
# Figures of the shipped tables and what the next version says instead.
CHANGES = {
    "policy": (("margin,,800", "margin,,1500"), ("quantile,,0.10", "quantile,,0.20")),
    "handling": (("selling,basis points,535,", "selling,basis points,700,"),),
}
TAMPERED = "deductions"
Watch = Callable[[Iterable[int], str], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Proved:
    """How many quotes were stored and made again to the byte, what they were, what differed, and
    whether a change of one archived table was noticed."""

    stored: int
    same: int
    outcomes: dict[str, int]
    differences: tuple[str, ...]
    tampering_noticed: bool


def prove(folder: Path, url: str, *, count: int, seed: int, watch: Watch) -> Proved:
    """Make ``count`` quotes in a new installation under ``folder``, supersede all, replay."""
    made, clock = folder / "made", FakeClock(NOON)
    entropy = FakeEntropy()
    make_bundle(made, seed=7)
    retrained = make_bundle(made, seed=8, promotion=None)
    environment = installation(made, folder, url)
    before = open_shop(Settings.from_environment(environment), clock=clock, entropy=entropy)
    random = Random(seed)
    for number in watch(range(count), "quotes"):
        issue(before, _request(random, number), merchant=MERCHANT, market=None)
        clock.move(seconds=30)
    before.engine.dispose()
    promote(before.settings.models_dir, retrained, promotion=2)
    clock.move(days=1)
    tables = _next_tables(folder / "tables", before.today(clock()))
    changed = {**environment, "TRADEIN_TABLES": str(tables)}
    after = open_shop(Settings.from_environment(changed), clock=clock, entropy=entropy)
    try:
        _check_superseded(after, random, retrained)
        return _replayed(after, watch)
    finally:
        after.engine.dispose()


def _request(random: Random, number: int) -> QuoteRequest:
    given = random_answers(random, Category.PHONE).given
    spoken = {question: BY_ID[question].value(level) for question, level in given.items()}
    device = [*VARIANTS, *NOBODY_KNOWS][number % (len(VARIANTS) + len(NOBODY_KNOWS))]
    return QuoteRequest(answers=spoken, device=device, lock_days=random.choice(LOCKS))


def _next_tables(folder: Path, day: date) -> Path:
    """Every table once more from ``day`` on, some with other figures."""
    folder.mkdir()
    for shipped in SHIPPED.glob("*.csv"):
        text = re.sub(r"valid-from: \S+", f"valid-from: {day}", shipped.read_text("utf-8"))
        for old, new in CHANGES.get(shipped.stem, ()):
            assert old in text, f"{shipped.name} has no {old!r} to change"
            text = text.replace(old, new)
        (folder / shipped.name).write_text(text, "utf-8")
    return folder


def _check_superseded(shop: Shop, random: Random, retrained: str) -> None:
    """A new quote has nothing of what the old ones were made from."""
    fresh = issue(shop, _request(random, 0), merchant="mer_other", market=None)
    versions = cast(dict[str, Any], fresh["versions"])
    assert versions["bundle"] == retrained
    kept = {path.stem for path in shop.archive.folder.glob("*.csv")}
    assert kept > set(versions["tables"].values())
    assert cast(dict[str, Any], fresh["policy"])["margin_basis_points"] == 1500


def _replayed(shop: Shop, watch: Watch) -> Proved:
    with reading(shop.engine) as connection:
        store = QuoteStore(connection)
        ids = store.ids(merchant=MERCHANT)
        outcomes, differences = Counter[str](), list[str]()
        for number in watch(range(len(ids)), "replays"):
            document = store.get(ids[number]).document
            outcomes[orjson.loads(document)["outcome"]] += 1
            made = replayed(document, shop.appraiser)
            differences += [f"{ids[number]}: {place}" for place, _, _ in made.differences[:1]]
        noticed = _notices(shop, document)
    same = len(ids) - len(differences)
    return Proved(len(ids), same, dict(outcomes), tuple(differences), noticed)


def _notices(shop: Shop, document: bytes) -> bool:
    """Whether a byte turned in an archived table stops the replay of a quote that names it."""
    digest = orjson.loads(document)["versions"]["tables"][TAMPERED]
    path = shop.archive.folder / f"{digest}.csv"
    path.write_bytes(path.read_bytes().replace(b"0", b"1", 1))
    fresh = open_shop(shop.settings, clock=shop.clock, entropy=shop.entropy)
    try:
        replayed(document, fresh.appraiser)
    except BrokenTable:
        return True
    finally:
        fresh.engine.dispose()
    return False
