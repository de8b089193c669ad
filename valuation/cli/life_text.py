"""A quote's life as tables for a terminal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from valuation.cli.quote_text import extras_table
from valuation.domain.money import Money


def print_life(told: Mapping[str, Any], *, zone: ZoneInfo) -> None:
    """Print where the quote stands."""
    console = Console(highlight=False, soft_wrap=True)
    test = "   TEST KEY" if told.get("mode") == "test" else ""
    demo = "   DEMO DATA" if told["data"] == "demo" else ""
    console.print(f"{told['code']} {told['id']}: {told['stage']}{test}{demo}")
    if told["amount"] is not None:
        offered = told["offered"]
        before = f" (offered {_money(offered)})" if offered != told["amount"] else ""
        console.print(f"Amount: {_money(told['amount'])}{before}")
    if told["adjustment"]["amount"]:
        console.print(f"Of it overridden by people: {_money(told['adjustment'])}")
    if told.get("extras"):
        console.print(extras_table(told["extras"]))
    if told["inspection"] is not None:
        console.print(_findings(told["inspection"]))
    for condition in told["conditions"]:
        console.print(f"Before settlement: {condition['code']}: "
                      f"{'shown' if condition['met'] else 'not shown yet'}")  # fmt: skip
    for name in ("valid_until", "receive_by", "answer_by"):
        if told[name] is not None:
            console.print(f"{name.replace('_', ' ').capitalize()}: {_moment(told[name], zone)}")
    console.print(_events(told, zone))
    console.print(f"Next: {', '.join(told['next']) or 'nothing, this is the end'}")


def _findings(inspection: Mapping[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("Reason", "Declared", "Found", "Evidence"):
        table.add_column(name)
    table.add_column("Amount", justify="right")
    for line in inspection["lines"]:
        for place, change in enumerate(line["changes"]):
            evidence = ", ".join(each["digest"][:12] for each in change["evidence"])
            amount = "" if place else _money(line["amount"])
            sides = (str(change["declared"]), str(change["inspected"]))
            table.add_row(change["reason"], *sides, evidence, amount)
    table.add_row("all together", "", "", "", _money(inspection["difference"]))
    return table


def _events(told: Mapping[str, Any], zone: ZoneInfo) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for event in told["events"]:
        by = ":".join(filter(None, (event["role"], event["actor"])))
        table.add_row(_moment(event["at"], zone), event["kind"], by)
    return table


def _money(told: Mapping[str, Any]) -> str:
    return str(Money(told["amount"], told["currency"]))


def _moment(text: str, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(text).astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")
