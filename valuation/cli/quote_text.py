"""A quote as tables for a person at a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from valuation.cli.margin_text import margin_text
from valuation.domain.dispatch import Way
from valuation.domain.money import Money
from valuation.domain.questions import BY_ID

Shown = Mapping[str, Any]
WAYS_ZH = {"counter": "门店柜台", "station": "自助回收机", "pickup": "上门取件", "post": "邮寄"}


def print_quote(quote: Shown, *, set_by_works: Mapping[str, str | int], zone: ZoneInfo) -> None:
    """Print a view of a quote; the merchant's has more to show."""
    console = Console(markup=False, emoji=False, highlight=False)
    _print_head(console, quote)
    if quote["lines"]:
        console.print(_lines(quote))
    if quote.get("standing"):
        _print_standing(console, quote["standing"])
    if quote.get("extras"):
        console.print(extras_table(quote["extras"]))
    if quote.get("value"):
        console.print(_value(quote["value"], quote.get("residual_values", ())))
    # Of a referral's routes nobody knows the figures.
    if quote["referral"] is None and "routes" in (quote["disposition"] or {}):
        console.print(_routes(quote["disposition"]))
    console.print(_notes(quote, set_by_works, zone))


def money(amount: Mapping[str, Any]) -> str:
    """An amount of a document as people read it."""
    return str(Money(amount["amount"], amount["currency"]))


def _print_head(console: Console, quote: Shown) -> None:
    device = quote["device"]
    if device["id"]:
        names = filter(None, (device["name"], device["name_zh"]))
        console.print(Text(" · ".join(names), style="bold"))
    if quote["data"] == "demo":
        notice = str(quote["notice"]).removeprefix("Demo data: ")
        console.print(Text(f"DEMO DATA: {notice}", style="bold yellow"))
    console.print(Text(_outcome(quote), style="bold"))
    if quote["stale"]:
        console.print(Text(f"{quote['stale']['en']} {quote['stale']['zh']}", style="yellow"))
    if quote["outcome"] in ("referral", "value-only"):
        referral = quote["referral"]
        console.print(f"{referral['en']} {referral['zh']}")
        for suggestion in referral["suggestions"]:
            console.print(f"  perhaps {suggestion['name']} ({suggestion['id']})")


def _print_standing(console: Console, standing: Shown) -> None:
    """What holds besides now: what moved the amount, and other quotes of the unit."""
    for line in standing["lines"]:
        console.print(f"{line['label_en']} {line['label_zh']}: {money(line['amount'])}")
    if standing["lines"]:
        amount = money(standing["amount"])
        console.print(Text(f"The amount now 当前金额: {amount}", style="bold"))
    for other in standing["same_device"]:
        console.print(f"The same device 同一设备: {other['code']}, {other['stage']}")


def _outcome(quote: Shown) -> str:
    match quote["outcome"]:
        case "offer":
            return f"Offer: {money(quote['offer'])}"
        case "indicative":
            span = quote["indicative"]
            return (
                f"Indicative: {money(span['low'])} to {money(span['high'])}; no offer until these "
                f"are answered: {', '.join(quote['missing'])}"
            )
        case "refused":
            return "Refused: no offer"
        case "value-only":
            return f"A value, no offer: {money(quote['value']['p50'])}"
        case _:
            return f"Referral: {quote['referral']['code']}"


def _lines(quote: Shown) -> Table:
    table = _table("Line", "Answer", "Amount", "Basis")
    for line in quote["lines"]:
        answer = "" if line["answer"] is None else str(line["answer"])
        said = f"{answer} (assumed)" if line["assumed"] else answer
        label = f"{line['label_en']}\n{line['label_zh']}"
        table.add_row(label, said, money(line["amount"]), line["basis"])
    table.add_section()
    table.add_row(Text("Offer 报价", style="bold"), "", money(quote["offer"]), "")
    return table


def extras_table(extras: Shown) -> Table:
    """What stands beside the offer, what gives nothing, and what is left to pay."""
    table = _table("Beside the offer", "Answer", "Amount")
    if bought := extras["purchase"]:
        table.add_row(f"New device 新机 ({bought['category']})", "", money(bought["price"]))
    for line in extras["lines"]:
        table.add_row(f"{line['label_en']}\n{line['label_zh']}", "", money(line["amount"]))
    for missed in extras["without_effect"]:
        table.add_row(missed["campaign"], f"{missed['en']} {missed['zh']}", "")
    if net := extras["net_to_pay"]:
        table.add_section()
        label = Text(f"{net['en']} {net['zh']}", style="bold")
        table.add_row(label, "", money(net["amount"]))
    return table


def _value(value: Shown, later: Sequence[Shown]) -> Table:
    table = _table("Value as it is", "p10", "p50", "p90", "mean", "Basis")
    table.add_row(f"{value['kind']} price today", *_figures(value), "")
    for each in later:
        table.add_row(f"in {each['days']} days, {each['on']}", *_figures(each), each["basis"])
    return table


def _figures(value: Shown) -> Iterator[str]:
    return (money(value[name]) for name in ("p10", "p50", "p90", "mean"))


