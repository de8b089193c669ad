"""The short form of ``make proof-replay``."""

from pathlib import Path

from tests.replays.proof import prove


def test_old_quotes_are_made_again_after_everything_was_superseded(
    tmp_path: Path, database_url: str
) -> None:
    found = prove(tmp_path, database_url, count=70, seed=4, watch=lambda numbers, _: numbers)
    assert (found.stored, found.same, found.differences) == (70, 70, ())
    assert found.outcomes.keys() >= {"offer", "indicative", "referral"}
    assert found.tampering_noticed
