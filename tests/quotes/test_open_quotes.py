"""A device that is quoted again while a quote of it is open: the same answers, the same amount."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.factories import promote
from tests.fakes import FakeClock
from tests.quotes.telling import ANSWERS, IMEI, IPHONE, MERCHANT
from tests.quotes.test_replaying import _environment
from valuation.domain.extra_terms import Bought, Purchase
from valuation.price_model.champions import ModelStore
from valuation.quotes.documents import canonical, merchant_view
from valuation.quotes.quoting import QuoteRequest
from valuation.quotes.replaying import replayed
from valuation.settings import Settings
from valuation.shop import Shop, open_shop
from valuation.tables.book import SHIPPED
from valuation.use_cases.issuing import issue
from valuation.web.quote_schemas import MerchantQuote

PHONE = Purchase(599_900, "CNY", Bought.PHONE)
Ask = Callable[..., dict[str, Any]]


def asking(shop: Shop) -> Ask:
    def ask(*, lock: int = 0, context: Any = None, **more: Any) -> dict[str, Any]:
        answers = {**ANSWERS, **more.pop("answers", {})}
        request = QuoteRequest(
            answers=answers, device=IPHONE, identifier=IMEI, lock_days=lock, context=context, **more
        )
        return issue(shop, request, merchant=MERCHANT, market=None)

    return ask


@pytest.fixture
def changed(shop: Shop, clock: FakeClock, tmp_path: Path) -> Iterator[Callable[[], Shop]]:
    """The shop three days later: another champion, another margin."""
    opened: list[Shop] = []

    def later() -> Shop:
        clock.move(days=3)
        tables, models = tmp_path / "tables", shop.settings.models_dir
        tables.mkdir()
        policy = (SHIPPED / "policy.csv").read_text("utf-8")
        own = policy.replace("margin,,800", "margin,,1500").replace("2026-11-01", "2026-11-15")
        (tables / "policy.csv").write_text(own, "utf-8")
        serving = shop.model(None).digest
        bundles = ModelStore(models).bundles.iterdir()
        promote(models, next(path.name for path in bundles if path.name != serving), promotion=2)
        settings = Settings.from_environment({**_environment(shop), "TRADEIN_TABLES": str(tables)})
        opened.append(open_shop(settings, clock=clock, entropy=shop.entropy))
        return opened[-1]

    yield later
    for each in opened:
        each.engine.dispose()


FIGURES = ("offer", "lines", "value", "disposition", "policy", "as_of", "residual_values")


def test_with_something_beside_them_the_same_answers_have_the_same_offer_after_a_retrain(
    shop: Shop, changed: Callable[[], Shop]
) -> None:
    first = asking(shop)()
    after = changed()
    ask = asking(after)
    fresh = ask(answers={"cosmetic_grade": "C"})
    assert fresh["versions"]["bundle"] != first["versions"]["bundle"]
    beside = ask(purchase=PHONE, codes=("demo-upgrade",))
    assert [beside[name] for name in FIGURES] == [first[name] for name in FIGURES]
    assert beside["extras"]["net_to_pay"] is not None
    assert (beside["id"] != first["id"], beside["valid_until"]) == (True, first["valid_until"])
    assert beside["pinned"] == {"quote": first["code"], "issued_at": first["issued_at"]}
    assert ask(purchase=PHONE, codes=("demo-upgrade",)) == beside
    assert ask() == first, "without them it is the first one again"
    assert replayed(canonical(beside), after.appraiser).differences == ()
    MerchantQuote.model_validate(orjson.loads(canonical(merchant_view(beside))))


def test_a_pin_is_handed_on_and_not_extended(shop: Shop, changed: Callable[[], Shop]) -> None:
    first = asking(shop)()
    after = changed()
    ask = asking(after)
    locked = ask(lock=7)
    both = ask(lock=7, purchase=PHONE)
    assert locked["pinned"]["quote"] == both["pinned"]["quote"] == first["code"]
    assert locked["versions"] == first["versions"]
    assert both["offer"] == locked["offer"]
    issued = datetime.fromisoformat(first["issued_at"])
    for made, days in ((locked, 7), (both, 7), (ask(lock=14), 14)):
        assert datetime.fromisoformat(made["valid_until"]) == issued + timedelta(days=days)
    channel = ask(context={"channel": "store"})
    assert channel["versions"] == first["versions"]


def test_once_it_is_over_the_device_is_priced_anew(
    shop: Shop, clock: FakeClock, changed: Callable[[], Shop]
) -> None:
    first = asking(shop)(lock=14)
    ask = asking(changed())
    clock.move(days=5)
    without = ask()
    assert "pinned" not in without, "the offer without a lock would have been over for a day"
    assert without["versions"]["bundle"] != first["versions"]["bundle"]
    assert ask(lock=14) == first
    clock.move(days=7)
    assert ask(lock=14)["pinned"]["quote"] == without["code"], "that one is open"
    clock.move(days=15)
    assert "pinned" not in ask(lock=14)
