"""Many bodies at once come to what each of them comes to."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.impact_making import NOON, chain, make_counted, many_counted
from valuation.domain import impact_bodies
from valuation.domain.impact_bodies import Place, alike
from valuation.domain.impact_ledger import Counted, UnreadableEntry, read, spelled
from valuation.domain.impact_totals import Totals, summed, total
from valuation.domain.market import Provenance

Sums = dict[tuple[Provenance, str], Totals]


def name(place: Place | Counted) -> str:
    return f"{place.at:%d}, {place.merchant}, {place.store or ''}, {place.campus or ''}"


def at_once(bodies: list[str]) -> Sums:
    return {group: summed(parts) for group, parts in alike(bodies, name).items()}


def one_by_one(bodies: list[str]) -> Sums:
    groups: defaultdict[tuple[Provenance, str], list[Counted]] = defaultdict(list)
    for entry in map(read, bodies):
        groups[entry.data, name(entry)].append(entry)
    return {group: total(entries) for group, entries in groups.items()}


@given(many_counted(), st.data())
def test_many_at_once_come_to_the_sum_of_each(entries: list[Counted], data: st.DataObject) -> None:
    kinds, texts = st.sampled_from(Provenance), st.sampled_from(("x", "", "a\"},'{b\\", "\u2028}"))
    bodies = [
        link.body
        for link in chain(
            replace(each, data=data.draw(kinds), actor=data.draw(texts), category=data.draw(texts),
                    campus=data.draw(texts | st.none()))
            for each in (*entries, *entries)
        )
    ]  # fmt: skip
    assert at_once(bodies) == one_by_one(bodies)


def test_one_of_a_kind_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[str] = []

    def noted(body: str) -> Counted:
        reads.append(body)
        return read(body)

    monkeypatch.setattr(impact_bodies, "read", noted)
    devices = (
        make_counted(n, weight_mg=n * 1_000, store=f"st_{n}", at=NOON + timedelta(days=n))
        for n in range(500)
    )
    bodies = [link.body for link in chain(devices)]
    assert at_once(bodies) == one_by_one(bodies)
    assert reads == bodies[:1]


BODY = spelled(make_counted(store="st_1", campus="here"), seq=1)


@pytest.mark.parametrize(
    ("changed", "to"),
    [
        ('"seq":1', '"seq":1,"outcome":"dismantled"'), ('"factors":', '"weight_mg":9,"factors":'),
        ('"factors":{', '"factors":{"a}":"b",'), ('"weight_mg":160400', '"weight_mg":1e3'),
        ('"category":', '"merchant":"z","category":'), (",", ", "), ("{", "{\n"),
        ('"cause"', '"at":"2026-01-01T00:00:00Z","cause"'),
        ('-20T04:00:00Z",', '-31T04:00:00Z","at":"2026-01-01T00:00:00Z",'),
        ('"here"', '"\\u0068ere"'), ("04:00:00Z", "06:00:00+02:00"), ("T04:00:00Z", "T04:00Z"),
        ('"counter":false', '"counter":true'), ('"store":"st_1"', '"store":null'),
    ],
)  # fmt: skip
def test_whatever_is_spelled_otherwise_is_read_as_it_is(changed: str, to: str) -> None:
    bodies = [BODY.replace(changed, to), BODY, BODY.replace(changed, to)]
    try:
        assert at_once(bodies) == one_by_one(bodies)
    except UnreadableEntry:
        with pytest.raises(UnreadableEntry):
            one_by_one(bodies)


@pytest.mark.parametrize(
    ("changed", "to"),
    [
        ("2026-11-20", "2026-11-31"), ("2026-11-20", "2026-13-01"), ("T04:00:00Z", "T25:00:00Z"),
        ('"schema":1', '"schema":2'), ('"seq":1', '"seq":01'), ('"weight_mg":1', '"weight_mg":01'),
        ('"outcome":"reused"', '"outcome":"lost"'), ('"data":"demo"', '"data":"guess"'),
        ('"here"', '"he\tre"'), ('"here"', '"he"re"'), ('"here"', '"here\\"'), ("}", ""),
        ('"merchant":"shop-1",', ""), ('"weighed"', '"wieghed"'), (BODY, "x"), (BODY, "null"),
    ],
)  # fmt: skip
def test_what_is_no_entry_is_told_though_others_are_of_its_kind(changed: str, to: str) -> None:
    forged = BODY.replace(changed, to)
    with pytest.raises(UnreadableEntry):
        read(forged)
    with pytest.raises(UnreadableEntry):
        at_once([BODY, BODY, forged])
