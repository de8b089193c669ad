"""GET /v1/bundle."""

from pathlib import Path

import httpx

from tests.factories import MARKET, make_bundle
from tests.tables.making import copy_shipped
from tests.tables.test_book import replaced
from tests.web.answers import make_body
from tests.web.running import running
from valuation.domain.questions import QUESTIONS
from valuation.settings import Settings
from valuation.tables.book import SHIPPED
from valuation.tables.current import CurrentBook
from valuation.web.self_schemas import BundleOut, FullBundleOut


def test_the_bundle_says_what_it_measured_and_what_moves_its_prices(client: httpx.Client) -> None:
    bundle = client.get("/v1/bundle", params={"market": MARKET}).json()
    BundleOut.model_validate(bundle)
    assert list(bundle)[:7] == [
        "market", "data", "last_sale", "fitted_until", "coverage", "below_guarantee", "questions",
    ]  # fmt: skip
    assert bundle["data"] == "demo"
    assert (bundle["last_sale"], bundle["fitted_until"]) == ("2026-11-19", "2026-08-26")
    assert bundle["coverage"] == {
        "sales": 300, "measured": 0.79, "target": 0.8, "low": 0.77, "high": 0.81,
        "segments": {
            "brand": {
                "apple": {"sales": 100, "measured": 0.78},
                "xiaomi": {"sales": 100, "measured": None},
            }
        },
    }  # fmt: skip
    assert "cosmetic_grade" in bundle["questions"]["sales"]
    assert "battery_health" in bundle["questions"]["tables"]
    assert "block_list" in bundle["questions"]["gates"]
    assert sum(map(len, bundle["questions"].values())) == len(QUESTIONS)
    assert bundle["context"] == {"channel": ["online", "store"]}


def test_the_share_that_the_policy_guarantees_is_told_whether_it_was_measured_or_not(
    client: httpx.Client, tmp_path: Path
) -> None:
    shop = client.app.state.shop  # type: ignore[attr-defined]  # of Starlette's client
    (by_policy,) = client.get("/v1/bundle").json()["below_guarantee"]
    assert (by_policy["guarantee"], by_policy["in_force"]) == (0.1, True)
    (tmp_path / "tables").mkdir()
    copy_shipped(
        tmp_path / "tables", "policy", replaced("quantile,,0.10", "quantile,,0.07"),
        valid_from="2026-11-02",
    )  # fmt: skip
    object.__setattr__(shop, "tables", CurrentBook(SHIPPED, tmp_path / "tables"))
    told = client.get("/v1/bundle").json()
    BundleOut.model_validate(told)
    assert [each["guarantee"] for each in told["below_guarantee"] if each["in_force"]] == [0.07]
    assert told["below_guarantee"][0] == {
        "guarantee": 0.07, "in_force": True, "sales": None, "measured": None,
        "low": None, "high": None,
    }  # fmt: skip


def test_the_long_details_come_after_the_same_summary_where_they_are_asked_for(
    client: httpx.Client,
) -> None:
    short = client.get("/v1/bundle").json()
    full = client.get("/v1/bundle?detail=full").json()
    FullBundleOut.model_validate(full)
    assert {name: full[name] for name in short} == short
    assert list(full)[: len(short)] == list(short)
    assert full["provenance"]["git_commit"]
    assert full["evaluation"]["overall"]["rows"] == 300
    assert {table["id"] for table in full["tables"]} >= {"policy", "gates"}
    assert client.get("/v1/bundle?detail=some").status_code == 422


def test_without_a_market_the_only_one_is_meant(client: httpx.Client) -> None:
    assert client.get("/v1/bundle").json() == client.get(f"/v1/bundle?market={MARKET}").json()


def test_a_market_that_is_not_served_names_those_that_are(client: httpx.Client) -> None:
    for market in ("vn-vnd-asking-real", "nonsense"):
        problem = client.get("/v1/bundle", params={"market": market}).json()
        assert (problem["status"], problem["code"]) == (422, "unknown_market")
        assert problem["errors"][0]["accepted"] == MARKET


def test_with_two_markets_one_must_be_named(settings: Settings) -> None:
    other = "cn-cny-asking-demo"
    make_bundle(settings.models_dir, market=other)
    with running(settings) as client:
        assert client.get("/v1/bundle").json()["code"] == "market_needed"
        assert client.get("/readyz").json()["ready"]
        assert client.get(f"/v1/bundle?market={other}").json()["market"] == other
        quote = client.post("/v1/quotes", json=make_body(market=other)).json()
        assert quote["market"] == other


def test_without_any_bundle_quotes_wait_for_one(environment: dict[str, str]) -> None:
    environment["TRADEIN_MODELS"] = str(Path(environment["TRADEIN_MODELS"]).parent / "none")
    settings = Settings.from_environment(environment)
    with running(settings) as client:
        for answer in (client.get("/v1/bundle"), client.post("/v1/quotes", json=make_body())):
            assert (answer.status_code, answer.json()["code"]) == (503, "no_bundle")
            assert answer.headers["retry-after"]
            assert "tradein train" in answer.json()["detail"]
        assert client.get("/readyz").status_code == 503
