"""``python -m tests.domain.many_devices [HOW_MANY]``: is a hazard, lock or listing ever resold?

The shipped tables in every market, a million devices with random answers and values unless told
otherwise. Exits with 1 at the first that is resold.
"""

import sys
from collections.abc import Iterator
from datetime import date
from random import Random

from tests.domain.making import (
    DEVICE,
    PRICED,
    RandomWorth,
    closes_resale,
    random_answers,
    random_known,
)
from valuation.domain.answers import Levels
from valuation.domain.device import Category
from valuation.domain.disposition import FLAGS, Flag, choose
from valuation.domain.market import Market
from valuation.domain.pricing import Appraisal
from valuation.domain.tariff import Tariff
from valuation.domain.terms import Terms
from valuation.tables.book import load_book, terms_of

DAY = date(2026, 11, 20)
MARKETS = ("cn-cny-sold-demo", "vn-vnd-asking-real", "sg-sgd-shop-real", "my-myr-asking-real")
MILLION = 1_000_000


def resold(how_many: int, *, seed: int) -> Iterator[tuple[int, Levels]]:
    """The devices that went to resale with an answer that closes it, by number."""
    random, terms = Random(seed), shipped_terms()
    for number in range(how_many):
        category = random.choice(list(Category))
        taught = {q: random_known(random, q) for q in PRICED if random.random() < 0.5}
        tariff = Tariff(DEVICE, category, taught, random.choice(terms))
        appraisal = Appraisal(tariff, RandomWorth(random, category))
        levels = random_answers(random, category).levels
        closed = closes_resale(levels)
        if (
            closed
            and FLAGS[choose(appraisal.routes(tariff.layout.state(levels))).route] is Flag.RESALE
        ):
            yield number, levels


def shipped_terms() -> list[Terms]:
    """The terms that the shipped tables make in every market."""
    tables = load_book().tables(DAY)
    return [terms_of(tables=tables, market=Market.from_slug(slug)) for slug in MARKETS]


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else MILLION
    for number, levels in resold(wanted, seed=1):
        sys.exit(f"device {number} is resold with {dict(levels)}")
    print(f"{wanted:,} devices, none of them resold with a hazard, a lock or a listing")