def _routes(disposition: Shown) -> Table:
    currency = disposition["routes"][0]["offer"]["currency"]
    table = _table(f"Route ({currency})", "Expected", "Low", "High", "Pays", "Closed by")
    for route in disposition["routes"]:
        amounts = (route[name] for name in ("expected", "low", "high", "offer"))
        figures = (money(amount).removeprefix(currency).strip() for amount in amounts)
        mark = "→ " if route["route"] == disposition["route"] else ""
        table.add_row(mark + route["route"], *figures, "\n".join(route["closed_by"]))
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, overflow="fold")
    for name in others:
        numbers = name not in ("Answer", "Basis", "Closed by")
        table.add_column(name, justify="right" if numbers else "left", overflow="fold")
    return table


def _notes(quote: Shown, set_by_works: Mapping[str, str | int], zone: ZoneInfo) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, said in (
        *_disposition(quote["disposition"], settled=not quote["missing"]),
        *_answers(quote, set_by_works),
        *_identity(quote, zone),
    ):
        if said:
            table.add_row(name, said)
    return table


def _disposition(found: Shown | None, *, settled: bool) -> Sequence[tuple[str, str]]:
    if found is None:
        return ()
    return (
        (
            "Route" if settled else "Route until then",
            f"{found['label_en']} {found['label_zh']} ({found['route'] or 'none yet'})",
        ),
        ("In short 简述", f"{found['sentence_en']}\n{found['sentence_zh']}"),
        ("Flag", found["flag"]),
        ("Facility", _facility(found.get("facility"))),
        ("Given up", _given_up(found.get("given_up_for_reuse"))),
        ("Reasons", _both(found["reasons"])),
        ("Conditions", _both(found["conditions"])),
        ("Handing over 交付", _handling(found.get("handling"))),
    )


def _given_up(told: Shown | None) -> str:
    """What the shop gives up so that the device is used again."""
    if told is None or not told["amount"]["amount"]:
        return ""
    return f"{money(told['amount'])} of expected value, for reuse instead of {told['instead_of']}"


def _handling(told: Shown | None) -> str:
    """Where not every way is open: which are, and what must be minded."""
    if told is None or len(told["ways"]) == len(Way):
        return ""
    ways_zh = "、".join(WAYS_ZH[each] for each in told["ways"])
    return (
        f"{', '.join(told['ways'])}. {told['packing_en']} {told['transport_en']}\n"
        f"{ways_zh}。{told['packing_zh']}{told['transport_zh']}"
    )


def _facility(told: Shown | None) -> str:
    """Who would take it this week, or why nobody."""
    if told is None:
        return ""
    if why := told["reason"]:
        return f"{why['en']} {why['zh']}"
    state = "reserved" if told["reserved"] else "nothing is reserved yet"
    return f"{told['en']} {told['zh']} ({told['id']}), {told['km']:,} km, {told['week']}, {state}"


def _both(reasons: Sequence[Shown]) -> str:
    return "\n".join(f"{each['en']} {each['zh']}" for each in reasons)


def _answers(quote: Shown, set_by_works: Mapping[str, str | int]) -> Sequence[tuple[str, str]]:
    capped = quote["grade_capped_by"]
    assumed = [f"{each['en']} ({each['counted_as']})" for each in quote["assumptions"]]
    missing = [f"{q}: {BY_ID[q].en} ({BY_ID[q].accepted})" for q in quote["missing"]]
    return (
        ("Set by --works", ", ".join(f"{q}={a}" for q, a in set_by_works.items())),
        ("Assumed", "\n".join(assumed)),
        ("Missing", "\n".join(missing)),
        ("Grade", f"lowered by the answer to {capped}" if capped else ""),
        ("Checked", "\n".join(_checks(quote.get("checks")))),
    )


def _checks(checks: Shown | None) -> Iterator[str]:
    """What a block list said beside what was declared."""
    if checks is None:
        return
    source = " of ".join(each for each in (checks["source"], checks["dated"]) if each)
    for found in checks["findings"]:
        declared = f"; declared {found['declared']}" if found["declared"] else ""
        yield f"{found['question']}: {found['status']} ({source}){declared}"
        if found["conflict"]:
            yield f"{found['conflict']['en']} {found['conflict']['zh']}"


def _identity(quote: Shown, zone: ZoneInfo) -> Sequence[tuple[str, str]]:
    until = datetime.fromisoformat(quote["valid_until"]).astimezone(zone)
    unit, versions = quote["device"]["unit"], quote["versions"]
    bundle = versions["bundle"][:12]
    tables = [f"{name} {digest[:8]}" for name, digest in versions.get("tables", {}).items()]
    return (
        ("Valid until", f"{until:%Y-%m-%d %H:%M} {until:%Z}"),
        ("Lock", f"{quote['lock_days']} days" if quote["lock_days"] else ""),
        ("Code", quote["code"]),
        ("Id", quote["id"]),
        ("Unit", f"{unit['kind']} …{unit['last4']}" if unit else ""),
        ("Margin 毛利", margin_text(quote["policy"]) if "policy" in quote else ""),
        ("Market", f"{quote['market']}, {quote['data']} data, as of {quote['as_of']}"),
        (
            "Versions",
            ", ".join([f"bundle {bundle}", f"rules {versions['rules']}", *tables]),
        ),
    )
