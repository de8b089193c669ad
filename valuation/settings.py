"""The service's settings: read once from the environment, checked, frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from valuation.domain.facilities import NAME
from valuation.domain.market import Market


class SettingsRefused(ValueError):
    """An environment variable has a value that is not accepted; names both."""

    def __init__(self, variable: str, value: str, accepted: str) -> None:
        super().__init__(f"{variable}={value[:80]!r} is not accepted: {accepted}")
        self.variable = variable


def _from(variable: str, default: str, says: str) -> Mapping[str, str]:
    return {"variable": variable, "default": default, "says": says}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs from one installation to the next."""

    models_dir: Path = field(
        metadata=_from("TRADEIN_MODELS", "models", "folder of bundles and champions")
    )
    database_url: str = field(
        metadata=_from(
            "DATABASE_URL",
            "sqlite:///var/tradein.sqlite",
            "address of the quotes: sqlite:///file or postgresql+psycopg://user:password@host/name",
        )
    )
    tables_dir: Path | None = field(
        metadata=_from("TRADEIN_TABLES", "", "folder of the shop's own tables")
    )
    time_zone: ZoneInfo = field(
        metadata=_from(
            "TRADEIN_TIMEZONE", "Asia/Shanghai", "the shop's time zone, in which a day begins"
        )
    )
    default_market: Market | None = field(
        metadata=_from("TRADEIN_MARKET", "", "market of a request that names none")
    )
    region: str | None = field(
        metadata=_from(
            "TRADEIN_REGION", "", "region of stores that name none, as in the table facilities"
        )
    )
    unit_key_file: Path = field(
        metadata=_from(
            "TRADEIN_UNIT_KEY_FILE",
            "var/unit.key",
            "key of the digests of IMEIs; made at first start",
        )
    )
    receipt_keys: Path = field(
        metadata=_from(
            "TRADEIN_RECEIPT_KEYS",
            "var/receipt-keys",
            "folder of the keys that sign receipts; made with the first of them",
        )
    )
    tac_file: Path = field(
        metadata=_from("TRADEIN_TAC", "var/tac.csv", "imported TAC table, if there is one")
    )
    block_list: Path | None = field(
        metadata=_from("TRADEIN_BLOCK_LIST", "", "CSV file of devices on a block list or locked")
    )
    session_hours: int = field(
        metadata=_from("TRADEIN_SESSION_HOURS", "12", "hours until a clerk signs in again")
    )
    host: str = field(metadata=_from("HOST", "127.0.0.1", "address to listen on"))
    port: int = field(metadata=_from("PORT", "8000", "port to listen on"))
    workers: int = field(metadata=_from("WORKERS", "1", "serving processes"))
    refresh_seconds: float = field(
        metadata=_from(
            "TRADEIN_REFRESH_SECONDS", "2", "seconds between looks at champions and tables"
        )
    )
    free_disk_mb: int = field(
        metadata=_from(
            "TRADEIN_FREE_DISK_MB", "100", "MB free beside the database; below, /readyz says no"
        )
    )

    @property
    def demo_key_file(self) -> Path:
        """Where the key lies that the first start makes: beside the other secret."""
        return self.unit_key_file.with_name("demo.key")

    @property
    def archive(self) -> Path:
        """Where every table version that priced a quote is kept."""
        return self.models_dir / "tables"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Settings from variables or their defaults; SettingsRefused names the wrong one."""
        described = cls.__dataclass_fields__
        given = {
            name: (entry.metadata["variable"], environ.get(entry.metadata["variable"]))
            for name, entry in described.items()
        }
        text = {
            name: (variable, (value or "").strip() or described[name].metadata["default"])
            for name, (variable, value) in given.items()
        }
        return cls(
            models_dir=Path(text["models_dir"][1]),
            database_url=_database_url(*text["database_url"]),
            tables_dir=_folder(*text["tables_dir"]),
            time_zone=_time_zone(*text["time_zone"]),
            default_market=_market(*text["default_market"]),
            region=_region(*text["region"]),
            unit_key_file=Path(text["unit_key_file"][1]),
            receipt_keys=Path(text["receipt_keys"][1]),
            tac_file=Path(text["tac_file"][1]),
            block_list=_file(*text["block_list"]),
            session_hours=_whole(*text["session_hours"], 1, 168),
            host=text["host"][1],
            port=_whole(*text["port"], 0, 65535),
            workers=_whole(*text["workers"], 1, 64),
            refresh_seconds=_seconds(*text["refresh_seconds"]),
            free_disk_mb=_whole(*text["free_disk_mb"], 0, 1_000_000),
        )


def _database_url(variable: str, value: str) -> str:
    if "://" not in value:
        accepted = "an address such as sqlite:///var/tradein.sqlite is expected"
        # Refused without repeating it: a database address may hold a password.
        raise SettingsRefused(variable, "…", accepted)
    file = _sqlite_file(value)
    default = Settings.__dataclass_fields__["database_url"].metadata["default"]
    # The default's folder is ours to make; any other that is not there is a slip of the pen.
    if file is not None and value != default and not file.parent.is_dir():
        folder = f"there is no folder {file.parent}; make it, or correct the address"
        accepted = f"{folder} (sqlite:///from/here.sqlite, sqlite:////from/the/root.sqlite)"
        raise SettingsRefused(variable, value, accepted)
    return value


def _sqlite_file(url: str) -> Path | None:
    """The file that an SQLite address names; None for memory, an URI name or another database."""
    scheme, _, rest = url.partition("://")
    name = rest.partition("?")[0].removeprefix("/")
    if scheme.partition("+")[0] != "sqlite" or not name or name.startswith((":memory:", "file:")):
        return None
    return Path(unquote(name))


def _folder(variable: str, value: str) -> Path | None:
    if value and not Path(value).is_dir():
        raise SettingsRefused(variable, value, "it must be a folder that exists")
    return Path(value) if value else None


def _file(variable: str, value: str) -> Path | None:
    if value and not Path(value).is_file():
        raise SettingsRefused(variable, value, "it must be a file that exists")
    return Path(value) if value else None


def _time_zone(variable: str, value: str) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsRefused(variable, value, "a name such as Asia/Shanghai") from None


def _market(variable: str, value: str) -> Market | None:
    try:
        return Market.from_slug(value) if value else None
    except ValueError:
        raise SettingsRefused(variable, value, "a market such as cn-cny-sold-demo") from None


def _region(variable: str, value: str) -> str | None:
    if value and not NAME.fullmatch(value):
        raise SettingsRefused(variable, value, "a word of small letters, digits and hyphens")
    return value or None


def _whole(variable: str, value: str, low: int, high: int) -> int:
    if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
        raise SettingsRefused(variable, value, f"a whole number from {low} to {high}")
    return int(value)


def _seconds(variable: str, value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0.05 <= seconds <= 3600:
        raise SettingsRefused(variable, value, "seconds from 0.05 to 3600")
    return seconds
