"""Entries of the ledger of impact for tests."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from valuation.domain.impact_ledger import (
    GENESIS,
    REUSE,
    Cause,
    Counted,
    Head,
    Link,
    Outcome,
    Span,
    linked,
)
from valuation.domain.market import Provenance

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
MILLIGRAMS = 160_400  # ATRenew 2020: 36.1 t from about 225,000 devices


def make_counted(number: int = 1, **changes: Any) -> Counted:
    """A device of the number's quote, resold as it is."""
    made = Counted(
        quote=f"qt_{number:026d}", outcome=Outcome.REUSED, cause=Cause.SETTLED, merchant="shop-1",
        store=None, region="CN", data=Provenance.DEMO, category="phone", actor="clerk-1", at=NOON,
        weight_mg=MILLIGRAMS, weighed=False, co2e_g=Span(4_600, 12_300, 20_000),
        factors={"impact-factors": "f" * 64},
    )  # fmt: skip
    return replace(made, **changes)


def chain(entries: Iterable[Counted]) -> list[Link]:
    """The entries one behind another."""
    links: list[Link] = []
    for each in entries:
        after = Head(links[-1].seq, links[-1].hash) if links else GENESIS
        links.append(linked(each, after=after))
    return links


def head(links: list[Link]) -> Head:
    """Where a chain ends."""
    return Head(links[-1].seq, links[-1].hash) if links else GENESIS


def many_counted(*, least: int = 0) -> st.SearchStrategy[list[Counted]]:
    """Devices of several merchants, stores and days, some of them taken back."""
    return st.integers(0, 2**32).map(lambda seed: _many(Random(seed), least))


def _many(random: Random, least: int) -> list[Counted]:
    entries: list[Counted] = []
    for number in range(random.randint(least, 12)):
        outcome = random.choice(list(Outcome))
        made = make_counted(
            number,
            outcome=outcome,
            merchant=random.choice(["shop-1", "shop-2", "店"]),
            store=random.choice([None, "st_1", "st_2"]),
            region=random.choice(["CN", "SG"]),
            campus=random.choice([None, "North Campus", "校园"]),
            at=NOON + timedelta(days=random.randint(0, 100)),
            weight_mg=random.choice([None, random.randint(0, 10**9)]),
            weighed=random.random() < 0.5,
            co2e_g=_span(random) if outcome in REUSE and random.random() < 0.8 else None,
            metals_ug={metal: _span(random) for metal in random.sample(["gold", "铜"], number % 3)},
        )
        entries.append(made)
        if random.random() < 0.3:
            cause = random.choice((Cause.RETURNED, Cause.RESALE_FAILED, Cause.ROUTED_ELSEWHERE))
            entries.append(replace(made, cause=cause, counter=True))
    return entries


def _span(random: Random) -> Span:
    return Span(*sorted(random.randint(0, 10**8) for _ in range(3)))
