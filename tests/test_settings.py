"""Settings."""

import re
from pathlib import Path

import pytest

from valuation.settings import Settings, SettingsRefused


def test_an_empty_environment_has_settings_that_work() -> None:
    settings = Settings.from_environment({})
    assert settings.models_dir == Path("models")
    assert settings.archive == Path("models/tables")
    assert settings.database_url == "sqlite:///var/tradein.sqlite"
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 1)
    assert settings.default_market is None
    assert settings.tables_dir is None
    assert settings.block_list is None
    assert settings.region is None


def test_every_setting_is_described_and_there_are_sixteen_at_most() -> None:
    fields = Settings.__dataclass_fields__
    assert len(fields) <= 16
    assert all(field.metadata["says"] for field in fields.values())


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "http"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("WORKERS", "0"),
        ("TRADEIN_MARKET", "china"),
        ("TRADEIN_REGION", "North East"),
        ("TRADEIN_TIMEZONE", "Mars/Olympus"),
        ("TRADEIN_TIMEZONE", "../etc/passwd"),
        ("TRADEIN_TABLES", "no-such-folder"),
        ("TRADEIN_BLOCK_LIST", "no-such-file.csv"),
        ("TRADEIN_REFRESH_SECONDS", "nan"),
        ("TRADEIN_REFRESH_SECONDS", "0"),
        ("TRADEIN_FREE_DISK_MB", "some"),
        ("TRADEIN_SESSION_HOURS", "0"),
        ("TRADEIN_SESSION_HOURS", "169"),
        ("DATABASE_URL", "quotes.db"),
        ("DATABASE_URL", "sqlite:///no-such-folder/quotes.sqlite"),
        ("DATABASE_URL", "sqlite+pysqlite:////no-such-folder/quotes.sqlite?mode=rw"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(variable: str, value: str) -> None:
    with pytest.raises(SettingsRefused, match=re.escape(variable)):
        Settings.from_environment({variable: value})


def test_a_refused_database_address_is_not_repeated() -> None:
    with pytest.raises(SettingsRefused) as refused:
        Settings.from_environment({"DATABASE_URL": "user:secret@host"})
    assert "secret" not in str(refused.value)


def test_a_database_in_a_folder_that_is_not_there_is_refused_and_nothing_is_made(
    tmp_path: Path,
) -> None:
    with pytest.raises(SettingsRefused) as refused:
        Settings.from_environment({"DATABASE_URL": f"sqlite:///{tmp_path}/qoutes/q.sqlite"})
    assert f"there is no folder {tmp_path}/qoutes" in str(refused.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "address",
    [
        "sqlite:///var/tradein.sqlite",
        "sqlite:///quotes.sqlite",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:quotes?mode=memory&uri=true",
        "postgresql://shop@localhost/quotes",
    ],
)
def test_other_addresses_stand_as_they_are(address: str) -> None:
    assert Settings.from_environment({"DATABASE_URL": address}).database_url == address
