"""When another quote of the same unit stands in the way, by where it stands."""

from datetime import datetime, timedelta

import pytest

from tests.domain.lives import ISSUED, life_in
from valuation.domain.moves import ACCEPTED, Stage
from valuation.domain.one_unit import in_the_way
from valuation.domain.refusals import Refusal

GONE = {Stage.SETTLED, Stage.DECLINED_RECYCLING, Stage.RECYCLED}  # settled to be dismantled


def why(stage: Stage, *, mine: datetime) -> Refusal | None:
    return in_the_way(life=life_in(stage), since=ISSUED, mine=mine, day=datetime.date)


@pytest.mark.parametrize("stage", Stage)
def test_a_quote_keeps_its_unit_while_it_is_accepted_and_for_ever_where_the_unit_is_gone(
    stage: Stage,
) -> None:
    held = Refusal.UNIT_HELD if stage in ACCEPTED | {Stage.REVERSED} else None
    expected = Refusal.UNIT_GONE if stage in GONE else held
    assert why(stage, mine=ISSUED + timedelta(days=400)) is expected


def test_of_two_that_hold_a_unit_the_earlier_goes_on() -> None:
    assert why(Stage.RECEIVED, mine=ISSUED - timedelta(seconds=1)) is None
    assert why(Stage.RECEIVED, mine=ISSUED) is Refusal.UNIT_HELD
