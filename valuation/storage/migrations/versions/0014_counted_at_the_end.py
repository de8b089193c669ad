"""A device is counted once it went its way, again if that did not last: each count is taken back
before the next. Whatever is used again is erased first, by what the event itself says too, is not
of a record of destruction, and may be of a kind that keeps nobody's data. On SQLite no row of the
logs is replaced."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEPT_SAYS = "the ledger of impact is never changed"
ONCE_SAYS = "a device is counted once, and each count is taken back once"
UNERASED = "nothing is resold before a verified record of its erasure"
# What still counts of the quote: 0 before an entry, 1 before its counter-entry.
COUNTS = (
    "(SELECT COALESCE(SUM(CASE WHEN counter THEN -1 ELSE 1 END), 0) FROM impact_entries"
    " WHERE quote_id = NEW.quote_id) <> (CASE WHEN NEW.counter THEN 1 ELSE 0 END)"
)
USED = "('resell-as-is', 'refurbish', 'donate')"
DESTROYED = (
    "EXISTS (SELECT 1 FROM erasures"
    " WHERE quote_id = NEW.quote_id AND verified AND method = 'destroy')"
)


def _used_again(*, payload: str, told: str, document: str) -> str:
    """Whether a row of events uses a device again that was destroyed, or not erased since a buyer
    had it. A settlement says so by itself, by what was given or found, or by the quote.

    ``payload``, ``document``: how JSON is read there, with the names left open.
    """
    given = f"""COALESCE((SELECT {payload.format("payload", "gift,what")} FROM events
             WHERE quote_id = NEW.quote_id AND kind IN ('accepted', 'counter_accepted')
             ORDER BY position DESC LIMIT 1), '') = 'device'"""
    found = f"""(SELECT {told} FROM events
             WHERE quote_id = NEW.quote_id AND kind IN ('inspected', 'counter_offered')
             ORDER BY position DESC LIMIT 1)"""
    quoted = (
        f"(SELECT {document.format('disposition', 'flag')} FROM quotes WHERE id = NEW.quote_id)"
    )
    kind = f"(SELECT {document.format('device', 'category')} FROM quotes WHERE id = NEW.quote_id)"
    route = f"COALESCE({payload.format('NEW.payload', 'route')}, '') IN {USED}"
    flag = f"COALESCE({payload.format('NEW.payload', 'flag')}, '') = 'resale'"
    returned = f"""SELECT 1 FROM events AS back WHERE back.quote_id = NEW.quote_id
             AND back.kind = 'reversed' AND back.at >= erasures.recorded_at
             AND {payload.format("back.payload", "reason")} = 'returned_by_buyer'"""
    erased = f"""EXISTS (SELECT 1 FROM erasures WHERE quote_id = NEW.quote_id AND verified
             AND NOT EXISTS ({returned}))"""
    return f"""
    (CASE WHEN NEW.kind = 'settled' THEN
        {route} OR {flag} OR {given} OR COALESCE({found}, {quoted}, '') = 'resale'
     WHEN NEW.kind = 'delivered' THEN {given} ELSE {route} END)
    AND ({DESTROYED} OR (COALESCE({kind}, '') <> 'appliance' AND NOT {erased}))"""


SQLITE_USED = _used_again(
    payload="json_extract({}, '$.detail.{}')",
    told="json_extract(payload, '$.told.quote.disposition.flag')",
    document="CASE WHEN json_valid(document) THEN json_extract(document, '$.{}.{}') END",
).replace("gift,what", "gift.what")
POSTGRESQL_USED = _used_again(
    payload="{}::json #>> '{{detail,{}}}'",
    told="payload::json #>> '{told,quote,disposition,flag}'",
    document="document::json #>> '{{{},{}}}'",
)
# To replace a row SQLite deletes it, and asks no trigger of deletions.
UNREPLACED = {
    "quotes": "id = NEW.id OR code = NEW.code",
    "events": "seq = NEW.seq OR (quote_id = NEW.quote_id AND position = NEW.position)",
    "impact_entries": "seq = NEW.seq",
}
KINDS = "NEW.kind IN ('settled', 'rerouted', 'completed', 'delivered')"


def upgrade() -> None:
    """Change what the database refuses; every entry and event stays as it is."""
    if op.get_bind().dialect.name == "sqlite":
        _upgrade_sqlite()
        return
    op.drop_constraint("uq_impact_entries_quote_id", "impact_entries", type_="unique")
    op.create_index("ix_impact_entries_quote_id", "impact_entries", ["quote_id"])
    op.execute(_function("refuse_second_count", COUNTS, ONCE_SAYS))
    op.execute(_on_insert("impact_entries_once", "impact_entries", "refuse_second_count"))
    for trigger, function in (
        ("events_erased_first", "refuse_unerased"),
        ("events_rerouted_erased", "refuse_unerased_rerouting"),
    ):
        op.execute(f"DROP TRIGGER {trigger} ON events")
        op.execute(f"DROP FUNCTION {function}()")
    op.execute(_function("refuse_unerased", POSTGRESQL_USED, UNERASED))
    op.execute(_on_insert("events_erased_first", "events", "refuse_unerased", when=KINDS))


def _upgrade_sqlite() -> None:
    # Made anew, for SQLite drops no constraint; its triggers go with the old one.
    with op.batch_alter_table("impact_entries", recreate="always") as table:
        table.drop_constraint("uq_impact_entries_quote_id", type_="unique")
        table.create_index("ix_impact_entries_quote_id", ["quote_id"])
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER impact_entries_no_{change.lower()} BEFORE {change} ON impact_entries "
            f"BEGIN SELECT RAISE(ABORT, '{KEPT_SAYS}'); END"
        )
    op.execute(
        f"CREATE TRIGGER impact_entries_once BEFORE INSERT ON impact_entries WHEN {COUNTS} "
        f"BEGIN SELECT RAISE(ABORT, '{ONCE_SAYS}'); END"
    )
    for log, same in UNREPLACED.items():
        op.execute(
            f"CREATE TRIGGER {log}_no_replace BEFORE INSERT ON {log} "
            f"WHEN EXISTS (SELECT 1 FROM {log} WHERE {same}) "
            f"BEGIN SELECT RAISE(ABORT, 'a row of {log} is never replaced'); END"
        )
    for trigger in ("events_erased_first", "events_rerouted_erased"):
        op.execute(f"DROP TRIGGER {trigger}")
    op.execute(
        f"CREATE TRIGGER events_erased_first BEFORE INSERT ON events "
        f"WHEN {KINDS} AND {SQLITE_USED} BEGIN SELECT RAISE(ABORT, '{UNERASED}'); END"
    )


def _function(name: str, refuses: str, says: str) -> str:
    return f"""
    CREATE FUNCTION {name}() RETURNS trigger AS $$
    BEGIN
        IF {refuses} THEN RAISE EXCEPTION '{says}'
            USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END
    $$ LANGUAGE plpgsql
    """


def _on_insert(trigger: str, table: str, function: str, *, when: str = "true") -> str:
    return (
        f"CREATE TRIGGER {trigger} BEFORE INSERT ON {table} "
        f"FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {function}()"
    )


def downgrade() -> None:
    """There is none: a device that was counted again has two entries of one outcome."""
    raise RuntimeError("no step leads back from 0014: restore the copy that was made before it")
