"""A stored quote is made again to the byte, whatever has changed since; what was tampered with is
noticed."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import orjson
import pytest

from tests.domain.making import random_answers
from tests.factories import VARIANTS, promote
from tests.fakes import FakeClock
from tests.quotes.telling import IMEI, MERCHANT, Till
from valuation.domain.device import Category
from valuation.domain.moves import Step
from valuation.domain.pricing import BEFORE_RANGES
from valuation.domain.questions import BY_ID
from valuation.price_model.bundle import DamagedBundle, ForeignBundle
from valuation.price_model.champions import ModelStore
from valuation.quotes.documents import canonical
from valuation.quotes.quoting import QuoteRequest
from valuation.quotes.replaying import CannotReplay, Replay, asked_of, replayed, versions_of
from valuation.settings import Settings
from valuation.shop import Shop, open_shop
from valuation.tables.book import SHIPPED
from valuation.tables.table import BrokenTable
from valuation.use_cases.issuing import issue


@pytest.fixture
def till(shop: Shop) -> Till:
    return Till(shop)


def again(shop: Shop, stored: bytes) -> Replay:
    return replayed(stored, shop.appraiser)


def random_quotes(shop: Shop, count: int) -> list[bytes]:
    """Stored quotes of many kinds: offers, indicative ones, refusals, referrals."""
    random, found = Random(31), []
    devices = [*VARIANTS, "xiaomi/redmi/redmi-note-11/6gb-128gb", "some brick nobody knows"]
    for number in range(count):
        answers = random_answers(random, Category.PHONE).given
        spoken = {question: BY_ID[question].value(level) for question, level in answers.items()}
        device = devices[number % len(devices)]
        identifier = IMEI if number % 5 == 0 else None
        request = QuoteRequest(answers=spoken, device=device, identifier=identifier)
        found.append(canonical(issue(shop, request, merchant=MERCHANT, market=None)))
    return found


def test_every_kind_of_quote_is_made_again_to_the_byte(shop: Shop) -> None:
    stored = random_quotes(shop, 120)
    kinds = {orjson.loads(each)["outcome"] for each in stored}
    assert kinds >= {"offer", "indicative", "referral"}
    assert all(again(shop, each).same for each in stored)


def test_a_quote_replays_after_a_retrain_and_a_change_of_policy(
    shop: Shop, tmp_path: Path, clock: FakeClock
) -> None:
    stored = random_quotes(shop, 20)
    tables = tmp_path / "tables"
    tables.mkdir()
    policy = (SHIPPED / "policy.csv").read_text("utf-8")
    later = policy.replace("margin,,800", "margin,,1500").replace("2026-11-01", "2026-11-15")
    (tables / "policy.csv").write_text(later, "utf-8")
    models = shop.settings.models_dir
    other = next(
        path.name
        for path in ModelStore(models).bundles.iterdir()
        if path.name != orjson.loads(stored[0])["versions"]["bundle"]
    )
    promote(models, other, promotion=2)
    changed = {**_environment(shop), "TRADEIN_TABLES": str(tables)}
    after = open_shop(Settings.from_environment(changed), clock=clock, entropy=shop.entropy)
    fresh = orjson.loads(random_quotes(after, 1)[0])
    assert fresh["versions"]["bundle"] == other
    assert fresh["policy"]["margin_basis_points"] == 1500
    assert all(again(after, each).same for each in stored)
    after.engine.dispose()


def test_an_old_quote_is_inspected_under_its_own_versions_after_a_retrain(
    shop: Shop, till: Till
) -> None:
    till.received()
    before = till.look().life.amount
    models = shop.settings.models_dir
    own = till.look().stored.bundle
    other = next(p.name for p in ModelStore(models).bundles.iterdir() if p.name != own)
    promote(models, other, promotion=2)
    shop.shelf.refresh()
    assert till.step(Step.INSPECT).life.amount == before
    assert shop.model(None).digest == other


@pytest.mark.parametrize("file", ["policy", "deductions"])
def test_a_table_that_was_tampered_with_is_noticed(shop: Shop, till: Till, file: str) -> None:
    document = till.quote(cosmetic_grade="C")
    digest = document["versions"]["tables"][file]  # type: ignore[index]
    path = shop.archive.folder / f"{digest}.csv"
    path.write_bytes(path.read_bytes().replace(b"800", b"700"))
    with pytest.raises(BrokenTable, match="other bytes"):
        again(shop, canonical(document))


def test_a_process_that_has_read_a_table_notices_that_it_was_changed_since(
    shop: Shop, till: Till
) -> None:
    till.received()
    document = till.look().document
    assert again(shop, canonical(document)).same
    digest = document["versions"]["tables"]["policy"]  # type: ignore[index]
    path = shop.archive.folder / f"{digest}.csv"
    path.write_bytes(path.read_bytes().replace(b"800", b"700"))
    with pytest.raises(BrokenTable, match="other bytes"):
        till.step(Step.INSPECT)
    shop._look_at_archive()
    with pytest.raises(BrokenTable, match="other bytes"):
        till.quote()  # which would rest on it


def test_a_bundle_that_was_tampered_with_or_is_gone_is_noticed(shop: Shop, till: Till) -> None:
    stored = canonical(till.quote())
    models = shop.settings.models_dir
    own = orjson.loads(stored)["versions"]["bundle"]
    other = next(p.name for p in ModelStore(models).bundles.iterdir() if p.name != own)
    promote(models, other, promotion=2)
    shop.shelf.refresh()
    ladder = ModelStore(models).bundle(own) / "ladder.json"
    ladder.write_bytes(ladder.read_bytes().replace(b"0.", b"1.", 1))
    with pytest.raises((DamagedBundle, ForeignBundle)):
        again(shop, stored)
    shutil.rmtree(ladder.parent)
    with pytest.raises((DamagedBundle, ForeignBundle, OSError)):
        again(shop, stored)


def _dearer(document: dict[str, object]) -> None:
    document["offer"]["amount"] += 50  # type: ignore[index]


def _renamed(document: dict[str, object]) -> None:
    document["lines"][0]["label_en"] = "In fair condition"  # type: ignore[index]


@pytest.mark.parametrize(("change", "place"), [(_dearer, "/offer/amount"),
                                               (_renamed, "/lines/0/label_en")])  # fmt: skip
def test_a_quote_that_was_changed_does_not_replay_and_the_place_is_named(
    shop: Shop, till: Till, change: Callable[[dict[str, object]], None], place: str
) -> None:
    document = orjson.loads(canonical(till.quote()))
    change(document)
    replay = again(shop, canonical(document))
    assert [where for where, _, _ in replay.differences] == [place]


def test_a_quote_of_other_rules_says_which_program_to_use(shop: Shop, till: Till) -> None:
    document = orjson.loads(canonical(till.quote()))
    document["versions"]["rules"] = 99
    with pytest.raises(CannotReplay, match="rules 99"):
        again(shop, canonical(document))


def test_rules_1_and_2_differ_in_what_routes_bring_and_in_no_offer(shop: Shop) -> None:
    moved = 0
    for stored in random_quotes(shop, 60):
        told = orjson.loads(stored)
        asked, appraiser = asked_of(told), shop.appraiser(versions_of(told))
        before = appraiser.document(appraiser.quote(replace(asked, rules=BEFORE_RANGES)))
        assert (before["offer"], before["value"]) == (told["offer"], told["value"])
        moved += before["disposition"] != told["disposition"]
        for route in (told["disposition"] or {"routes": ()})["routes"]:
            low, expected, high = (route[end]["amount"] for end in ("low", "expected", "high"))
            assert low <= expected <= high
    assert moved > 30


def test_the_shelf_is_charged_at_what_the_device_loses_by_its_own_later_value(
    till: Till,
) -> None:
    told = orjson.loads(canonical(till.quote()))
    today, later = told["value"]["p50"]["amount"], told["residual_values"][0]
    assert (later["days"], later["basis"]) == (91, "sales")
    lost = today - later["p50"]["amount"]
    (as_is,) = (r for r in told["disposition"]["routes"] if r["route"] == "resell-as-is")
    parts = {part["name"]: part["amount"]["amount"] for part in as_is["parts"]}
    # 18 days of 91, of what it sells for in the mean; a basis point is rounded up.
    share = -parts["waiting on the shelf"] / parts["resale value"]
    assert share == pytest.approx(18 / 91 * lost / today, abs=1.1e-4)


def test_what_is_asked_of_an_older_quote_is_told_by_its_own_rules(shop: Shop, till: Till) -> None:
    document = orjson.loads(canonical(till.quote()))
    document["versions"]["rules"] = BEFORE_RANGES
    asked = asked_of(document)
    quote = shop.appraiser(versions_of(document)).quote(asked)
    assert (asked.rules, quote.versions.rules) == (BEFORE_RANGES, BEFORE_RANGES)
    document["versions"]["rules"] = 99
    with pytest.raises(CannotReplay, match=r"rules 99 .* has rules 1, 2 "):
        asked_of(document)


def _environment(shop: Shop) -> dict[str, str]:
    settings = shop.settings
    return {
        "TRADEIN_MODELS": str(settings.models_dir),
        "DATABASE_URL": settings.database_url,
        "TRADEIN_UNIT_KEY_FILE": str(settings.unit_key_file),
    }
