"""A key for whoever starts the service for the first time, in a file that only he can read."""

import os
import tempfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from valuation.domain.people import Mode, Scope
from valuation.domain.references import ID_BYTES, new_code, new_id
from valuation.domain.tokens import digest_of
from valuation.people.enrolling import STORE_LETTERS, Entropy, make_key
from valuation.storage.engine import reading, writing
from valuation.storage.people import Merchant, NameTaken, PeopleStore, Store


def first_key(
    engine: Engine, file: Path, *, merchant_id: str, now: datetime, entropy: Entropy
) -> bool:
    """Whether the file holds a key that works; made where there is no merchant yet.

    Where there are merchants nothing is made: whoever revoked the key meant it. DatabaseUnavailable
    or OSError where neither can be written; then neither is.
    """
    merchant = Merchant(id=merchant_id, name="Demo", created_at=now)
    # Of two services that start at once one makes the merchant, and both read the same file.
    with suppress(NameTaken), writing(engine) as connection:
        people = PeopleStore(connection)
        if not people.merchants():
            people.add_merchant(merchant)
            _furnish(people, merchant, file, now, entropy)
    return _works(engine, file)


def _furnish(
    people: PeopleStore, merchant: Merchant, file: Path, now: datetime, entropy: Entropy
) -> None:
    """A store and a test key; the file comes before the commit, so that no key is ever lost."""
    store = Store(
        id=new_id("st", entropy=entropy(ID_BYTES)), merchant_id=merchant.id, name="Demo store",
        code=new_code(STORE_LETTERS, entropy=entropy(ID_BYTES)), created_at=now,
    )  # fmt: skip
    people.add_store(store)
    made = make_key(merchant, mode=Mode.TEST, scopes=frozenset(Scope), now=now, entropy=entropy)
    people.add_key(made.key)
    _write(file, made.token)


def _works(engine: Engine, file: Path) -> bool:
    if not file.is_file():
        return False
    token = file.read_text(encoding="utf-8", errors="replace").strip()
    with reading(engine) as connection:
        key = PeopleStore(connection).key_by_digest(digest_of(token))
    return key is not None and key.revoked_at is None


def _write(file: Path, token: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=".draft-", dir=file.parent)  # mkstemp gives 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as opened:
            opened.write(f"{token}\n")
            opened.flush()
            os.fsync(opened.fileno())
        os.replace(draft, file)
    finally:
        Path(draft).unlink(missing_ok=True)
