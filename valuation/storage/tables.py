"""The tables: quotes as canonical documents, what happened to them, what was answered."""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """A moment in UTC; SQLite, which knows no zones, keeps it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; a moment without a zone is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """In UTC again; PostgreSQL gives it in whatever zone the server or the user is set to."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

quotes = Table(
    "quotes",
    metadata,
    Column("id", String(29), primary_key=True),
    Column("code", String(8), nullable=False, unique=True),
    Column("merchant", String(64), nullable=False),
    Column("mode", String(4), nullable=False, server_default="live"),
    Column("market", String(64), nullable=False),
    Column("bundle", String(64), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("valid_until", Instant, nullable=False),
    Column("unit_digest", String(64), nullable=True, index=True),
    Column("document", Text, nullable=False),
    Column("digest", String(64), nullable=False),
)

events = Table(
    "events",
    metadata,
    Column(
        "seq",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("quote_id", String(29), ForeignKey("quotes.id"), nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("payload", Text, nullable=False),
    # Where the event stands in its quote's life: of two that take the same place one is refused.
    Column("position", Integer, nullable=False, server_default="0"),
    Index("uq_events_quote_id_position", "quote_id", "position", unique=True),
    sqlite_autoincrement=True,
)

# The other digests by which a quote's unit is known: under older keys, or, from the event at
# ``position`` on, of the unit that an inspection found instead.
unit_digests = Table(
    "unit_digests",
    metadata,
    Column("quote_id", String(29), ForeignKey("quotes.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), primary_key=True, index=True),
)

# What was answered under an idempotency key, to be answered again.
answers = Table(
    "answers",
    metadata,
    Column("merchant", String(64), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("request_digest", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("location", String(128), nullable=False),
    Column("answered_at", Instant, nullable=False, index=True),
)

# Single-use codes of campaigns: a code has one row, so that one quote alone can hold it.
campaign_codes = Table(
    "campaign_codes",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("campaign", String(64), nullable=False, index=True),
    Column("made_at", Instant, nullable=False),
    Column("holder", String(29), ForeignKey("quotes.id"), nullable=True),
    Column("used_at", Instant, nullable=True),
)

# Several quotes under one document, as never changed as they are.
baskets = Table(
    "baskets",
    metadata,
    Column("id", String(29), primary_key=True),
    Column("code", String(8), nullable=False, unique=True),
    Column("merchant", String(64), nullable=False),
    Column("mode", String(4), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("document", Text, nullable=False),
    Column("digest", String(64), nullable=False),
)

# The basket that a quote is in; one row, and so one basket.
basket_quotes = Table(
    "basket_quotes",
    metadata,
    Column("quote_id", String(29), ForeignKey("quotes.id"), primary_key=True),
    Column("basket_id", String(29), ForeignKey("baskets.id"), nullable=False),
)

# Who may ask. Unlike a quote these rows change: used, revoked, locked, disabled.
merchants = Table(
    "merchants",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
)

stores = Table(
    "stores",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("merchant_id", String(32), ForeignKey("merchants.id"), nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("code", String(8), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("region", String(80), nullable=True),
    Column("campus", String(80), nullable=True),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("merchant_id", String(32), ForeignKey("merchants.id"), nullable=False, index=True),
    Column("mode", String(4), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("last4", String(4), nullable=False),
    Column("scopes", String(255), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_used_at", Instant, nullable=True),
    Column("revoked_at", Instant, nullable=True),
)

clerks = Table(
    "clerks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("store_id", String(32), ForeignKey("stores.id"), nullable=False),
    Column("code", String(8), nullable=False),
    Column("name", String(80), nullable=False),
    Column("role", String(16), nullable=False),
    Column("pin_hash", String(128), nullable=False),
    Column("wrong_pins", Integer, nullable=False),
    Column("locked_until", Instant, nullable=True),
    Column("created_at", Instant, nullable=False),
    Column("disabled_at", Instant, nullable=True),
    UniqueConstraint("store_id", "code"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("clerk_id", String(32), ForeignKey("clerks.id"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("last_used_at", Instant, nullable=False),
)

# The one place of personal data, which are erased cell by cell. Quotes and events name no customer;
# the reference is opaque, and the link is not part of what replays.
customers = Table(
    "customers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("merchant", String(64), nullable=False),
    Column("mode", String(4), nullable=False),
    Column("name", String(80), nullable=True),
    Column("phone", String(64), nullable=True),
    Column("email", String(120), nullable=True),
    Column("created_at", Instant, nullable=False),
    Column("erased_at", Instant, nullable=True),
    Column("erased_because", String(32), nullable=True),
)

consents = Table(
    "consents",
    metadata,
    Column("customer_id", String(32), ForeignKey("customers.id"), primary_key=True),
    Column("purpose", String(32), primary_key=True),
    Column("wording", String(32), nullable=False),
    Column("given_at", Instant, nullable=False),
    Column("withdrawn_at", Instant, nullable=True),
)

customer_quotes = Table(
    "customer_quotes",
    metadata,
    Column("quote_id", String(29), ForeignKey("quotes.id"), primary_key=True),
    Column("customer_id", String(32), ForeignKey("customers.id"), nullable=False, index=True),
    Column("linked_at", Instant, nullable=False),
)

# What became of devices: entries in a chain of hashes, never changed, and where the chain ends.
# Asked again, crashed or replayed, a device is counted once and each count taken back once: a
# trigger refuses an entry of a quote that counts, and a counter-entry of one that does not.
impact_entries = Table(
    "impact_entries",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True,
           autoincrement=False),
    Column("quote_id", String(29), ForeignKey("quotes.id"), nullable=False, index=True),
    Column("outcome", String(16), nullable=False),
    Column("counter", Boolean, nullable=False),
    Column("merchant", String(64), nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
)  # fmt: skip

impact_head = Table(
    "impact_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
    Column("hash", String(64), nullable=False),
)

# Places at facilities: the last row of a quote counts, an explicit none has its reason, and one
# that was given back has no route.
reservations = Table(
    "reservations",
    metadata,
    Column("quote_id", String(29), ForeignKey("quotes.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("route", String(16), nullable=True),
    Column("licences", String(255), nullable=True),
    Column("region", String(63), nullable=True),
    Column("week", String(8), nullable=True),
    Column("facility", String(63), nullable=True),
    Column("en", Text, nullable=True),
    Column("zh", Text, nullable=True),
    Column("km", Integer, nullable=True),
    Column("reason", String(32), nullable=True),
    Column("until", Instant, nullable=True),
    Index("ix_reservations_week", "week", "facility"),
)

# Records of erasures, as never changed as quotes are. The database settles no resale without one
# that is `verified`, and lets none be that has one person, a failed check or a factory reset alone.
erasures = Table(
    "erasures",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("quote_id", String(29), ForeignKey("quotes.id"), nullable=False, index=True),
    Column("unit_digest", String(64), nullable=True),
    Column("method", String(8), nullable=False),
    Column("technique", String(16), nullable=False),
    Column("erased_by", String(64), nullable=False),
    Column("verified_by", String(64), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant, nullable=False),
    Column("verified_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("document", Text, nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("signature", String(88), nullable=False),
)
