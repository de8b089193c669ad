"""The true conditional median of a sale, in yuan, given the device's real answers.

Real, not recorded: where a cell of the file is empty, the median still knows the answer. Never
lower for a better grade, health or answer, more storage or RAM; never higher for more age, the
season apart. Who sells is part of the noise, not of the median.
"""

import math
from dataclasses import dataclass

import numpy as np

from training.demo_market.fleet import DAYS_PER_YEAR, MONTHS_PER_YEAR, Bools, Fleet, Floats, Ints
from training.demo_market.params import Condition, DemoParams, Depreciation, Row
from training.demo_market.promises import own_log_loss
from training.demo_market.vocabulary import DISPLAY_CRACKED, DISPLAY_DEAD, FAULTS, STATES


@dataclass(frozen=True, slots=True)
class Units:
    """Units for sale, as columns: which device, when, where, and the real answers as levels.

    ``device`` indexes the fleet; ``day`` counts from 1970-01-01; ``unit_state``, ``channel`` and
    ``region`` index the vocabulary and the knobs' names; ``intact`` has a column per named fault.
    Of a dead device only the grade and the locks matter.
    """

    device: Ints
    day: Ints
    unit_state: Ints
    powers_on: Bools
    display: Ints
    intact: Bools
    grade: Ints
    battery: Ints
    sim_unlocked: Bools
    activation_off: Bools
    channel: Ints
    region: Ints

    def __len__(self) -> int:
        return len(self.device)

    @property
    def faultless(self) -> Bools:
        """Whether everything works besides, perhaps, display and power."""
        return np.asarray(self.intact.all(axis=1), dtype=np.bool_)

    def take(self, rows: Ints) -> "Units":
        """The given rows, in their order."""
        return Units(
            device=self.device[rows],
            day=self.day[rows],
            unit_state=self.unit_state[rows],
            powers_on=self.powers_on[rows],
            display=self.display[rows],
            intact=self.intact[rows],
            grade=self.grade[rows],
            battery=self.battery[rows],
            sim_unlocked=self.sim_unlocked[rows],
            activation_off=self.activation_off[rows],
            channel=self.channel[rows],
            region=self.region[rows],
        )


def true_median(*, units: Units, fleet: Fleet, params: DemoParams) -> Floats:
    """The median price in yuan of each unit."""
    working = log_working_value(device=units.device, day=units.day, fleet=fleet, params=params)
    log_price = (
        working
        + _log_condition(units, working, fleet.apple[units.device], params.condition)
        + _log_place(units, params)
    )
    return np.asarray(np.exp(log_price) + params.condition.scrap_yuan, dtype=np.float64)


def log_working_value(*, device: Ints, day: Ints, fleet: Fleet, params: DemoParams) -> Floats:
    """Log yuan of a used device of grade B and full battery, season and place apart."""
    memory = params.memory
    years = age_years(device=device, day=day, fleet=fleet)
    kept = memory.launch_premium_kept_per_year**years
    premium = (
        fleet.log_premium[device] * kept
        + fleet.storage_doublings[device] * memory.storage_log_per_doubling
        + fleet.ram_doublings[device] * memory.ram_log_per_doubling
    )
    lost = _log_age_loss(device, years, fleet, params.depreciation)
    lost += _log_successor_loss(device, day, fleet, params.depreciation)
    full = fleet.log_base[device] + params.condition.ordinary_log_loss
    return np.asarray(full + premium - lost, dtype=np.float64)


def age_years(*, device: Ints, day: Ints, fleet: Fleet) -> Floats:
    """Years since the first sale of the device."""
    return np.asarray((day - fleet.first_day[device]) / DAYS_PER_YEAR, dtype=np.float64)


def _log_age_loss(device: Ints, years: Floats, fleet: Fleet, age: Depreciation) -> Floats:
    share = fleet.budget_share[device]
    dear = _tier_loss(years, age.android_loss, age)
    others = dear + share * (_tier_loss(years, age.budget_loss, age) - dear)
    loss = np.where(fleet.apple[device], _tier_loss(years, age.apple_loss, age), others)
    return np.asarray(fleet.brand_factor[device] * loss, dtype=np.float64)


def _tier_loss(years: Floats, losses: Row, age: Depreciation) -> Floats:
    """Log-linear between the anchors, at the late pace beyond them."""
    curve = np.interp(years, age.anchor_years, own_log_loss(losses=losses, age=age))
    late = np.maximum(years - age.anchor_years[-1], 0.0) * age.late_log_loss_per_year
    return np.asarray(curve + late, dtype=np.float64)


def _log_successor_loss(device: Ints, day: Ints, fleet: Fleet, age: Depreciation) -> Floats:
    days = age.successor_ramp_months / MONTHS_PER_YEAR * DAYS_PER_YEAR
    done = np.clip((day - fleet.successor_day[device]) / max(days, 1.0), 0.0, 1.0)
    return np.asarray(done * -math.log1p(-age.successor_drop), dtype=np.float64)


def _log_condition(units: Units, working: Floats, apple: Bools, room: Condition) -> Floats:
    gain = np.array([room.unit_state_log_gain[state] for state in STATES])
    locks = np.where(units.sim_unlocked, 0.0, room.sim_lock_log_loss)
    locks = locks + np.where(units.activation_off, 0.0, room.activation_lock_log_loss)
    faults = _log_faults(units, apple, room) * _repair_factor(working, room)
    looks = _log_looks(units.grade, apple, room)
    return np.asarray(gain[units.unit_state] + looks - faults - locks, dtype=np.float64)


def _log_looks(grade: Ints, apple: Bools, room: Condition) -> Floats:
    """Log effect of the grade, 0 at B."""
    to_b, *below = room.grade_log_steps
    by_level = np.array([*(-np.cumsum(below))[::-1], 0.0, to_b])
    factor = np.where(apple, room.grade_apple_factor, 1.0)
    return np.asarray(factor * by_level[grade], dtype=np.float64)


def _log_faults(units: Units, apple: Bools, room: Condition) -> Floats:
    """Losses of faults together: they add up ever more slowly, towards that of a dead device."""
    display = np.select(
        [units.display == DISPLAY_DEAD, units.display == DISPLAY_CRACKED],
        [room.display_dead_log_loss, room.display_cracked_log_loss],
        0.0,
    )
    named = ~units.intact @ np.array([room.fault_log_loss[fault] for fault in FAULTS])
    named = named + np.where(units.faultless, 0.0, room.any_fault_log_loss)
    battery = np.interp(units.battery, room.battery_percent, room.battery_log_loss)
    battery = battery * np.where(apple, room.battery_apple_factor, 1.0)
    together = room.worst_log_loss * -np.expm1(-(display + named + battery) / room.worst_log_loss)
    return np.where(units.powers_on, together, room.worst_log_loss)


def _repair_factor(working: Floats, room: Condition) -> Floats:
    """Faults weigh more on a device worth little: its repair costs what any repair costs."""
    below = math.log(room.repair_reference_yuan) - working
    factor = 1.0 + room.repair_sensitivity * below
    return np.asarray(np.clip(factor, *room.repair_factor_range), dtype=np.float64)


def _log_place(units: Units, params: DemoParams) -> Floats:
    place = params.place
    channel = np.array(list(place.channel_log_effect.values()))
    region = np.array(list(place.region_log_effect.values()))
    season = np.array(place.season_log_effect)
    month = units.day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    effect = channel[units.channel] + region[units.region] + season[month]
    return np.asarray(effect, dtype=np.float64)
