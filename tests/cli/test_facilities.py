"""``tradein facilities``, and where stores are."""

from typing import Any

import orjson

from tests.cli.conftest import Run
from tests.quotes.telling import ANSWERS, IPHONE
from valuation.cli.facilities import facilities
from valuation.cli.life import life, step
from valuation.cli.merchants import merchants
from valuation.cli.quote import quote


def told(run: Run, *arguments: Any) -> dict[str, Any]:
    answer = run(*arguments, "--json")
    assert answer.exit_code == 0, answer.stderr
    found: dict[str, Any] = orjson.loads(answer.stdout)
    return found


def test_a_store_has_a_region_and_a_campus_that_can_be_changed(run: Run) -> None:
    at = ("--region", "demo-east", "--campus", "North Campus")
    made = told(run, merchants, "add", "Otter Phones", "--store", "Harbour Street", *at)
    assert "region demo-west, campus North Campus" in run(
        merchants, "place", made["store_code"], "--region", "demo-west"
    ).stdout  # fmt: skip
    (row,) = told(run, merchants, "list")["stores"]
    assert (row["region"], row["campus"]) == ("demo-west", "North Campus")
    assert "campus –" in run(merchants, "place", made["store"], "--campus", "").stdout
    assert run(merchants, "place", made["store"], "--region", "North East").exit_code == 2
    assert run(merchants, "place", "nowhere", "--region", "east").exit_code == 2


def test_an_accepted_quote_takes_a_place_that_the_list_counts(
    run: Run, environment: dict[str, str]
) -> None:
    environment["TRADEIN_REGION"] = "demo-east"
    given = [f"--answer={name}={value}" for name, value in ANSWERS.items()]
    code = told(run, quote, IPHONE, *given)["code"]
    accepted = told(run, step, "accept", code)["facility"]
    assert (accepted["id"], accepted["km"]) == ("demo-east-resale", 15)
    shown = run(life, code).stdout
    assert "Facility: demo-east-resale (Demo resale centre east 演示转售中心（东）), 15 km" in shown
    assert "a centre that resells devices" in run(life, code, "--view", "customer").stdout
    listed = run(facilities)
    assert (listed.exit_code, "demo-east-resale" in listed.stdout) == (0, True)
    (counted,) = (
        each for each in told(run, facilities)["facilities"] if each["id"] == accepted["id"]
    )
    taken = {week["week"]: week["taken"] for week in counted["weeks"]}
    assert (taken[accepted["week"]], sum(taken.values())) == (1, 1)
