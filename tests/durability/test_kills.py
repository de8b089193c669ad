"""The proof of durability in short."""

from pathlib import Path
from random import Random

from tests.durability.proof import prove
from tests.durability.service import Service
from tests.web.conftest import installation


def test_a_service_killed_under_load_loses_and_doubles_nothing(
    models: Path, tmp_path: Path, database_url: str
) -> None:
    service = Service(installation(models, tmp_path, database_url), tmp_path)
    found = prove(service, database_url, kills=3, random=Random(5))
    assert found.faults == []
    assert len(found.starts) == 3
    assert found.unanswered
