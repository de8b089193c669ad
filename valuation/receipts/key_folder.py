"""The key ring's folder, outside the database: a private key a file, and ``ring.json`` beside.

``ring.json`` is the public key ring; its last key is the current one. A private key is written
once and never changed. Of a retired key the private file may be destroyed: old receipts are
checked with the ring alone.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from valuation.receipts.keys import KeyRingDamaged, PublicKey, PublicRing, read_public_ring
from valuation.receipts.signing import Signer, make_private_key, read_private_key

RING, LOCK = "ring.json", ".lock"
WAIT_SECONDS = 10
RESTORE = "restore it from a backup"


class NoKeyRing(LookupError):
    """There is no key ring yet."""


class KeyRingBusy(RuntimeError):
    """Another process holds the key ring."""


def read_ring(folder: Path) -> PublicRing:
    """The public key ring of the folder; NoKeyRing or KeyRingDamaged."""
    try:
        return read_public_ring((folder / RING).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise NoKeyRing(f"no receipt was signed here yet: there is no {folder / RING}") from None
    except OSError as error:
        raise KeyRingDamaged(f"{folder / RING}: {error.strerror}") from error
    except KeyRingDamaged as error:
        raise KeyRingDamaged(f"{folder / RING}: {error}; {RESTORE}") from error


def open_signer(folder: Path, *, now: datetime, seed: bytes) -> Signer:
    """The current key; where there is none yet it is made from ``seed``, 32 random bytes.

    KeyRingDamaged or KeyRingBusy where it cannot be had; nothing is ever made anew then.
    """
    try:
        ring = read_ring(folder)
    except NoKeyRing:
        ring = _first_ring(folder, now=now, seed=seed)
    return _signer(folder, ring.current.id)


def rotate(folder: Path, *, now: datetime, seed: bytes) -> PublicRing:
    """Retire the current key in favour of one made from ``seed``; the ring that is now in force.

    KeyRingDamaged, KeyRingBusy or RotationRefused. The private key is there before the ring
    names it, so whoever signs meanwhile has the old key or the new one.
    """
    with _alone(folder):
        try:
            ring = read_ring(folder)
        except NoKeyRing:
            return _begin(folder, now=now, seed=seed)
        signer, pem = make_private_key(seed)
        rotated = ring.rotated(signer.public, now=now)
        _write(_file(folder, signer.key_id), pem)
        _replace(folder / RING, rotated.to_json())
        return rotated


def holds_private(folder: Path, key: PublicKey) -> bool:
    """Whether the key's private file is in the folder."""
    return _file(folder, key.id).is_file()


def _first_ring(folder: Path, *, now: datetime, seed: bytes) -> PublicRing:
    """The ring, made under the lock: of two starting workers one makes it, both read the same."""
    with _alone(folder):
        try:
            return read_ring(folder)
        except NoKeyRing:
            return _begin(folder, now=now, seed=seed)


def _begin(folder: Path, *, now: datetime, seed: bytes) -> PublicRing:
    """A ring of one key: a new one, or the one that was made when the power went."""
    there = sorted(folder.glob("*.pem"))
    if len(there) > 1:
        raise KeyRingDamaged(f"{folder} has keys and no {RING}; {RESTORE}")
    if there:
        signer = _signer(folder, there[0].stem)
    else:
        signer, pem = make_private_key(seed)
        _write(_file(folder, signer.key_id), pem)
    ring = PublicRing((PublicKey(signer.public, now),))
    _replace(folder / RING, ring.to_json())
    return ring


def _signer(folder: Path, key_id: str) -> Signer:
    file = _file(folder, key_id)
    try:
        signer = read_private_key(file.read_bytes())
    except OSError as error:
        raise KeyRingDamaged(f"{file.name}: {error.strerror}; {RESTORE}, or rotate") from error
    if signer is None or signer.key_id != key_id:
        raise KeyRingDamaged(f"{file.name} holds another key or none; {RESTORE}, or rotate")
    return signer


def _write(file: Path, data: bytes) -> None:
    """A file that is its owner's alone and was never there; KeyRingDamaged where it was."""
    with _draft(file.parent, data) as draft:
        try:
            os.link(draft, file)
        except FileExistsError:
            raise KeyRingDamaged(f"{file.name} is there already and is not replaced") from None


def _replace(file: Path, data: bytes) -> None:
    with _draft(file.parent, data) as draft:
        os.replace(draft, file)


@contextmanager
def _draft(folder: Path, data: bytes) -> Iterator[Path]:
    """A finished file to be put in its place; what was done with it is durable afterwards."""
    handle, name = tempfile.mkstemp(prefix=".draft-", dir=folder)  # mkstemp gives 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)
    entries = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(entries)
    finally:
        os.close(entries)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(folder / LOCK, timeout=WAIT_SECONDS):
            yield
    except Timeout as error:
        raise KeyRingBusy(f"another process holds the key ring since {WAIT_SECONDS} s") from error
    except OSError as error:
        raise KeyRingDamaged(f"{folder}: {error.strerror}") from error


def _file(folder: Path, key_id: str) -> Path:
    return folder / f"{key_id}.pem"
