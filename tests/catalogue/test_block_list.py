"""The block list in a file."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from tests.fakes import NOON
from valuation.catalogue.block_list import BrokenBlockList, read_block_list
from valuation.catalogue.identity import parse_identifier
from valuation.domain.device_checks import Listing, LockState, Why

IMEI, OTHER_IMEI = "490154203237518", "356938035643809"
HEAD = "# source: Harbour police list\n# date: 2026-11-20\n"
COLUMNS = "identifier,block_list,activation_lock\n"


def written(folder: Path, text: str) -> Path:
    file = folder / "block-list.csv"
    file.write_text(text, "utf-8")
    return file


def test_a_file_says_what_its_cells_say_and_of_which_state_it_is(tmp_path: Path) -> None:
    file = written(tmp_path, f"{HEAD}{COLUMNS}{IMEI},listed,\n\nF2LXQ1ABCD12,Clean,ON\n")
    found = read_block_list(file)
    first = found.check(parse_identifier("4901 5420 3237 518"), now=NOON)
    assert (first.block_list, first.activation_lock) == (Listing.LISTED, LockState.UNKNOWN)
    assert (first.source, first.dated) == ("Harbour police list", date(2026, 11, 20))
    assert first.digest == hashlib.sha256(file.read_bytes()).hexdigest()
    second = found.check(parse_identifier("f2lxq1abcd12"), now=NOON)
    assert (second.block_list, second.activation_lock) == (Listing.CLEAN, LockState.ON)


def test_a_unit_that_is_not_in_the_file_is_unknown_and_not_clean(tmp_path: Path) -> None:
    file = written(tmp_path, f"{HEAD}identifier,block_list\n{IMEI},listed\n")
    check = read_block_list(file).check(parse_identifier(OTHER_IMEI), now=NOON)
    assert (check.block_list, check.why) == (Listing.UNKNOWN, Why.NOT_IN_SOURCE)
    assert check.known == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "source: TITLE"),
        (COLUMNS, "source: TITLE"),
        (f"# source: list of {IMEI}\n# date: 2026-11-20\n{COLUMNS}", "source: TITLE"),
        (f"# source: a list\n{COLUMNS}", "YYYY-MM-DD"),
        (f"# source: a list\n# date: yesterday\n{COLUMNS}", "YYYY-MM-DD"),
        (HEAD, "the columns are identifier, block_list"),
        (f"{HEAD}imei,block_list\n{IMEI},listed\n", "the columns are identifier, block_list"),
        (f"{HEAD}identifier\n{IMEI}\n", "the columns are identifier, block_list"),
        (f"{HEAD}{COLUMNS}{IMEI},stolen,\n", "line 4: block_list is one of listed, clean"),
        (f"{HEAD}{COLUMNS}{IMEI},,open\n", "line 4: activation_lock is one of on, off"),
        (f"{HEAD}{COLUMNS}{IMEI[:-1]}9,listed,\n", "line 4: not an IMEI"),
        (f"{HEAD}{COLUMNS}{IMEI},listed\n", "line 4: 3 cells are expected, not 2"),
        (f"{HEAD}{COLUMNS}{IMEI},listed,\n{IMEI},clean,\n", "line 5: an earlier line"),
    ],
)
def test_a_file_that_is_no_block_list_names_its_line_and_no_identifier(
    tmp_path: Path, text: str, says: str
) -> None:
    with pytest.raises(BrokenBlockList, match=says) as refusal:
        read_block_list(written(tmp_path, text))
    assert IMEI[:-1] not in str(refusal.value)


def test_a_file_that_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "block-list.csv"
    with pytest.raises(BrokenBlockList, match="No such file"):
        read_block_list(file)
    file.write_bytes(b"\xff\xfe" + HEAD.encode("utf-16-le"))
    with pytest.raises(BrokenBlockList, match="UTF-8"):
        read_block_list(file)
