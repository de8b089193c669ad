"""Views of the ledger of impact: the sums of its entries, at once and after a restart."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from time import thread_time
from typing import Any

import pytest
from sqlalchemy import text

from tests.callers import make_clerk, make_merchant
from tests.databases import unprotect
from tests.fakes import FakeClock
from tests.quotes.settling import ALL, SWOLLEN, back, counted, gone
from tests.quotes.telling import Till
from valuation.domain.disposition import Route
from valuation.domain.impact_ledger import (
    OUTCOMES,
    Outcome,
    UnreadableEntry,
)
from valuation.domain.impact_totals import total
from valuation.domain.market import Provenance
from valuation.domain.moves import Step
from valuation.domain.records import Actor, Role
from valuation.shop import Shop
from valuation.storage import impact_entries
from valuation.storage.engine import make_engine, writing
from valuation.storage.impact_entries import ImpactStore
from valuation.storage.people import PeopleStore
from valuation.use_cases import living
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
    gone(till, actor=Actor(role=Role.CLERK, id=f"clerk:{somebody.id}"))
    gone(till, **SWOLLEN)
    other = Till(till.shop, merchant="shop-2")
    gone(other, display_works="cracked")
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
    gone(till)
    gone(till, **SWOLLEN)
    gone(till, display_works="cracked")
    gone(till, mdm="enrolled")
    ways: tuple[tuple[int, Route | None], ...] = (
        (0, Route.DISMANTLE), (2, None), (0, Route.PARTS), (2, Route.REFURBISH), (0, None),
    )  # fmt: skip
    quotes = till.quotes
    for place, route in ways:
        clock.move(days=9)
        till.quotes = [quotes[place]]
        back(till, route)
        if route is Route.PARTS:
            till.step(Step.COMPLETE)
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
    bodies = ImpactStore.bodies

    def noted(store: ImpactStore, **of: Any) -> Iterator[str]:
        for body in bodies(store, **of):
            reads.append(body)
            yield body

    monkeypatch.setattr(ImpactStore, "bodies", noted)
    monkeypatch.setattr(impact_entries, "PAGE", 2)

    def seen() -> int:
        return view(till.shop.engine, ALL, by=By.DAY).whole[Provenance.DEMO].count

    for number in (1, 2, 3):
        gone(till)
        assert seen() == number == len(reads)
    assert seen() == len(reads) == 3
    with writing(till.shop.engine) as connection:  # as where an older copy is put back
        unprotect(connection, "impact_entries", "delete")
        first = ImpactStore(connection).hash_at(1)
        connection.execute(text("DELETE FROM impact_entries WHERE seq > 1"))
        connection.execute(text(f"UPDATE impact_head SET seq = 1, hash = '{first}'"))  # noqa: S608 -- a hash
    assert seen() == 1


def test_an_entry_that_is_none_is_told_by_every_view(till: Till) -> None:
    gone(till)
    with writing(till.shop.engine) as connection:
        unprotect(connection, "impact_entries", "update")
    for change in ("'x'", "replace(body, 'settled', 'sold')", "body || '\x1e' || body"):
        with writing(till.shop.engine) as connection:
            connection.exec_driver_sql(f"UPDATE impact_entries SET body = {change}")  # noqa: S608 -- ours
        for by in By:
            with pytest.raises(UnreadableEntry):
                view(till.shop.engine, ALL, by=by)


def outcome_in_the_log(till: Till, quote: str) -> Outcome | None:
    """What became of a quote's device, from its events alone."""
    went = living.held(till.shop, quote, merchant=till.merchant).life.completed
    return None if went is None else OUTCOMES[went]
