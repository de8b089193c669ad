"""The tables: quotes as canonical documents, what happened to them, what was answered."""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
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
