"""Ways to change a bundle: ten that leave it sound, and ten that spoil it."""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import orjson

from tests.factories import MARKET, VARIANTS, bundle_files
from valuation.catalogue import load_catalogue
from valuation.price_model.model import devices_to_csvish

Files = dict[str, bytes]
LEVEL_OF_ALL = 7.5  # ln of about CNY 1,800
WITHOUT_LAUNCH_PRICE = 20  # device models added that way


def calibrated(files: Files, change: Callable[[float, float], float]) -> Files:
    """The conformity scores of each quantile level, changed."""
    scores = orjson.loads(files["calibration.json"])
    changed = {
        support: {level: [change(float(level), s) for s in old] for level, old in by_level.items()}
        for support, by_level in scores.items()
    }
    return files | {"calibration.json": orjson.dumps(changed)}


def without_golden(files: Files) -> Files:
    return files | {"golden.json": b"[]"}


def laddered(files: Files, change: Callable[[dict[str, Any]], None]) -> Files:
    """The ladder as data, changed in place."""
    ladder = orjson.loads(files["ladder.json"])
    change(ladder)
    return without_golden(files | {"ladder.json": orjson.dumps(ladder)})


def with_devices(files: Files, variants: Sequence[str]) -> Files:
    catalogue = load_catalogue()
    devices = [catalogue.device(variant) for variant in variants]
    listed = orjson.dumps(devices_to_csvish(devices))
    return without_golden(files | {"catalogue.json": listed})


def a_copy(files: Files) -> Files:
    """The champion's prices in a bundle with a digest of its own."""
    return without_golden(files)


def a_little_dearer(files: Files) -> Files:
    return without_golden(calibrated(files, lambda _, score: score + 0.001))


def a_little_cheaper(files: Files) -> Files:
    return without_golden(calibrated(files, lambda _, score: score - 0.001))


def a_little_wider(files: Files) -> Files:
    return without_golden(calibrated(files, lambda level, score: score + 0.01 * (level - 0.5)))


def a_little_surer(files: Files) -> Files:
    return without_golden(calibrated(files, lambda level, score: score - 0.01 * (level - 0.5)))


def of_other_sales(_: Files) -> Files:
    """Boosters of another draw of sales."""
    return without_golden(bundle_files(MARKET, 8))


def of_a_larger_catalogue(files: Files) -> Files:
    return with_devices(files, [*VARIANTS, "apple/iphone/iphone-12/128gb"])


def of_a_smaller_catalogue(files: Files) -> Files:
    return with_devices(files, VARIANTS[1:])


def with_fewer_scores(files: Files) -> Files:
    """Every other conformity score: the same offsets within noise."""
    return without_golden(kept(files, 2))


def a_step_for_a_grade_a_little_larger(files: Files) -> Files:
    def change(ladder: dict[str, Any]) -> None:
        _term(ladder, "answer_cosmetic_grade")[0] += 0.001

    return laddered(files, change)


def too_dear(files: Files) -> Files:
    return without_golden(calibrated(files, lambda _, score: score + 0.1))


def too_sure(files: Files) -> Files:
    return without_golden(calibrated(files, lambda level, score: score - 0.2 * (level - 0.5)))


def too_careful(files: Files) -> Files:
    return without_golden(calibrated(files, lambda level, score: score + 0.4 * (level - 0.5)))


def paid_for_faults(files: Files) -> Files:
    """A ladder in which a display that works lowers the price."""

    def change(ladder: dict[str, Any]) -> None:
        term = _term(ladder, "answer_display_works")
        term[0] = -term[0]

    return laddered(files, change)


def paid_for_age(files: Files) -> Files:
    def change(ladder: dict[str, Any]) -> None:
        term = _term(ladder, "age_days")
        term[0] = -term[0]

    return laddered(files, change)


def taught_shuffled_prices(files: Files) -> Files:
    """What a fit of shuffled sales knows: one level for all."""

    def change(ladder: dict[str, Any]) -> None:
        ladder["intercept"] = LEVEL_OF_ALL
        for term in ladder["terms"]:
            term[0] = 0.0

    return laddered(files, change)


def one_brand_slipped(files: Files) -> Files:
    """Apple priced a sixth too high; the others as they were."""

    def change(ladder: dict[str, Any]) -> None:
        for slug, rung in ladder["rungs"].items():
            rung[0] += 0.15 if slug.startswith("apple/") else 0.0

    return laddered(files, change)


def no_launch_price_no_price(files: Files) -> Files:
    """Whatever lacks a launch price falls to nothing; none of those is among the sales."""
    catalogue = load_catalogue()
    lacking = (v for v in catalogue.variants if not catalogue.device(v).facts.launch_price_cny)
    unknown = islice(lacking, WITHOUT_LAUNCH_PRICE)
    features = orjson.loads(files["features.json"])
    features["typical"]["log_launch_price"] = 0.0
    listed = with_devices(files, [*VARIANTS, *unknown])
    return listed | {"features.json": orjson.dumps(features)}


def not_its_golden_intervals(files: Files) -> Files:
    return calibrated(files, lambda _, score: score + 0.001)


def the_champion(files: Files) -> Files:
    return files


def kept(files: Files, every: int) -> Files:
    scores = orjson.loads(files["calibration.json"])
    thinned = {
        cell: {level: old[::every] for level, old in by_level.items()}
        for cell, by_level in scores.items()
    }
    return files | {"calibration.json": orjson.dumps(thinned)}


def _term(ladder: dict[str, Any], column: str) -> list[Any]:
    found: list[Any] = next(term for term in ladder["terms"] if term[2][0][0] == column)
    return found
