"""What may be kept of a customer, and for how long."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import NOON
from valuation.domain.customers import (
    BadCustomer,
    ConsentGiven,
    Details,
    Purpose,
    check_consents,
)
from valuation.domain.retention import Hold, Retention, Traces, hold_on, is_due

IMEI = "490154203237518"
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
TERMS = Retention(
    purposes={
        Purpose.QUOTE_CONTACT: 90 * DAY,
        Purpose.PURCHASE_RECORD: 1000 * DAY,
        Purpose.MARKETING: 365 * DAY,
    },
    holds={"settled_purchase_tax": 3650 * DAY, "warranty": 700 * DAY},
)


def consent(purpose: Purpose = Purpose.QUOTE_CONTACT, *, withdrawn: bool = False) -> ConsentGiven:
    ended = NOON if withdrawn else None
    return ConsentGiven(purpose=purpose, wording="2026-11", given_at=NOON, withdrawn_at=ended)


def traces(*consents: ConsentGiven, settled: bool = False) -> Traces:
    return Traces(consents=consents, seen_at=NOON, settled_at=NOON if settled else None)


@pytest.mark.parametrize(
    "member",
    [
        {"name": "张三"},
        {"name": "Zoë O’Neill-Łuk"},
        {"phone": "+86 138 0013 8000"},
        {"phone": "021-5555.0100"},
        {"email": "zhang.san+quotes@example.com.cn"},
        {"email": "张@例子.中国"},
    ],
)
def test_a_name_a_phone_or_an_email_is_enough(member: dict[str, str]) -> None:
    Details(**member)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("name", ""), ("name", "   "), ("name", "a\nb"), ("name", "x" * 81), ("name", IMEI),
        ("name", "４９０１５４２０３２３７５１８"), ("phone", IMEI), ("phone", "call me"),
        ("phone", "1234"),
        ("phone", "+86"), ("email", "a@b"), ("email", "a b@c.example"), ("email", "@x.example"),
        ("email", f"{'x' * 120}@example.com"),
    ],
)  # fmt: skip
def test_what_is_no_such_thing_is_refused_and_not_repeated(member: str, value: str) -> None:
    with pytest.raises(BadCustomer) as refused:
        Details(**{member: value})
    assert refused.value.member == member
    assert not value.strip() or value not in str(refused.value)


def test_nothing_at_all_is_nobody() -> None:
    with pytest.raises(BadCustomer, match="a name, phone or email"):
        Details()


def test_no_repr_shows_a_detail() -> None:
    assert "Zhang" not in repr(Details(name="Zhang San", phone="13800138000"))


@pytest.mark.parametrize("consents", [(), (consent(), consent())])
def test_without_consent_or_with_one_twice_nothing_is_kept(
    consents: tuple[ConsentGiven, ...],
) -> None:
    with pytest.raises(BadCustomer, match="one consent or more"):
        check_consents(consents)


@pytest.mark.parametrize("wording", ["", "v 1", "x" * 33, IMEI])
def test_the_words_agreed_to_have_a_version(wording: str) -> None:
    with pytest.raises(BadCustomer, match="version of the words"):
        ConsentGiven(purpose=Purpose.MARKETING, wording=wording, given_at=NOON)


@given(purpose=st.sampled_from(Purpose))
def test_a_purpose_is_over_after_its_last_instant(purpose: Purpose) -> None:
    last = NOON + TERMS.purposes[purpose]
    kept = traces(consent(purpose))
    assert not is_due(traces=kept, retention=TERMS, now=last)
    assert is_due(traces=kept, retention=TERMS, now=last + INSTANT)


def test_the_longest_purpose_that_stands_keeps_the_data() -> None:
    after = NOON + 91 * DAY
    both = traces(consent(), consent(Purpose.MARKETING))
    ended = traces(consent(), consent(Purpose.MARKETING, withdrawn=True))
    assert not is_due(traces=both, retention=TERMS, now=after)
    assert is_due(traces=ended, retention=TERMS, now=after)


def test_a_withdrawn_consent_keeps_nothing() -> None:
    assert is_due(traces=traces(consent(withdrawn=True)), retention=TERMS, now=NOON)


def test_a_settled_purchase_is_held_by_its_longest_hold_until_that_is_over() -> None:
    kept = traces(consent(), settled=True)
    until = NOON + 3650 * DAY
    longest = Hold("settled_purchase_tax", until)
    assert hold_on(traces=kept, retention=TERMS, now=NOON) == longest
    assert hold_on(traces=kept, retention=TERMS, now=until) == longest
    assert hold_on(traces=kept, retention=TERMS, now=until + INSTANT) is None


def test_what_was_never_bought_is_held_by_nothing() -> None:
    assert hold_on(traces=traces(consent()), retention=TERMS, now=NOON) is None
