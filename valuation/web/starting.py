"""What ``tradein serve`` checks before it starts: a bundle, a database, a free port."""

import errno
import shlex
import socket
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import orjson

from valuation.catalogue.block_list import BrokenBlockList
from valuation.catalogue.tac import DamagedTacTable
from valuation.domain.device import Category, Device
from valuation.domain.questions import questions_for
from valuation.domain.unit_keys import BYTES
from valuation.people.first_key import first_key
from valuation.price_model.bundle import Bundle, DamagedBundle, ForeignBundle, read_bundle
from valuation.price_model.champions import BrokenPointer, Champion, ModelStore
from valuation.price_model.model import FrozenDevices, ladder_from_json
from valuation.price_model.succession import earlier_champions
from valuation.settings import Settings
from valuation.shop import DEFAULT_MERCHANT, Entropy, device_checks, shop_tables, tac_table
from valuation.storage.engine import DatabaseUnavailable, make_engine
from valuation.storage.unit_key import UnitKeyDamaged, open_unit_keys
from valuation.storage.upgrade import upgrade
from valuation.tables.table import BrokenTable

BACKLOG = 2048
TRAIN = "run `make run` or `tradein train` first"
# Devices that a reader knows, for the example; the first that the bundle has sold often enough
# that its price is no guess.
WELL_KNOWN = (
    "apple/iphone/iphone-13/128gb",
    "apple/iphone/iphone-12/128gb",
    "apple/iphone/iphone-11/128gb",
    "samsung/galaxy-s/galaxy-s21/8gb-128gb",
)
OFTEN = 20  # sales of the device model


class CannotServe(RuntimeError):
    """The service cannot start, and what to do about it."""


def listening_socket(settings: Settings) -> socket.socket:
    """A socket that accepts connections from now on; CannotServe where the port is taken."""
    address = (settings.host, settings.port)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            other = settings.port + 1
            raise CannotServe(
                f"port {settings.port} is in use; choose another: PORT={other} tradein serve"
            ) from error
        raise CannotServe(f"cannot listen on {settings.host}:{settings.port}: {error}") from error
    listener.set_inheritable(True)
    return listener


def check_installation(settings: Settings, *, now: datetime, entropy: Entropy) -> bool:
    """Upgrade the database, make the keys, read the tables: all that a worker would fail at.

    Whether ``settings.demo_key_file`` has a key that works: on a new machine it has. CannotServe
    says in one line what is wrong; nothing is overwritten.
    """
    try:
        open_unit_keys(settings.unit_key_file, entropy=entropy(BYTES))
        tac_table(settings)
        shop_tables(settings)
        device_checks(settings)
        engine = make_engine(settings.database_url)
        upgrade(engine)
        file = settings.demo_key_file
        works = first_key(engine, file, merchant_id=DEFAULT_MERCHANT, now=now, entropy=entropy)
        engine.dispose()
    except DatabaseUnavailable as error:
        raise CannotServe(f"{error} (DATABASE_URL); nothing was overwritten") from error
    except (UnitKeyDamaged, DamagedTacTable, BrokenBlockList, BrokenTable, OSError) as error:
        raise CannotServe(str(error)) from error
    return works


def example_request(settings: Settings) -> Mapping[str, object]:
    """A request that will be answered with an offer; CannotServe where no bundle can serve."""
    store = ModelStore(settings.models_dir)
    try:
        champions = store.champions()
    except (BrokenPointer, ValueError, OSError) as error:
        raise CannotServe(f"a champion pointer cannot be read: {error}; {TRAIN}") from error
    wanted = [c for c in champions if settings.default_market in (None, c.market)]
    if not wanted:
        place = f" of {settings.default_market.slug}" if settings.default_market else ""
        raise CannotServe(f"no bundle{place} in {settings.models_dir}; {TRAIN}")
    unusable: list[CannotServe] = []
    # The other markets can be served all the same, and an earlier champion stands in.
    for champion in (*wanted, *(e for c in wanted for e in earlier_champions(store, c.market))):
        try:
            return _request(champion, _checked(store, champion), named=len(champions) > 1)
        except CannotServe as error:
            unusable.append(error)
    raise unusable[0]


def curl(
    settings: Settings, request: Mapping[str, object], *, port: int, key_file: Path | None
) -> str:
    """The request as a line for a terminal, whose shell reads the key: no log ever has it."""
    key = f"$(cat {shlex.quote(str(key_file))})" if key_file else "$TRADEIN_KEY"
    url = shlex.quote(f"http://{_reachable(settings)}:{port}/v1/quotes")
    body = shlex.quote(orjson.dumps(request).decode())
    caller = f'-H "Authorization: Bearer {key}"'
    return f"curl -s {url} {caller} -H 'Content-Type: application/json' -d {body}"


def _reachable(settings: Settings) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 -- compared, not listened on
    return f"[{host}]" if ":" in host else host


def _checked(store: ModelStore, champion: Champion) -> Bundle:
    try:
        return read_bundle(store.bundle(champion.digest))
    except (DamagedBundle, ForeignBundle, OSError) as error:
        raise CannotServe(f"the bundle of {champion.market.slug} is unusable: {error}") from error


def _request(champion: Champion, bundle: Bundle, *, named: bool) -> Mapping[str, object]:
    device = _sold_device(bundle)
    answers = {q.id: q.value(q.best) for q in questions_for(device.category) if not q.asked_when}
    opened = {
        q.id: q.value(q.best)
        for q in questions_for(device.category)
        if q.asked_when and all(answers.get(c.parent) == c.answer for c in q.asked_when)
    }
    market = {"market": champion.market.slug} if named else {}
    return {**market, "device": {"id": device.variant}, "answers": answers | opened}


def _sold_device(bundle: Bundle) -> Device:
    """A phone with sales in the bundle: a well-known one, else the one sold most."""
    try:
        rungs = ladder_from_json(bundle.json("ladder.json")).rungs  # type: ignore[arg-type]  # a damaged one raises below
        devices = FrozenDevices(bundle.json("catalogue.json"))  # type: ignore[arg-type]  # likewise
        phones = [d for d in devices.values() if d.category is Category.PHONE]
        sold = [d for d in phones or devices.values() if d.device_model in rungs]
        known = {d.variant: d for d in sold if rungs[d.device_model].sales >= OFTEN}
        for variant in WELL_KNOWN:
            if variant in known:
                return known[variant]
        return max(sold, key=lambda d: (rungs[d.device_model].sales, d.variant))
    except (KeyError, TypeError, ValueError) as error:
        raise CannotServe(f"the bundle {bundle.digest[:12]} cannot be served: {error}") from error
