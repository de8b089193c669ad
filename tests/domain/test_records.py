"""Who, evidence, amounts and moments: what is no record is refused."""

from datetime import UTC, datetime

import pytest

from valuation.domain.records import (
    Actor,
    BadRecord,
    Evidence,
    Role,
    check_amount,
    check_moment,
)

DIGEST = "3147a8a5592412345678901234567890beef00112233445566778899aabbccdd"


def test_evidence_is_a_digest_a_place_and_a_note() -> None:
    photo = Evidence(digest=DIGEST, place=f"photos/{DIGEST}.jpg", note="后盖有裂纹，见左上角")
    assert photo.place.endswith(".jpg")
    assert Evidence(digest=DIGEST, place="x" * 500, note=f"see also {DIGEST}").note


@pytest.mark.parametrize(
    "digest", ["", DIGEST[:-1], DIGEST + "0", DIGEST.upper(), "g" * 64, DIGEST + "\n"]
)
def test_a_digest_is_sixty_four_lower_case_hexadecimal_characters(digest: str) -> None:
    with pytest.raises(BadRecord, match="SHA-256"):
        Evidence(digest=digest, place="photos/1.jpg")


@pytest.mark.parametrize("place", ["", " ", "a\nb", "a\0b", "\ud800", "x" * 501])
def test_a_place_is_printable_and_not_empty(place: str) -> None:
    with pytest.raises(BadRecord):
        Evidence(digest=DIGEST, place=place)


@pytest.mark.parametrize("note", ["x" * 501, "a\nb", "IMEI 490154203237518", "49-015420-323751-8"])
def test_a_note_is_short_printable_and_names_no_unit(note: str) -> None:
    with pytest.raises(BadRecord):
        Evidence(digest=DIGEST, place="photos/1.jpg", note=note)


@pytest.mark.parametrize("name", ["", "x" * 65, "a\nb"])
def test_an_actor_has_a_short_printable_id(name: str) -> None:
    with pytest.raises(BadRecord, match="an actor's id"):
        Actor(role=Role.CLERK, id=name)


@pytest.mark.parametrize("amount", [1.0, True, "1", None])
def test_an_amount_is_an_int(amount: object) -> None:
    with pytest.raises(TypeError, match="int of minor units"):
        check_amount(amount)  # type: ignore[arg-type]  # what a caller may get wrong


def test_an_amount_is_not_negative() -> None:
    check_amount(0)
    with pytest.raises(BadRecord, match="0 or more"):
        check_amount(-1)


def test_a_moment_is_aware_and_in_utc() -> None:
    check_moment(datetime(2026, 11, 20, tzinfo=UTC))
    for text in ("2026-11-20T09:00", "2026-11-20T09:00+08:00"):
        with pytest.raises(BadRecord, match="aware and in UTC"):
            check_moment(datetime.fromisoformat(text))
