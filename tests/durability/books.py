"""What the database must hold once every request is answered: each exactly once, byte for byte."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

import orjson
from sqlalchemy import Connection, and_, exists, func, or_, select, text

from tests.durability.tills import Answer, Asked
from valuation.domain.impact_ledger import faults, read
from valuation.quotes.documents import customer_view
from valuation.shop import DEFAULT_MERCHANT
from valuation.storage.answers import AnswerStore
from valuation.storage.impact_entries import ImpactStore
from valuation.storage.quotes import QuoteDamaged, QuoteNotFound, QuoteStore
from valuation.storage.tables import answers, events, quotes, reservations
from valuation.use_cases.standing import Answered
from valuation.web.answering import quote_response

GOOD = (200, 201)


def faults_of(connection: Connection, asked: Sequence[Asked]) -> list[str]:
    """What is wrong with these requests' rows, in sentences."""
    refused = [
        f"{each.key} was answered {each.answer}"
        for each in asked
        if each.answer is None or each.answer.status not in GOOD
    ]
    if refused:
        return refused
    kept = [fault for each in asked for fault in _answer_faults(connection, each)]
    steps: dict[str, list[str]] = defaultdict(list)
    for each in asked:
        if each.quote is not None:
            steps[each.quote].append(each.leaves)
    made = [each for each in asked if each.quote is None]
    return kept + [fault for each in made for fault in _quote_faults(connection, each, steps)]


def faults_of_all(connection: Connection, asked: Sequence[Asked]) -> list[str]:
    """What is wrong with the whole database, of which these are all requests ever."""
    wanted = {"quotes": len([each for each in asked if each.quote is None])}
    wanted |= {"events": len(asked), "answers": len(asked)}  # each request does one thing
    found = {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (quotes, events, answers)
    }
    counted = [
        f"there are {found[name]} {name}, and {wanted[name]} were asked for"
        for name in wanted
        if found[name] != wanted[name]
    ]
    return [
        *counted, *_miscounted(connection, asked), *_misplaced(connection),
        *_misnumbered(connection), *_damaged(connection),
    ]  # fmt: skip


def _miscounted(connection: Connection, asked: Sequence[Asked]) -> list[str]:
    """The ledger of impact: a sound chain, an entry for each device that went and each that came
    back, and no device twice."""
    store, leave = ImpactStore(connection), Counter(each.leaves for each in asked)
    entries, head = list(store.entries()), store.head()
    wanted = leave["completed"] + leave["rerouted"]
    said = [] if head.seq == wanted else [f"{head.seq} entries of impact, and {wanted} were earned"]
    found = (*faults(entries, head=head), *store.misplaced(), *store.unearned())
    counts: Counter[str] = Counter()
    for each in map(read, (link.body for link in entries)):
        counts[each.quote] += each.sign
    return [
        *said,
        *(f"entry {fault.seq} of impact {fault.what}" for fault in found),
        *(f"{quote} has no entry of impact" for quote, _ in store.uncounted()),
        *(f"{quote} counts {n} times" for quote, n in counts.items() if n not in (0, 1)),
    ]


def _misplaced(connection: Connection) -> list[str]:
    """Places at facilities that no event of their quote stands for, and settled devices without."""
    of_event = and_(
        events.c.quote_id == reservations.c.quote_id, events.c.position == reservations.c.position
    )
    asked = select(reservations.c.quote_id).outerjoin(events, of_event)
    stray = connection.execute(asked.where(events.c.quote_id.is_(None))).scalars()
    held = exists().where(reservations.c.quote_id == events.c.quote_id)
    none = select(events.c.quote_id).where(events.c.kind == "settled", ~held)
    return [
        *(f"{quote} has a place without its event" for quote in stray),
        *(f"{quote} was settled without a place" for quote in connection.execute(none).scalars()),
    ]


def _answer_faults(connection: Connection, asked: Asked) -> Iterator[str]:
    kept = AnswerStore(connection).get(merchant=DEFAULT_MERCHANT, key=asked.key)
    if kept is None:
        yield f"no answer is kept under {asked.key}"
    elif Answer(kept.status, kept.body.encode(), kept.location) != asked.answer:
        yield f"another answer is kept under {asked.key}"


def _quote_faults(
    connection: Connection, asked: Asked, steps: Mapping[str, list[str]]
) -> Iterator[str]:
    """The quote as it was answered, and the events of its steps in their order."""
    assert asked.answer is not None
    store, quote = QuoteStore(connection), orjson.loads(asked.answer.body)["id"]
    try:
        document = orjson.loads(store.get(quote).document)
    except (QuoteNotFound, QuoteDamaged) as error:
        yield f"{asked.key} was answered with {quote}: {error}"
        return
    shown = quote_response(Answered(document), show=customer_view).body
    # What is stored has its members in alphabetical order, so the text may differ and no value;
    # what held besides when it was answered is not stored.
    was = {k: v for k, v in orjson.loads(asked.answer.body).items() if k != "standing"}
    if orjson.loads(shown) != was:
        yield f"{quote} is not as it was answered to {asked.key}"
    happened = [event.kind for event in store.events(quote)][1:]
    if happened != steps.get(quote, []):
        yield f"{quote} went {happened}, and its steps were answered {steps.get(quote)}"


def _misnumbered(connection: Connection) -> list[str]:
    """Quotes whose events do not stand at 0, 1, 2 …"""
    place, count = events.c.position, func.count(events.c.position)
    wrong = or_(
        count == 0, func.min(place) != 0, func.max(place) != count - 1,
        func.count(place.distinct()) != count,
    )  # fmt: skip
    rows = connection.execute(
        select(quotes.c.id).outerjoin(events).group_by(quotes.c.id).having(wrong)
    )
    return [f"the events of {row.id} have a gap or a double" for row in rows]


def _damaged(connection: Connection) -> list[str]:
    """What SQLite finds; on PostgreSQL the server was not killed, and says nothing of the kind."""
    if connection.dialect.name != "sqlite":
        return []
    said = connection.execute(text("PRAGMA integrity_check")).scalars().all()
    strays = connection.execute(text("PRAGMA foreign_key_check")).all()
    return [f"SQLite finds: {line}" for line in [*said, *strays] if line != "ok"]
