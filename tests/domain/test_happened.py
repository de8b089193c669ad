"""The first event of a life, made of the quote itself."""

from dataclasses import replace
from datetime import date, timedelta, timezone

import pytest

from tests.domain.lives import ANSWER, ISSUED, RECEIVE, TILL, VALID, make_opening
from tests.domain.making import make_answers, make_gate, make_policy
from valuation.domain.disposition import Effect, Route, RouteValue
from valuation.domain.happened import Consent, Happened, Kind, Opening, opened
from valuation.domain.lifecycle import fold
from valuation.domain.market import Market
from valuation.domain.quote import (
    Disposition,
    Indicative,
    Offer,
    Outcome,
    Quote,
    Referral,
    Subject,
    ValueOnly,
    Versions,
)
from valuation.domain.records import BadRecord


def make_quote(outcome: Outcome) -> Quote:
    chosen = RouteValue(Route.AS_IS, 0, 0, 0, 0, ())
    gates = [
        make_gate(question, 1, Route.AS_IS, Effect.CONDITION, code)
        for question, code in (("erasure", "erase"), ("mdm", "in_person"), ("sim_lock", "erase"))
    ]
    return Quote(
        id="qt_1",
        code="AAA-AAAA",
        merchant="default",
        market=Market.from_slug("cn-cny-sold-demo"),
        issued_at=ISSUED,
        as_of=date(2026, 11, 20),
        valid_until=ISSUED + VALID,
        subject=Subject("iPhone 13", "name", None, None, None),
        context={},
        answers=make_answers(),
        outcome=outcome,
        versions=Versions("b" * 64, {}, 1),
        policy=make_policy(),
        stale_since=None,
        lock_days=0,
        disposition=Disposition(chosen, [chosen], gates),
    )


@pytest.mark.parametrize(
    ("outcome", "stage", "amount"),
    [
        (Offer(120_000), "offered", 120_000),
        (Offer(0), "offered", 0),
        (Indicative(100, 200), "indicative", None),
        (ValueOnly("asking"), "valued", None),
        (Referral("unknown_device", "unknown", "未知"), "referred", None),
    ],
)
def test_a_life_opens_as_its_quote_turned_out(
    outcome: Outcome, stage: str, amount: int | None
) -> None:
    first = opened(
        quote=make_quote(outcome), actor=TILL, receive_within=RECEIVE, answer_within=ANSWER
    )
    life = fold(events=[first])
    assert (life.stage, life.amount) == (stage, amount)
    assert (life.valid_until, first.at, first.actor) == (ISSUED + VALID, ISSUED, TILL)


def test_settlement_depends_on_each_of_the_quotes_conditions_once() -> None:
    first = opened(
        quote=make_quote(Offer(1)), actor=TILL, receive_within=RECEIVE, answer_within=ANSWER
    )
    assert fold(events=[first]).unmet == ("erase", "in_person")


def opening() -> Opening:
    detail = make_opening().detail
    assert isinstance(detail, Opening)
    return detail


def test_an_offer_has_an_amount_and_a_referral_has_none() -> None:
    for kind, amount in ((Kind.OFFERED, None), (Kind.REFERRED, 5)):
        with pytest.raises(BadRecord, match="an offer has an amount"):
            Happened(kind=kind, actor=TILL, at=ISSUED, detail=replace(opening(), amount=amount))


def test_a_quote_is_valid_for_a_while_and_leaves_time_to_receive_and_to_answer() -> None:
    with pytest.raises(BadRecord, match="valid for longer"):
        replace(make_opening(), at=ISSUED + VALID)
    nothing = timedelta(0)
    for changes in ({"receive_within": nothing}, {"answer_within": nothing}):
        with pytest.raises(BadRecord, match="longer than nothing"):
            replace(opening(), **changes)  # type: ignore[arg-type]  # one of two time spans


def test_records_take_whole_amounts_and_moments_in_utc_alone() -> None:
    with pytest.raises(BadRecord, match="0 or more"):
        replace(opening(), amount=-1)
    with pytest.raises(TypeError):
        Consent(amount=1.0)  # type: ignore[arg-type]  # what a caller may get wrong
    local = ISSUED.astimezone(timezone(timedelta(hours=8)))
    with pytest.raises(BadRecord, match="in UTC"):
        replace(opening(), valid_until=local)
    with pytest.raises(BadRecord, match="in UTC"):
        Happened(kind=Kind.ACCEPTED, actor=TILL, at=local)
