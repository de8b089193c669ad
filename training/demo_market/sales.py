"""Simulates the sales: units with prices around their true medians, written down with slips."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from training.demo_market.condition import draw_units
from training.demo_market.demand import Sold, draw_sold
from training.demo_market.fleet import Bools, Fleet, Floats, Ints, make_fleet
from training.demo_market.ledger import CLEAN, DemoSales, dirty_counts, soil
from training.demo_market.params import DemoParams, Noise, Place
from training.demo_market.truth import Units, age_years, true_median
from training.demo_market.vocabulary import DISPLAY_WORKS, Dirt
from valuation.domain.device import Device


@dataclass(frozen=True, slots=True)
class Streams:
    """A stream of random numbers per part, so that a change in one leaves the others alone."""

    demand: np.random.Generator
    condition: np.random.Generator
    noise: np.random.Generator
    recording: np.random.Generator
    slips: np.random.Generator


def simulate(
    *, devices: Sequence[Device], until: date, sales: int, seed: int, params: DemoParams
) -> DemoSales:
    """``sales`` rows, dirty ones included, dated up to ``until``; equal inputs, equal rows.

    Devices without a launch price in CNY or without a first sale are left out; NothingToSimulate
    where none is left.
    """
    streams = _streams(seed)
    counts = dirty_counts(sales=sales, recording=params.recording)
    fleet = make_fleet(devices=devices, age=params.depreciation)
    sold = draw_sold(
        fleet=fleet, until=until, sales=sales - counts[Dirt.DUPLICATE], demand=params.demand,
        rng=streams.demand,
    )  # fmt: skip
    units = draw_units(
        sold=_by_day(sold, streams.demand), fleet=fleet, params=params, rng=streams.condition
    )
    clean = _clean_sales(units, fleet, params, streams)
    return soil(sales=clean, counts=counts, recording=params.recording, rng=streams.slips)


def _streams(seed: int) -> Streams:
    children = np.random.SeedSequence(seed).spawn(5)
    return Streams(*(np.random.Generator(np.random.PCG64(child)) for child in children))


def _by_day(sold: Sold, rng: np.random.Generator) -> Sold:
    """In the order of days; within a day, of chance."""
    shuffled = rng.permutation(len(sold.day))
    order = shuffled[np.argsort(sold.day[shuffled], kind="stable")]
    return Sold(device=sold.device[order], day=sold.day[order])


def _clean_sales(units: Units, fleet: Fleet, params: DemoParams, streams: Streams) -> DemoSales:
    n, recording, rng = len(units), params.recording, streams.recording
    median = true_median(units=units, fleet=fleet, params=params)
    seller = _sellers(n, params.place, streams.noise)
    log_noise = _log_noise(units, seller, fleet, params, streams.noise)
    missing = np.where(
        fleet.apple[units.device], recording.battery_missing_apple, recording.battery_missing_other
    )
    storage = np.array([device.facts.storage_gb or np.nan for device in fleet.devices])
    return DemoSales(
        fleet=fleet,
        channels=tuple(params.place.channel_share),
        regions=tuple(params.place.region_share),
        units=units,
        seller=seller,
        battery_known=(rng.random(n) >= missing) & units.powers_on,
        channel_known=rng.random(n) >= recording.channel_missing,
        name_typed=rng.random(n) < recording.typed_name_share,
        recorded_day=units.day,
        storage_gb=storage[units.device],
        price_yuan=np.maximum(np.rint(median * np.exp(log_noise)), 1.0),
        median_yuan=np.round(median, 2),
        dirt=np.full(n, CLEAN),
    )


def _sellers(n: int, place: Place, rng: np.random.Generator) -> Ints:
    odds = (1.0 + np.arange(int(place.sellers))) ** -place.seller_exponent
    return rng.choice(len(odds), size=n, p=odds / odds.sum())


def _log_noise(
    units: Units, seller: Ints, fleet: Fleet, params: DemoParams, rng: np.random.Generator
) -> Floats:
    """Symmetric around 0, so that the median of prices stays the true median."""
    noise = params.noise
    scale = noise.scale * _spread(units, fleet, noise)
    levels = noise.seller_spread * rng.standard_normal(int(params.place.sellers))
    draws = rng.standard_t(noise.degrees_of_freedom, size=len(units))
    return np.asarray(scale * draws + levels[seller], dtype=np.float64)


def _spread(units: Units, fleet: Fleet, noise: Noise) -> Floats:
    """Relative width: wider for old, for faulty or locked, and for rarely sold devices."""
    years = age_years(device=units.device, day=units.day, fleet=fleet)
    sound = is_sound(units)
    model = fleet.device_model[units.device]
    sold = np.bincount(model)[model]
    rare = noise.rare_extra / (1.0 + (sold - 1) / noise.rare_sales)
    faulty = np.where(sound, 1.0, noise.faulty_factor)
    return np.asarray((1.0 + noise.per_year * years) * faulty * (1.0 + rare), dtype=np.float64)


def is_sound(units: Units) -> Bools:
    """Whether a unit works in every respect and has no lock."""
    works = units.powers_on & (units.display == DISPLAY_WORKS) & units.faultless
    return np.asarray(works & units.sim_unlocked & units.activation_off, dtype=np.bool_)
