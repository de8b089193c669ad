"""The keys of the unit digests in a file of their own, outside the database.

An installation begins with 32 random bytes. With the first rotation the file becomes a ring: JSON
with every key, its id, when it was made and when it was retired.
"""

import logging
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from valuation.domain.unit_keys import BYTES, RingUnsound, UnitKey, UnitKeys, first_key

WAIT_SECONDS = 10
SCHEMA = 1
RESTORE = "restore it from a backup"

logger = logging.getLogger(__name__)


class UnitKeyDamaged(ValueError):
    """The file does not hold a key; a new one would orphan every digest made with the old."""


class UnitKeyBusy(RuntimeError):
    """Another process changes the file."""


@dataclass(slots=True)
class UnitKeyFile:
    """The ring of a file as it is now: whoever rotates need not restart the service."""

    path: Path
    _ring: UnitKeys
    _seen: tuple[int, ...] | None = field(default=None)

    def __call__(self) -> UnitKeys:
        """The ring; where the file has become unreadable, the one that was read last."""
        seen = _signature(self.path)
        if seen != self._seen:
            try:
                self._ring = read_unit_keys(self.path)
            except UnitKeyDamaged as damage:
                logger.error("%s; the keys that were read before go on", damage)  # noqa: TRY400 -- the reason is the message
            self._seen = seen
        return self._ring


def open_unit_keys(path: Path, *, entropy: bytes) -> UnitKeyFile:
    """The ring of the file, begun from ``entropy`` with mode 0600 where there is no file yet.

    UnitKeyDamaged where the file holds something else or cannot be read or made.
    """
    try:
        if not path.exists():
            _make(path, entropy)
    except OSError as error:
        raise UnitKeyDamaged(f"{path}: {error.strerror}") from error
    return UnitKeyFile(path, read_unit_keys(path), _signature(path))


def read_unit_keys(path: Path) -> UnitKeys:
    """The ring of a file that is there; UnitKeyDamaged."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnitKeyDamaged(f"{path}: {error.strerror}") from error
    if len(data) == BYTES:
        return first_key(data)
    try:
        return _from_json(orjson.loads(data))
    except (ValueError, KeyError, TypeError, RingUnsound):
        # Not from the error, which may repeat a piece of a key.
        raise UnitKeyDamaged(
            f"{path} has {len(data)} bytes, not {BYTES}, and is no ring of keys; {RESTORE}"
        ) from None


def change_unit_keys(path: Path, change: Callable[[UnitKeys], UnitKeys]) -> UnitKeys:
    """The ring of the file after a change, one process at a time; UnitKeyDamaged, UnitKeyBusy."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(path.with_name(f"{path.name}.lock"), timeout=WAIT_SECONDS):
            changed = change(read_unit_keys(path))
            _replace(path, orjson.dumps(_to_json(changed), option=orjson.OPT_INDENT_2))
            return changed
    except Timeout as error:
        raise UnitKeyBusy(f"another process holds {path.name} since {WAIT_SECONDS} s") from error
    except OSError as error:
        raise UnitKeyDamaged(f"{path}: {error.strerror}") from error


def _to_json(ring: UnitKeys) -> dict[str, object]:
    keys = [
        {
            "id": key.id,
            "key": None if key.secret is None else key.secret.hex(),
            "created": key.created and key.created.isoformat(),
            "retired": key.retired and key.retired.isoformat(),
        }
        for key in ring.keys
    ]
    return {"schema": SCHEMA, "keys": keys}


def _from_json(told: dict[str, Any]) -> UnitKeys:
    if told["schema"] != SCHEMA:
        raise RingUnsound("a newer version of this program made it")
    return UnitKeys(tuple(_key(each) for each in told["keys"]))


def _key(told: dict[str, Any]) -> UnitKey:
    return UnitKey(
        id=str(told["id"]),
        secret=None if told["key"] is None else bytes.fromhex(told["key"]),
        created=told["created"] and datetime.fromisoformat(told["created"]),
        retired=told["retired"] and datetime.fromisoformat(told["retired"]),
    )


def _signature(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _make(path: Path, entropy: bytes) -> None:
    """Link a finished file into place: of two starting workers one wins, both read the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(path, entropy[:BYTES])
    try:
        with suppress(FileExistsError):
            os.link(draft, path)
        _sync_entries(path.parent)
    finally:
        draft.unlink()


def _replace(path: Path, data: bytes) -> None:
    draft = _draft(path, data)
    try:
        os.replace(draft, path)
        _sync_entries(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _draft(path: Path, data: bytes) -> Path:
    handle, draft = tempfile.mkstemp(prefix=".draft-", dir=path.parent)  # mkstemp gives 0600
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return Path(draft)


def _sync_entries(folder: Path) -> None:
    """Digests will be made with the key: its name must not be lost with the power."""
    entries = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(entries)
    finally:
        os.close(entries)
