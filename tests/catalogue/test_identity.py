"""Identifiers are checked, brought to one spelling and never shown in full."""

import traceback

import pytest

from valuation.catalogue.identity import (
    Identifier,
    IdentifierKind,
    NotAnIdentifier,
    parse_identifier,
)

IMEI = "490154203237518"


@pytest.mark.parametrize(
    "text",
    [
        IMEI,
        "49-015420-323751-8",
        " 49 015420 323751 8 ",
        "4901542032375101",
        "４９０１５４２０３２３７５１８",
    ],
)
def test_every_spelling_of_an_imei_is_one_identifier(text: str) -> None:
    identifier = parse_identifier(text)
    assert identifier == Identifier(IdentifierKind.IMEI, IMEI)
    assert identifier.tac == "49015420"


def test_imei_is_in_neither_repr_nor_str() -> None:
    identifier = parse_identifier(IMEI)
    for shown in (repr(identifier), str(identifier), f"{identifier}", repr([identifier])):
        assert IMEI not in shown
        assert IMEI[-5:] not in shown
        assert shown.count("7518") == 1


@pytest.mark.parametrize(
    "text",
    ["490154203237519", "49015420323751", "000000000000000", "49015420323751888", "", "abc",
     "unknown", "A1", "x" * 60],
)  # fmt: skip
def test_what_is_no_identifier_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(NotAnIdentifier) as caught:
        parse_identifier(text)
    shown = "".join(traceback.format_exception_only(caught.value))
    assert not text or text not in shown
    assert caught.value.__cause__ is None


def test_meid_of_fourteen_hexadecimal_digits_is_accepted() -> None:
    identifier = parse_identifier("af 01 23 45 0a bc de")
    assert identifier == Identifier(IdentifierKind.MEID, "AF0123450ABCDE")
    assert identifier.tac is None


def test_serial_number_is_accepted_as_what_it_is() -> None:
    identifier = parse_identifier("rf8n30abcde")
    assert identifier == Identifier(IdentifierKind.SERIAL, "RF8N30ABCDE")
    assert str(identifier) == "serial …BCDE"
    assert identifier.tac is None


@pytest.mark.parametrize("around", ["IMEI{}", "SN{}", "{}X", "{}/01", "A/{}", "IMEI1-{}", "O{}"])
def test_an_imei_dressed_as_a_serial_number_is_refused(around: str) -> None:
    with pytest.raises(NotAnIdentifier, match="digits alone"):
        parse_identifier(around.format(IMEI))


@pytest.mark.parametrize("text", ["49O154203237518", "49015420323751l", "4-9o1542032375I8"])
def test_letters_for_the_digits_of_an_imei_are_refused(text: str) -> None:
    with pytest.raises(NotAnIdentifier, match="digits alone"):
        parse_identifier(text)


@pytest.mark.parametrize("text", ["C02ZW1ABMD6T", "1234567890123G", "29873/F1SB08772"])
def test_a_serial_number_of_fewer_digits_stays_one(text: str) -> None:
    assert parse_identifier(text).kind is IdentifierKind.SERIAL
