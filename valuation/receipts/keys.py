"""The public key ring: which keys sign or signed receipts, and from when to when."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from valuation.quotes.documents import canonical
from valuation.receipts.receipt import stamp

SCHEMA = "tradein-receipt-keys/1"
PUBLIC_BYTES = 32


class KeyRingDamaged(ValueError):
    """A key ring or key file that is not what it should be; a new one would orphan receipts."""


class RotationRefused(ValueError):
    """The new key would be valid before the one that it replaces."""


def key_id_of(public: bytes) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of a public key's 32 bytes."""
    return hashlib.sha256(public).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that receipts are checked with; ``retired`` is None while it signs."""

    public: bytes
    valid_from: datetime
    retired: datetime | None = None

    @property
    def id(self) -> str:
        """What receipts call it."""
        return key_id_of(self.public)


@dataclass(frozen=True, slots=True)
class PublicRing:
    """Every key that ever signed, oldest first; the last one signs."""

    keys: tuple[PublicKey, ...]

    @property
    def current(self) -> PublicKey:
        """The key that signs."""
        return self.keys[-1]

    def find(self, key_id: str) -> PublicKey | None:
        """The key of an id, retired or not."""
        return next((key for key in self.keys if key.id == key_id), None)

    def rotated(self, public: bytes, *, now: datetime) -> "PublicRing":
        """The ring whose current key is retired in favour of a new one; RotationRefused."""
        if now <= self.current.valid_from:
            since = stamp(self.current.valid_from)
            raise RotationRefused(f"the current key is valid from {since}; look at the clock")
        retired = replace(self.current, retired=now)
        return PublicRing((*self.keys[:-1], retired, PublicKey(public, now)))

    def to_json(self) -> bytes:
        """The ring as canonical JSON, for whoever checks receipts."""
        keys = [
            {
                "key_id": key.id,
                "public_key": base64.b64encode(key.public).decode(),
                "valid_from": stamp(key.valid_from),
                "retired": key.retired and stamp(key.retired),
            }
            for key in self.keys
        ]
        return canonical({"schema": SCHEMA, "current": self.current.id, "keys": keys})


def read_public_ring(data: bytes) -> PublicRing:
    """The ring of its JSON; KeyRingDamaged where an id is not its key's or the order is none."""
    try:
        found = json.loads(data)
        ring = PublicRing(tuple(_key(entry) for entry in found["keys"]))
        said = found["schema"], found["current"]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise KeyRingDamaged(f"this is no key ring: {error}") from error
    in_turn = all(
        one.retired and one.retired <= following.valid_from
        for one, following in pairwise(ring.keys)
    )
    if not (ring.keys and in_turn and ring.current.retired is None):
        raise KeyRingDamaged("the keys of a ring follow each other, and the last one is current")
    if said != (SCHEMA, ring.current.id):
        raise KeyRingDamaged(f"a ring has the schema {SCHEMA} and its last key is the current one")
    return ring


def _key(entry: Mapping[str, str]) -> PublicKey:
    retired = entry["retired"]
    key = PublicKey(
        public=base64.b64decode(entry["public_key"], validate=True),
        valid_from=_moment(entry["valid_from"]),
        retired=None if retired is None else _moment(retired),
    )
    if len(key.public) != PUBLIC_BYTES or key.id != entry["key_id"]:
        raise ValueError("a key's id is not the digest of the key beside it")
    return key


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment
