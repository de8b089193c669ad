"""The keys of the unit digests: one makes new digests, older ones still recognise theirs.

What was quoted under the first key names no key, for there was one key then; a unit digested under
a later one names it.
"""

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime

from valuation.domain.quote import Unit

BYTES = 32
SHOWN = 4


class KeyDestroyed(LookupError):
    """The key that a digest was made with is gone: nothing can be compared with it any more."""


class NoSuchUnitKey(LookupError):
    """No key of the ring has this id."""


class UnitKeyInUse(ValueError):
    """The key makes the digests of today."""


class RingUnsound(ValueError):
    """These are no keys that belong together; the message says why."""


@dataclass(frozen=True, slots=True, repr=False)
class UnitKey:
    """A key of 32 bytes; ``secret`` is None once it was destroyed.

    ``created``: None of the first key, which is older than the ring. ``retired``: since when
    another key makes the digests.
    """

    id: str
    secret: bytes | None
    created: datetime | None
    retired: datetime | None = None

    def digest(self, value: str) -> str:
        """The keyed digest of an identifier: a plain hash of an IMEI falls in seconds."""
        if self.secret is None:
            raise KeyDestroyed(f"unit key {self.id} was destroyed")
        return hmac.new(self.secret, value.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True, repr=False)
class UnitKeys:
    """The ring, the oldest key first; RingUnsound. Its last key makes the digests."""

    keys: tuple[UnitKey, ...]

    def __post_init__(self) -> None:
        if not self.keys:
            raise RingUnsound("there is no key")
        *older, current = self.keys
        if current.secret is None or current.retired or not all(key.retired for key in older):
            raise RingUnsound("the last key is in use and every other one retired")
        for key in self.keys:
            if key.secret is not None and (
                len(key.secret) != BYTES or key.id != key_id_of(key.secret)
            ):
                raise RingUnsound(f"key {key.id[:16]} is not the one of this id")
        if len({key.id for key in self.keys}) < len(self.keys):
            raise RingUnsound("a key is there twice")

    @property
    def current(self) -> UnitKey:
        """The key that makes new digests."""
        return self.keys[-1]

    @property
    def steady(self) -> UnitKey:
        """The oldest key that is not destroyed: a rotation changes no digest made with it."""
        return next(key for key in self.keys if key.secret is not None)

    def unit(self, kind: str, value: str, *, like: Unit | None = None) -> Unit:
        """The unit of an identifier, under today's key or that of ``like``; KeyDestroyed."""
        key = self.current if like is None else self._key(like.key_id or self.keys[0].id)
        named = None if key is self.keys[0] else key.id
        return Unit(kind, key.digest(value), value[-SHOWN:], named)

    def digests(self, value: str) -> tuple[str, ...]:
        """The digests by which a unit may have been stored, today's first."""
        return tuple(key.digest(value) for key in reversed(self.keys) if key.secret is not None)

    def rotated(self, secret: bytes, *, now: datetime) -> "UnitKeys":
        """The ring with a new key, which makes the digests from ``now`` on."""
        retired = replace(self.current, retired=now)
        return UnitKeys((*self.keys[:-1], retired, UnitKey(key_id_of(secret), secret, now)))

    def without(self, key_id: str) -> "UnitKeys":
        """The ring with a retired key destroyed; NoSuchUnitKey or UnitKeyInUse."""
        gone = self._key(key_id)
        if gone is self.current:
            raise UnitKeyInUse(f"unit key {key_id} makes today's digests: rotate first")
        return UnitKeys(
            tuple(replace(key, secret=None) if key is gone else key for key in self.keys)
        )

    def _key(self, key_id: str) -> UnitKey:
        for key in self.keys:
            if key.id == key_id:
                return key
        raise NoSuchUnitKey(f"there is no unit key {key_id[:16]}")


def key_id_of(secret: bytes) -> str:
    """The key's name, which tells nothing of it."""
    return hmac.new(secret, b"tradein unit key id", hashlib.sha256).hexdigest()[:16]


def first_key(secret: bytes) -> UnitKeys:
    """A ring of one key, as installations begin with."""
    return UnitKeys((UnitKey(key_id_of(secret), secret, None),))
