"""What happens in the month: devices of all kinds, settled day by day, a few taken back."""

from random import Random
from typing import Any

from tests.fakes import FakeClock
from tests.quotes.settling import SWOLLEN, settled
from tests.quotes.telling import MERCHANT, Till
from valuation.domain.impact_ledger import Cause
from valuation.shop import Shop
from valuation.use_cases.impact_views import reverse

DAYS = 30
# About one device in a hundred is dismantled in this trade (ATRenew, 2020).
KINDS: tuple[tuple[int, dict[str, Any]], ...] = (
    (60, {}),
    (30, {"display_works": "cracked", "cosmetic_grade": "C"}),
    (7, {"mdm": "enrolled"}),
    (3, SWOLLEN),
)
TAKEN_BACK = 0.02


def month(shop: Shop, clock: FakeClock, *, devices: int, seed: int = 5) -> None:
    """Settle so many devices over the month; the same seed gives the same month."""
    random, till = Random(seed), Till(shop)
    done = 0
    for day in range(1, DAYS + 1):
        while done < devices * day // DAYS:
            (answers,) = random.choices([kind for _, kind in KINDS], [share for share, _ in KINDS])
            settled(till, **answers)
            if random.random() < TAKEN_BACK:
                reverse(shop, till.quotes[-1], cause=Cause.RETURNED, actor="operator",
                        merchant=MERCHANT)  # fmt: skip
            done += 1
        clock.move(days=1)
