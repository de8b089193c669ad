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
    for other in told.get("same_device", ()):
        console.print(f"The same device: {other['code']} {other['id']}, {other['stage']}")
    if told["inspection"] is not None:
        console.print(_findings(told["inspection"]))
    if gift := told.get("donation"):
        done = "delivered" if gift["delivered"] else "not delivered yet"
        console.print(f"Donation: the {gift['what']}, to {gift['en']} {gift['zh']}; {done}")
    for condition in told["conditions"]:
        console.print(f"Depends on: {condition['code']}: "
                      f"{'shown' if condition['met'] else 'not shown yet'}")  # fmt: skip
    if told["completed"]:
        console.print(f"Went its way: {told['completed']}")
    if told.get("facility"):
        console.print(f"Facility: {_place(told['facility'])}")
    for name in ("valid_until", "receive_by", "answer_by"):
        if told[name] is not None:
            console.print(f"{name.replace('_', ' ').capitalize()}: {_moment(told[name], zone)}")
    console.print(_events(told, zone))
    console.print(f"Next: {', '.join(told['next']) or 'nothing, this is the end'}")


def _place(place: Mapping[str, Any]) -> str:
    """The facility and how to get it there, or why there is none; the kind of place alone for the
    customer."""
    if "kind" in place:
        return f"{place['en']} {place['zh']}"
    if place["reason"] is not None:
        return f"none, {place['reason']['code']}: {place['reason']['en']}"
    where = f"{place['id']} ({place['en']} {place['zh']}), {place['km']:,} km, {place['week']}"
    told = place["handling"] or {"packing_en": "", "transport_en": ""}
    return f"{where}. {told['packing_en']} {told['transport_en']}".rstrip()


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
    for extra in inspection.get("extras", ()):
        amounts = (_money(extra[name]) for name in ("before", "after"))
        why = extra["reason"]["code"]
        table.add_row(f"{extra['label_en']}: {why}", *amounts, "", _money(extra["difference"]))
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
