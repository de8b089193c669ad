"""The knobs of the demo market; what each means and its source stand in the TOML file."""

from collections.abc import Mapping
from dataclasses import dataclass

Pair = tuple[float, float]
Row = tuple[float, ...]
ByName = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Depreciation:
    """Value lost with age: shares of the launch price, years, months, yuan."""

    anchor_years: Row
    apple_loss: Row
    android_loss: Row
    budget_loss: Row
    late_log_loss_per_year: float
    budget_below_yuan: float
    dear_from_yuan: float
    brand_factor: ByName
    successor_drop: float
    successor_ramp_months: float
    successor_assumed_months: float


@dataclass(frozen=True, slots=True)
class Memory:
    """Premium of a version over the cheapest of its device model."""

    launch_premium_kept_per_year: float
    storage_log_per_doubling: float
    ram_log_per_doubling: float


@dataclass(frozen=True, slots=True)
class Condition:
    """Losses in log price by answer."""

    grade_log_steps: Row
    ordinary_log_loss: float
    grade_apple_factor: float
    display_cracked_log_loss: float
    display_dead_log_loss: float
    any_fault_log_loss: float
    fault_log_loss: ByName
    worst_log_loss: float
    battery_percent: Row
    battery_log_loss: Row
    battery_apple_factor: float
    repair_reference_yuan: float
    repair_sensitivity: float
    repair_factor_range: Pair
    sim_lock_log_loss: float
    activation_lock_log_loss: float
    unit_state_log_gain: ByName
    scrap_yuan: float


@dataclass(frozen=True, slots=True)
class Place:
    """Channels, regions, months and merchants."""

    channel_log_effect: ByName
    channel_share: ByName
    region_log_effect: ByName
    region_share: ByName
    season_log_effect: Row
    sellers: float
    seller_exponent: float


@dataclass(frozen=True, slots=True)
class Demand:
    """What is sold, and when."""

    window_weeks: float
    sale_age_years: Row
    sale_age_weight: Row
    brand_weight: ByName
    other_brand_weight: float
    popularity_exponent: float
    never_sold_share: float
    rarely_sold_share: float
    rarely_sold_at_most: float


@dataclass(frozen=True, slots=True)
class Wear:
    """The condition in which devices come; pairs are (at age 0, added a year)."""

    grade_at_launch: float
    grade_per_year: float
    grade_spread: float
    dead_share: Pair
    display_dead_share: Pair
    cracked_share: Pair
    faulty_share: Pair
    fault_odds: ByName
    battery_points_per_year: Pair
    battery_least: float
    sim_locked_share: float
    activation_locked_share: float
    refurbished_share: float
    unopened_share: float
    unopened_years: float


@dataclass(frozen=True, slots=True)
class Noise:
    """The spread of prices around their median, in log price."""

    scale: float
    degrees_of_freedom: float
    per_year: float
    faulty_factor: float
    rare_extra: float
    rare_sales: float
    seller_spread: float


@dataclass(frozen=True, slots=True)
class Recording:
    """What is not written down, and what is written down wrongly."""

    battery_missing_apple: float
    battery_missing_other: float
    channel_missing: float
    typed_name_share: float
    dirty_share: float
    dirty_mix: ByName
    placeholder_yuan: float
    yuan_per_usd: float
    impossible_storage_gb: Row


@dataclass(frozen=True, slots=True)
class DemoParams:
    """Every knob of the demo market, by room."""

    depreciation: Depreciation
    memory: Memory
    condition: Condition
    place: Place
    demand: Demand
    wear: Wear
    noise: Noise
    recording: Recording
