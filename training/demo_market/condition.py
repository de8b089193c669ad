"""Draws the real condition of the units that were sold."""

from dataclasses import replace

import numpy as np

from training.demo_market.demand import Sold
from training.demo_market.fleet import Bools, Fleet, Floats, Ints
from training.demo_market.params import ByName, DemoParams, Pair, Wear
from training.demo_market.truth import Units, age_years
from training.demo_market.vocabulary import (
    CAP,
    DISPLAY_CRACKED,
    DISPLAY_DEAD,
    DISPLAY_WORKS,
    FAULTS,
    GRADES,
    STATES,
)

USED, REFURBISHED, NEW, SEALED = (
    STATES.index(state) for state in ("used", "refurbished", "new", "sealed")
)
BEST_GRADE, FULL = len(GRADES) - 1, 100
REFURBISHED_BATTERY = 85  # per cent; refurbishers renew a battery below it


def draw_units(*, sold: Sold, fleet: Fleet, params: DemoParams, rng: np.random.Generator) -> Units:
    """The units sold, each with answers that the question registry takes as consistent."""
    wear, n = params.wear, len(sold.device)
    years = age_years(device=sold.device, day=sold.day, fleet=fleet)
    units = Units(
        device=sold.device,
        day=sold.day,
        unit_state=_states(years, wear, rng),
        powers_on=~_happens(years, wear.dead_share, rng),
        display=_displays(years, wear, rng),
        intact=_intact(years, wear, rng),
        grade=_grades(years, wear, rng),
        battery=_batteries(years, wear, rng),
        sim_unlocked=(rng.random(n) >= wear.sim_locked_share) | ~fleet.phone[sold.device],
        activation_off=rng.random(n) >= wear.activation_locked_share,
        channel=_named(params.place.channel_share, n, rng),
        region=_named(params.place.region_share, n, rng),
    )
    return _capped(_without_wear(units))


def _states(years: Floats, wear: Wear, rng: np.random.Generator) -> Ints:
    unopened = wear.unopened_share * np.clip(1.0 - years / wear.unopened_years, 0.0, 1.0)
    draw = rng.random(len(years))
    state = np.where(draw < unopened / 2, SEALED, np.where(draw < unopened, NEW, USED))
    return np.where(draw > 1.0 - wear.refurbished_share, REFURBISHED, state)


def _happens(years: Floats, share: Pair, rng: np.random.Generator) -> Bools:
    at_launch, per_year = share
    return np.asarray(rng.random(len(years)) < at_launch + per_year * years, dtype=np.bool_)


def _displays(years: Floats, wear: Wear, rng: np.random.Generator) -> Ints:
    cracked = _happens(years, wear.cracked_share, rng)
    dead = _happens(years, wear.display_dead_share, rng)
    return np.select([dead, cracked], [DISPLAY_DEAD, DISPLAY_CRACKED], DISPLAY_WORKS)


def _intact(years: Floats, wear: Wear, rng: np.random.Generator) -> Bools:
    """Per named fault, whether it is absent; a faulty device has at least one."""
    faulty = _happens(years, wear.faulty_share, rng)
    odds = np.array([wear.fault_odds[fault] for fault in FAULTS])
    broken = rng.random((len(years), len(FAULTS))) < odds
    first = rng.choice(len(FAULTS), size=len(years), p=odds / odds.sum())
    broken[np.arange(len(years)), first] |= ~broken.any(axis=1)
    return np.asarray(~(broken & faulty[:, None]), dtype=np.bool_)


def _grades(years: Floats, wear: Wear, rng: np.random.Generator) -> Ints:
    """Levels of the cosmetic grade: A ends at wear 0.5, and each further grade 1 later."""
    mean = wear.grade_at_launch + wear.grade_per_year * years
    worn = np.rint(mean + wear.grade_spread * rng.standard_normal(len(years)))
    return np.asarray(BEST_GRADE - np.clip(worn, 0, BEST_GRADE), dtype=np.int64)


def _batteries(years: Floats, wear: Wear, rng: np.random.Generator) -> Ints:
    """Whole per cent; use, and so the pace, differs between owners."""
    points, spread = wear.battery_points_per_year
    pace = points * np.exp(spread * rng.standard_normal(len(years)))
    return np.asarray(np.clip(FULL - pace * years, wear.battery_least, FULL), dtype=np.int64)


def _named(share: ByName, n: int, rng: np.random.Generator) -> Ints:
    odds = np.array(list(share.values()))
    return rng.choice(len(odds), size=n, p=odds / odds.sum())


def _without_wear(units: Units) -> Units:
    """New, sealed and refurbished units work; the unopened have no wear at all."""
    used, unopened = units.unit_state == USED, units.unit_state >= NEW
    renewed = np.maximum(units.battery, REFURBISHED_BATTERY)
    at_least_b = np.maximum(units.grade, BEST_GRADE - 1)
    return replace(
        units,
        powers_on=units.powers_on | ~used,
        display=np.where(used, units.display, DISPLAY_WORKS),
        intact=units.intact | ~used[:, None],
        grade=np.select([unopened, ~used], [np.int64(BEST_GRADE), at_least_b], units.grade),
        battery=np.select([unopened, ~used], [np.int64(FULL), renewed], units.battery),
        sim_unlocked=units.sim_unlocked | unopened,
        activation_off=units.activation_off | ~used,
    )


def _capped(units: Units) -> Units:
    """Grades lowered to what the registry leaves possible besides the other answers."""
    back = units.intact[:, FAULTS.index("back_intact")]
    whole = units.powers_on & (units.display == DISPLAY_WORKS) & back
    return replace(units, grade=np.where(whole, units.grade, np.minimum(units.grade, CAP)))
