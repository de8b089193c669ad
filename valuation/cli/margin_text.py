"""A margin in words for a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from valuation.domain.money import Money


def margin_text(policy: Mapping[str, Any]) -> str:
    """The margin of a quote's policy, such as ``12%, from CNY 1,500.00 on 5%``."""
    if "margin_basis_points" in policy:
        return _percent(policy["margin_basis_points"])
    return ", ".join(_parts(policy["margin"]))


def _parts(margin: Mapping[str, Any]) -> Iterator[str]:
    first, *others = margin["tiers"]
    if first["basis_points"] or others:
        yield _percent(first["basis_points"])
    for tier in others:
        yield f"from {_money(tier['start'])} on {_percent(tier['basis_points'])}"
    for name, said in (("fixed", "and"), ("floor", "at least"), ("ceiling", "at most")):
        amount = margin[name]
        if amount and (amount["amount"] or name == "ceiling"):
            yield f"{said} {_money(amount)}"


def _percent(basis_points: int) -> str:
    return f"{basis_points / 100:g}%"


def _money(told: Mapping[str, Any]) -> str:
    return str(Money(told["amount"], told["currency"]))
