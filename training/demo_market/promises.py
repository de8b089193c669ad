"""Promises that the knobs alone can break: monotone medians, and shares that fit together."""

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise

from training.demo_market.params import DemoParams, Depreciation, Row
from training.demo_market.vocabulary import DIRT, FAULTS, STATES

# The published losses after one year are those of phones whose successor is just coming.
DROP_IN_ANCHORS_FROM_YEAR = 2.0


def own_log_loss(*, losses: Row, age: Depreciation) -> Row:
    """A tier's log losses at the anchor years without the part that the successor's launch took."""
    drop = -math.log1p(-age.successor_drop)
    return tuple(
        -math.log1p(-loss) - (drop if year >= DROP_IN_ANCHORS_FROM_YEAR else 0.0)
        for loss, year in zip(losses, age.anchor_years, strict=True)
    )


def broken_promise(params: DemoParams) -> str | None:
    """The knob that breaks a promise, or None."""
    checks = (*_ageing(params), *_condition(params), *_shares(params))
    return next((knob for knob, holds in checks if not holds), None)


def _ageing(params: DemoParams) -> Iterator[tuple[str, bool]]:
    age, memory = params.depreciation, params.memory
    yield "depreciation.anchor_years", _rises(age.anchor_years)
    for tier, losses in (
        ("apple_loss", age.apple_loss),
        ("android_loss", age.android_loss),
        ("budget_loss", age.budget_loss),
    ):
        fits = len(losses) == len(age.anchor_years)
        yield f"depreciation.{tier}", fits and _rises(own_log_loss(losses=losses, age=age))
    yield "depreciation.late_log_loss_per_year", age.late_log_loss_per_year >= 0
    yield "depreciation.brand_factor", min(age.brand_factor.values(), default=1) >= 0
    yield "memory.launch_premium_kept_per_year", 0 <= memory.launch_premium_kept_per_year <= 1
    yield "memory.storage_log_per_doubling", memory.storage_log_per_doubling >= 0
    yield "memory.ram_log_per_doubling", memory.ram_log_per_doubling >= 0


def _condition(params: DemoParams) -> Iterator[tuple[str, bool]]:
    room = params.condition
    losses = {
        "grade_log_steps": len(room.grade_log_steps) == 4 and min(room.grade_log_steps) >= 0,
        "display_dead_log_loss": _rises(
            (0.0, room.display_cracked_log_loss, room.display_dead_log_loss)
        ),
        "any_fault_log_loss": room.any_fault_log_loss >= 0,
        "fault_log_loss": set(room.fault_log_loss) == set(FAULTS)
        and min(room.fault_log_loss.values()) >= 0,
        "battery_percent": _rises(room.battery_percent),
        "battery_log_loss": len(room.battery_log_loss) == len(room.battery_percent)
        and _rises((0.0, *room.battery_log_loss[::-1])),
        "repair_sensitivity": room.repair_sensitivity >= 0,
        "repair_factor_range": _rises((0.0, *room.repair_factor_range)),
        "sim_lock_log_loss": room.sim_lock_log_loss >= 0,
        "activation_lock_log_loss": room.activation_lock_log_loss >= 0,
        "unit_state_log_gain": set(room.unit_state_log_gain) == set(STATES),
    }
    yield from ((f"condition.{knob}", holds) for knob, holds in losses.items())


def _shares(params: DemoParams) -> Iterator[tuple[str, bool]]:
    place, recording = params.place, params.recording
    yield "place.channel_share", set(place.channel_share) == set(place.channel_log_effect)
    yield "place.region_share", set(place.region_share) == set(place.region_log_effect)
    yield "place.season_log_effect", len(place.season_log_effect) == 12
    yield "wear.fault_odds", set(params.wear.fault_odds) == set(FAULTS)
    yield "recording.dirty_mix", set(recording.dirty_mix) == set(DIRT)
    yield "recording.dirty_share", 0 <= recording.dirty_share < 0.5
    yield "noise.degrees_of_freedom", params.noise.degrees_of_freedom > 1


def _rises(values: Iterable[float]) -> bool:
    return all(low <= high for low, high in pairwise(values))
