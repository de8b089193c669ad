"""The key of the unit digests: 32 random bytes in a file of their own, outside the database."""

import os
import tempfile
from pathlib import Path

BYTES = 32


class UnitKeyDamaged(ValueError):
    """The key file does not hold a key; a new one would orphan every digest made with the old."""


def unit_key(path: Path, *, entropy: bytes) -> bytes:
    """The key in the file, made from ``entropy`` with mode 0600 where there is no file yet.

    UnitKeyDamaged where the file holds something else or cannot be read or made.
    """
    try:
        if not path.exists():
            _make(path, entropy)
        key = path.read_bytes()
    except OSError as error:
        raise UnitKeyDamaged(f"{path}: {error.strerror}") from error
    if len(key) != BYTES:
        raise UnitKeyDamaged(f"{path} has {len(key)} bytes, not {BYTES}; restore it from a backup")
    return key


def _make(path: Path, entropy: bytes) -> None:
    """Link a finished file into place: of two starting workers one wins, both read the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=".draft-", dir=path.parent)  # mkstemp gives 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(entropy[:BYTES])
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
