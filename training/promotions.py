"""The history of champions: ``models/promotions.ndjson``, append-only, beside the pointers.

MLflow's aliases have neither compare-and-swap nor history, so both are kept here. A line is
durable before the pointer moves: the line is the decision, the pointer its effect. So a crash
between the two is mended by moving the pointer (``settle``), never by dropping the line: whoever
was told that a promotion happened, or read it in the history, is not contradicted later.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from training.promotion_log import Action, Entry, History, append, read_history
from valuation.domain.market import Market
from valuation.price_model.bundle import DamagedBundle, read_bundle
from valuation.price_model.champions import BrokenPointer, Champion, ModelStore
from valuation.price_model.succession import FILE, line_of
from valuation.price_model.trial import try_bundle

logger = logging.getLogger(__name__)

SECONDS = 30  # a promotion under the lock takes milliseconds


class ChampionMoved(RuntimeError):
    """Somebody else promoted or rolled back since the champion was compared."""


class BundleMissing(LookupError):
    """The store has no such bundle."""


class BundleOfOtherMarket(ValueError):
    """A bundle was named for a market that it does not belong to."""


class NothingToRollBackTo(LookupError):
    """The market has no earlier champion."""


class PromotionsLocked(TimeoutError):
    """Another process holds the lock."""


def promote(
    *,
    store: ModelStore,
    market: Market,
    digest: str,
    expected_champion: str | None,
    evidence: Mapping[str, object],
    actor: str,
    now: datetime,
    trial: Callable[[Path], None] = try_bundle,
) -> Champion:
    """Make a bundle the champion if the champion is still the one it was compared with.

    ChampionMoved where it is not; ``evidence`` is kept as JSON.
    """
    check_bundle(store=store, market=market, digest=digest, trial=trial)
    with _locked(store):
        settle_locked(store)
        current = _serving(store, market)
        if current != expected_champion:
            raise ChampionMoved(
                f"the champion of {market.slug} is {_short(current)}, no longer "
                f"{_short(expected_champion)}: compare again"
            )
        return _crown(
            store,
            Entry(
                _next_id(store), now, Action.PROMOTE, market, digest, current, actor, "", evidence
            ),
        )


def rollback(
    *,
    store: ModelStore,
    market: Market,
    to: str | None,
    reason: str,
    actor: str,
    now: datetime,
    trial: Callable[[Path], None] = try_bundle,
) -> Champion:
    """Return to an earlier champion: ``to``, or the one before, however often this is repeated.

    Refused where that bundle is missing or fails its trial. A champion rolled back from is not
    returned to unless it is named.
    """
    target = to or previous_champion(store=store, market=market)
    check_bundle(store=store, market=market, digest=target, trial=trial)
    with _locked(store):
        settle_locked(store)
        if to is None and previous_champion(store=store, market=market) != target:
            raise ChampionMoved(f"the champion of {market.slug} moved meanwhile: try again")
        current = _serving(store, market)
        return _crown(
            store,
            Entry(
                _next_id(store), now, Action.ROLL_BACK, market, target, current, actor, reason, {}
            ),
        )


def history(*, store: ModelStore, market: Market | None) -> History:
    """What happened to the champions of a market, or of all; damaged lines belong to any."""
    found = read_history(store.root / FILE)
    return found if market is None else History(found.of(market), found.damaged)


def previous_champion(*, store: ModelStore, market: Market) -> str:
    """The champion that a rollback without a name returns to; NothingToRollBackTo without one."""
    entries = history(store=store, market=market).entries
    line = line_of((entry.action.value, entry.digest) for entry in entries)
    if len(line) < 2:
        raise NothingToRollBackTo(f"{market.slug} has no earlier champion")
    return line[-2]


def settle(*, store: ModelStore) -> tuple[Entry, ...]:
    """Move every pointer that a crash left behind its line; the entries that were completed."""
    with _locked(store):
        return settle_locked(store)


def settle_locked(store: ModelStore) -> tuple[Entry, ...]:
    """``settle`` for whoever holds the lock.

    A line whose bundle is gone moves nothing: the last champion goes on, the next line overtakes.
    """
    found = history(store=store, market=None)
    for damaged in found.damaged:
        logger.warning("%s line %d is damaged and ignored: %s", FILE, damaged.line, damaged.text)
    latest = {entry.market: entry for entry in found.entries}
    completed = tuple(
        entry
        for entry in latest.values()
        if _promotion(store, entry.market) < entry.id and store.bundle(entry.digest).is_dir()
    )
    for entry in completed:
        store.point(Champion(entry.market, entry.digest, entry.id))
        logger.warning("promotion %d had not reached its pointer; completed", entry.id)
    return completed


def check_bundle(
    *, store: ModelStore, market: Market, digest: str, trial: Callable[[Path], None]
) -> None:
    """BundleMissing, BundleOfOtherMarket or what the trial raises where it must not serve."""
    folder = store.bundle(digest)
    if not folder.is_dir():
        raise BundleMissing(f"there is no bundle {_short(digest)} in {store.bundles.name}/")
    trial(folder)
    bundle = read_bundle(folder)
    facts = bundle.json("model.json")
    if bundle.digest != digest or not isinstance(facts, dict):
        raise DamagedBundle(f"{folder.name} holds the bundle {_short(bundle.digest)}")
    if facts.get("market") != market.slug:
        raise BundleOfOtherMarket(
            f"bundle {_short(digest)} belongs to {facts.get('market')}, not {market.slug}"
        )


def _crown(store: ModelStore, entry: Entry) -> Champion:
    append(store.root / FILE, entry)
    champion = Champion(entry.market, entry.digest, entry.id)
    store.point(champion)
    return champion


def _next_id(store: ModelStore) -> int:
    """One above every line and every pointer: a damaged line's number is not given twice."""
    ids = [champion.promotion for champion in store.champions()]
    ids += [entry.id for entry in history(store=store, market=None).entries]
    return max(ids, default=0) + 1


def _serving(store: ModelStore, market: Market) -> str | None:
    champion = store.champion(market)
    return None if champion is None else champion.digest


def _promotion(store: ModelStore, market: Market) -> int:
    """The promotion that the pointer shows; -1 where there is none, or one that is broken."""
    try:
        champion = store.champion(market)
    except BrokenPointer:
        return -1
    return -1 if champion is None else champion.promotion


def _short(digest: str | None) -> str:
    return "none" if digest is None else digest[:12]


@contextmanager
def _locked(store: ModelStore) -> Iterator[None]:
    store.root.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(store.root / "promotions.lock", timeout=SECONDS):
            yield
    except Timeout as error:
        raise PromotionsLocked(f"promotions.lock was held for {SECONDS} s") from error
