"""Views of the ledger of impact: the sums of its entries, at once and after a restart."""

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from functools import partial
from time import thread_time

import pytest
from sqlalchemy import text

from tests.callers import make_clerk, make_merchant
from tests.databases import unprotect
from tests.fakes import FakeClock
from tests.quotes.settling import ALL, SWOLLEN, back, counted, settled
from tests.quotes.telling import Till
from valuation.domain.disposition import Route
from valuation.domain.impact_ledger import (
    OUTCOMES,
    Counted,
    Outcome,
    read,
)
from valuation.domain.impact_totals import total
from valuation.domain.market import Provenance
from valuation.domain.moves import Stage
from valuation.domain.records import Actor, Role
from valuation.domain.refusals import IllegalStep
from valuation.shop import Shop
from valuation.storage.engine import make_engine, writing
from valuation.storage.impact_entries import ImpactStore
from valuation.storage.people import PeopleStore
from valuation.use_cases import impact_views, living
from valuation.use_cases.impact_views import (
    NO_CAMPUS,
    NO_STORE,
    By,
    verify,
    view,
)


@pytest.fixture
def till(shop: Shop) -> Till:
    return Till(shop)


def test_views_add_up_and_show_an_event_at_once_and_after_a_restart(
    till: Till, clock: FakeClock
) -> None:
    _, store = make_merchant(till.shop.engine)
    with writing(till.shop.engine) as connection:
        PeopleStore(connection).move_store(store.id, campus="North Campus")
    somebody = make_clerk(till.shop.engine, store)
    settled(till, actor=Actor(role=Role.CLERK, id=f"clerk:{somebody.id}"))
    settled(till, **SWOLLEN)
    other = Till(till.shop, merchant="shop-2")
    settled(other, display_works="cracked")
    for by, groups in (
        (By.STORE, {store.id, NO_STORE}), (By.MERCHANT, {"shop-1", "shop-2"}),
        (By.REGION, {"CN"}), (By.CAMPUS, {"North Campus", NO_CAMPUS}), (By.MONTH, {"2026-11"}),
        (By.DAY, {"2026-11-20"}),
    ):  # fmt: skip
        till.shop.engine.dispose()
        found = view(till.shop.engine, ALL, by=by)
        parts, whole = found.groups[Provenance.DEMO], found.whole[Provenance.DEMO]
        assert set(parts) == groups
        assert whole == total(counted(till.shop))
        assert sum(each.count for each in parts.values()) == whole.count == 3
        assert sum(each.weight_mg for each in parts.values()) == whole.weight_mg
    mine = replace(ALL, merchant="shop-1")
    assert view(till.shop.engine, mine, by=By.MERCHANT).whole[Provenance.DEMO].count == 2
    later = replace(ALL, first=clock().date().replace(day=21))
    assert view(till.shop.engine, later, by=By.MERCHANT).groups == {}


def test_what_another_process_sees_is_the_sum_of_the_logs_within_two_seconds_of_each_event(
    till: Till, clock: FakeClock
) -> None:
    settled(till)
    settled(till, **SWOLLEN)
    settled(till, display_works="cracked")
    settled(till, mdm="enrolled")
    ways: tuple[tuple[int, Route | None], ...] = (
        (0, Route.DISMANTLE), (2, None), (0, Route.PARTS), (2, Route.REFURBISH), (0, None),
    )  # fmt: skip
    quotes = till.quotes
    for place, route in ways:
        clock.move(days=9)
        till.quotes = [quotes[place]]
        with suppress(IllegalStep):  # counted as refurbished once, and not again
            back(till, route)
        started = thread_time()
        other = make_engine(till.shop.settings.database_url)
        views = {by: view(other, ALL, by=by).groups[Provenance.DEMO] for by in By}
        other.dispose()
        assert thread_time() - started < 2
        outcomes = Counter(filter(None, map(partial(outcome_in_the_log, till), quotes)))
        for groups in views.values():
            for outcome in Outcome:
                assert sum(g.devices[outcome] for g in groups.values()) == outcomes[outcome]
            weight = sum(g.weight_mg for g in groups.values())
            assert weight == 174_000 * outcomes.total()
    assert outcomes.total() == 2
    assert verify(till.shop).sound


def test_a_view_goes_on_where_it_ended_and_begins_anew_where_the_ledger_is_another_one(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []

    def noted(body: str) -> Counted:
        reads.append(body)
        return read(body)

    monkeypatch.setattr(impact_views, "read", noted)

    def seen() -> int:
        return view(till.shop.engine, ALL, by=By.DAY).whole[Provenance.DEMO].count

    for number in (1, 2, 3):
        settled(till)
        assert seen() == number == len(reads)
    assert seen() == len(reads) == 3
    with writing(till.shop.engine) as connection:  # as where an older copy is put back
        unprotect(connection, "impact_entries", "delete")
        first = ImpactStore(connection).hash_at(1)
        connection.execute(text("DELETE FROM impact_entries WHERE seq > 1"))
        connection.execute(text(f"UPDATE impact_head SET seq = 1, hash = '{first}'"))  # noqa: S608 -- a hash
    assert seen() == 1


def outcome_in_the_log(till: Till, quote: str) -> Outcome | None:
    """What became of a quote's device, from its events alone."""
    held = living.held(till.shop, quote, merchant=till.merchant)
    return OUTCOMES[held.route] if held.life.stage is Stage.SETTLED else None
