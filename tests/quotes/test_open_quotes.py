"""A device that is quoted again while a quote of it is open: the same answers, the same amount."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.factories import promote
from tests.fakes import FakeClock
from tests.quotes.telling import ANSWERS, IMEI, IPHONE, MANAGER, MERCHANT, Till
from tests.quotes.test_beside import make_code
from tests.quotes.test_replaying import _environment
from valuation.domain.extra_terms import Bought, Purchase
from valuation.domain.moves import Step
from valuation.domain.overrides import OverrideReason
from valuation.domain.pricing import BEFORE_RANGES, RULES
from valuation.price_model.champions import ModelStore
from valuation.quotes import quoting
from valuation.quotes.appraising import Asked
from valuation.quotes.documents import canonical, customer_view, merchant_view
from valuation.quotes.quoting import QuoteRequest
from valuation.quotes.replaying import replayed
from valuation.settings import Settings
from valuation.shop import Shop, open_shop
from valuation.tables.book import SHIPPED
from valuation.tables.current import CurrentBook
from valuation.use_cases.claiming import CodeSpent, UnknownCode
from valuation.use_cases.issuing import issue
from valuation.use_cases.open_quotes import OpenOverridden
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


def test_an_open_quote_of_older_rules_keeps_its_pin_and_its_rules(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.setattr(quoting, "Asked", partial(Asked, rules=BEFORE_RANGES))
        first = asking(shop)()
    beside = asking(shop)(purchase=PHONE)
    assert first["versions"]["rules"] == beside["versions"]["rules"] == BEFORE_RANGES
    assert beside["pinned"]["quote"] == first["code"]
    assert [beside[name] for name in FIGURES] == [first[name] for name in FIGURES]
    assert replayed(canonical(beside), shop.appraiser).same
    assert asking(shop)(answers={"cosmetic_grade": "C"})["versions"]["rules"] == RULES


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


def replaced(shop: Shop, tmp_path: Path, old: str, new: str) -> Shop:
    """The shop with another word in its campaigns from today on."""
    folder = tmp_path / "campaigns"
    folder.mkdir()
    text = (SHIPPED / "campaigns.csv").read_text("utf-8")
    later = text.replace("valid-from: 2026-11-01", "valid-from: 2026-11-02").replace(old, new)
    (folder / "campaigns.csv").write_text(later, "utf-8")
    return replace(shop, tables=CurrentBook(SHIPPED, folder), _desks={}, _appraisers={})


def test_the_same_request_is_the_open_quote_whatever_became_of_its_word(
    shop: Shop, tmp_path: Path
) -> None:
    first = asking(shop)(codes=("demo-loyalty",))
    ask = asking(replaced(shop, tmp_path, "demo-loyalty", "demo-faith"))
    assert ask(codes=(" Demo-Loyalty",)) == first
    for other in (
        {"codes": ("demo-loyalty", "demo-faith")},
        {"codes": ("demo-loyalty",), "lock": 7},
    ):
        with pytest.raises(UnknownCode):
            ask(**other)
    late = ask(codes=("demo-faith",))
    assert late["pinned"]["quote"] == first["code"]
    for view in (merchant_view(late), customer_view(late)):
        (missed,) = view["extras"]["without_effect"]  # type: ignore[index]  # JSON
        assert missed["code"] == "unknown_campaign"
        assert missed["en"] == "This campaign is not known at the day of the first quote."
    assert replayed(canonical(late), shop.appraiser).same


def test_the_same_request_is_the_open_quote_while_another_holds_its_code(shop: Shop) -> None:
    code, till = make_code(shop), Till(shop)
    first = asking(shop)(codes=(code,))
    second = issue(
        shop, QuoteRequest(answers=ANSWERS, device=IPHONE, codes=(code,)), merchant=MERCHANT,
        market=None,
    )  # fmt: skip
    till.quotes.append(str(second["id"]))
    till.step(Step.ACCEPT)
    assert asking(shop)(codes=(code.lower(),)) == first
    with pytest.raises(CodeSpent):
        asking(shop)(codes=(code,), purchase=PHONE)


def test_beside_an_amount_that_a_person_named_nothing_is_asked_anew(shop: Shop) -> None:
    ask, till = asking(shop), Till(shop)
    first = ask()
    till.quotes.append(first["id"])
    till.step(
        Step.OVERRIDE, amount=first["offer"]["amount"] - 100, reason=OverrideReason.GOODWILL,
        actor=MANAGER,
    )  # fmt: skip
    assert ask() == first
    for beside in ({"purchase": PHONE}, {"lock": 7}, {"context": {"channel": "store"}}):
        with pytest.raises(OpenOverridden, match=first["code"]):
            ask(**beside)
    till.step(Step.WITHDRAW)
    assert "pinned" not in ask(purchase=PHONE)


@pytest.mark.parametrize("falls", [True, False])
def test_of_two_open_quotes_the_one_that_was_asked_likewise_or_else_the_best_goes_on(
    shop: Shop, clock: FakeClock, changed: Callable[[], Shop], falls: bool
) -> None:
    before, after = (shop, changed()) if falls else (changed(), shop)
    first = asking(before)(lock=14)
    clock.move(days=8)
    ask = asking(after)
    second = ask()
    assert (second["offer"]["amount"] < first["offer"]["amount"]) is falls
    for lock, like in ((14, first), (0, second)):
        beside = ask(lock=lock, purchase=PHONE)
        assert (beside["pinned"]["quote"], beside["offer"]) == (like["code"], like["offer"])
    best = first if falls else second
    elsewhere = ask(lock=14, context={"channel": "store"})
    assert elsewhere["pinned"]["quote"] == best["code"], "the context may change the price"
