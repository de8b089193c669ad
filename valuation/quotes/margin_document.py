"""A margin as a quote's document tells it, to the merchant alone."""

from collections.abc import Mapping

from valuation.domain.margin import Margin


def margin_document(margin: Margin, currency: str) -> Mapping[str, object]:
    """The member of the policy: basis points of a plain share, its parts of any other."""
    if margin.plain is not None:
        return {"margin_basis_points": margin.plain}

    def money(amount: int) -> dict[str, object]:
        return {"amount": amount, "currency": currency}

    return {
        "margin": {
            "tiers": [
                {"start": money(tier.start), "basis_points": tier.share} for tier in margin.tiers
            ],
            "fixed": money(margin.fixed),
            "floor": money(margin.floor),
            "ceiling": None if margin.ceiling is None else money(margin.ceiling),
        }
    }
