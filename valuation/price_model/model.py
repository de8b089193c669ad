"""The price model of a bundle: ``price_many`` is the one way to a price."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

import numpy as np
import orjson

from valuation.domain.device import Category, Device, DeviceFacts
from valuation.domain.distribution import Distribution
from valuation.domain.market import Market
from valuation.domain.questions import BEST, Known
from valuation.features import (
    Columns,
    FeatureRow,
    FeatureSpecification,
    Floats,
    columns_of,
    context_words,
)
from valuation.ladder import LADDER_COLUMNS, Factor, Ladder, Rung, Term
from valuation.price_model import calibration as conformal
from valuation.price_model.bundle import Bundle, DamagedBundle, ForeignBundle, read_bundle
from valuation.price_model.calibration import (
    ALL_SOLD,
    CELL_CONTEXT,
    Calibration,
    Support,
    base_of,
    cells_of,
    guaranteed_logs,
    support_of,
)
from valuation.price_model.library import Booster
from valuation.price_model.views import Direct, Views


@dataclass(eq=False)  # not frozen: whoever catches an exception sets its traceback
class UnknownContext(ValueError):
    """A context column or value that this bundle's sales never had."""

    name: str
    value: str
    accepted: tuple[str, ...]

    def __str__(self) -> str:
        return f"context {self.name}={self.value[:40]!r}; accepted: {', '.join(self.accepted)}"


@dataclass(frozen=True, slots=True)
class PriceModel:
    """A loaded bundle. Thread-safe; holds no clock and no state."""

    digest: str
    market: Market
    specification: FeatureSpecification
    ladder: Ladder
    levels: tuple[float, ...]
    boosters: tuple[Booster, ...]
    direct: Direct | None
    calibration: Calibration
    devices: Mapping[str, Device]
    evaluation: Mapping[str, object]
    provenance: Mapping[str, str]

    def price_many(
        self, rows: Sequence[FeatureRow], *, guarantee: float = 0.1
    ) -> list[Distribution]:
        """The calibrated price distribution of every row, in the market's major units, with the
        price below which a share ``guarantee`` of later sales lies."""
        if not rows:
            return []
        logs, bounds = self.log_prices(columns_of(rows), guarantee=guarantee)
        pairs = zip(logs.tolist(), bounds.tolist(), strict=True)
        return [Distribution(self.levels, tuple(row), bound) for row, bound in pairs]

    def log_quantiles(self, columns: Columns) -> Floats:
        """Calibrated log quantiles in major units, ascending, shape (n, levels)."""
        return self.log_prices(columns, guarantee=self.levels[0])[0]

    def log_prices(self, columns: Columns, *, guarantee: float) -> tuple[Floats, Floats]:
        """Calibrated log quantiles (n, levels) and guaranteed log prices (n,), in major units."""
        base = base_of(guarantee, self.levels)
        buyers = context_words(columns, CELL_CONTEXT, self.specification)
        known = (columns.launch_price_cny > 0).tolist()
        kinds = list(zip(columns.device_model, buyers, known, strict=True))
        # Rows of one quote differ in their answers alone, which offsets know nothing of.
        wanted = [*zip(self.levels, self.levels, strict=True), (base, guarantee)]
        offsets = {kind: self._offsets(*kind, wanted) for kind in dict.fromkeys(kinds)}
        shift = np.array([offsets[kind] for kind in kinds]).reshape(-1, len(wanted))
        views = Views(self.specification, self.ladder, self.boosters, self.direct)
        raw = views.log_quantiles(columns)
        logs = np.sort(raw + shift[:, :-1], axis=1)
        bounds = guaranteed_logs(
            raw=raw[:, self.levels.index(base)], logs=logs, offsets=shift[:, -1],
            levels=self.levels, guarantee=guarantee,
        )  # fmt: skip
        return logs, bounds

    @property
    def every_booster(self) -> tuple[Booster, ...]:
        """Those of both views; all read the same row."""
        return (*self.boosters, *(self.direct.boosters if self.direct else ()))

    def taught(self) -> Mapping[str, Known]:
        """The questions whose answers this bundle's sales taught, with the levels known."""
        lowest, highest = self.specification.lowest, self.specification.highest
        return {
            question: Known(lowest.get(question, 0), highest.get(question, BEST[question]))
            for question in self.specification.answers
        }

    def device(self, current: Device) -> Device:
        """The device with the facts frozen in the bundle, where it has them.

        So a catalogue edit moves no price under the same bundle.
        """
        return self.devices.get(current.variant, current)

    def check_context(self, context: Mapping[str, str]) -> None:
        """UnknownContext where a value was never seen in this bundle's sales."""
        for name, value in context.items():
            accepted = self.specification.context.get(name, ())
            if value not in accepted:
                raise UnknownContext(name, value, accepted)

    def _offsets(
        self,
        device_model: str,
        buyer: str | None,
        launch_known: bool,
        wanted: Sequence[tuple[float, float]],
    ) -> list[float]:
        """The offset of each pair of a fitted level and the share of sales to be left below."""
        sales = self.ladder.sales_of(str(device_model))
        cells = cells_of(support_of(sales, launch_known=launch_known), buyer)
        return [self.calibration.offset(cells=cells, level=level, at=at) for level, at in wanted]


def load_price_model(folder: Path) -> PriceModel:
    """The price model of a bundle folder, files checked before LightGBM sees a byte.

    DamagedBundle or ForeignBundle say why it cannot be served. This runs LightGBM in the calling
    process: a service tries a bundle in a throw-away process first (``price_model.trial``).
    """
    return assemble(read_bundle(folder))


def assemble(bundle: Bundle) -> PriceModel:
    """The price model of a bundle that was read and checked."""
    try:
        model = _assemble(bundle)
    except (KeyError, TypeError, AttributeError) as error:
        raise ForeignBundle(f"the bundle lacks or misspells {error}") from error
    silent = [s.value for s in Support if not model.calibration.speaks_for(cells_of(s, None))]
    if silent:
        raise ForeignBundle(f"its calibration has no scores for {', '.join(silent)} device models")
    expected = len(model.specification.names()) + len(LADDER_COLUMNS)
    for booster in model.every_booster:
        if booster.features != expected:
            raise ForeignBundle(
                f"the boosters want {booster.features} columns, this version makes {expected}"
            )
    return model


def _assemble(bundle: Bundle) -> PriceModel:
    facts = cast(dict[str, object], bundle.json("model.json"))
    names = cast(list[str], facts["feature_names"])
    specification = FeatureSpecification.from_json(
        cast(dict[str, dict[str, object]], bundle.json("features.json"))
    )
    if list(specification.names()) != names:
        raise ForeignBundle("its columns are not those that this version makes; train again")
    levels = tuple(float(str(level)) for level in cast(list[float], facts["levels"]))
    return PriceModel(
        digest=bundle.digest,
        market=Market.from_slug(str(facts["market"])),
        specification=specification,
        ladder=ladder_from_json(cast(dict[str, object], bundle.json("ladder.json"))),
        levels=levels,
        boosters=_boosters(bundle, "booster", levels),
        direct=_direct(bundle, levels),
        calibration=conformal.from_json(
            cast(dict[str, dict[str, list[float]]], bundle.json("calibration.json"))
        ),
        devices=FrozenDevices(cast(list[list[object]], bundle.json("catalogue.json"))),
        evaluation=cast(dict[str, object], bundle.json("evaluation.json")),
        provenance=bundle.provenance,
    )


def _boosters(bundle: Bundle, kind: str, levels: Sequence[float]) -> tuple[Booster, ...]:
    return tuple(Booster(bundle.files[f"{kind}-{level}.txt"].decode("ascii")) for level in levels)


def _direct(bundle: Bundle, levels: Sequence[float]) -> Direct | None:
    """The second view, where the bundle has one."""
    if "direct.json" not in bundle.files:
        return None
    facts = cast(dict[str, object], bundle.json("direct.json"))
    shares = _numbers(facts["shares"])
    if missing := {ALL_SOLD, Support.UNSOLD.value, Support.BARE.value} - shares.keys():
        raise ForeignBundle(f"direct.json has no share for {', '.join(sorted(missing))} devices")
    if not all(0 <= share <= 1 for share in shares.values()):
        raise ForeignBundle("direct.json: a share of the second view is not within 0 and 1")
    starts = tuple(float(start) for start in cast(list[float], facts["starts"]))
    return Direct(_boosters(bundle, "direct", levels), starts, shares)


def ladder_to_json(ladder: Ladder) -> dict[str, object]:
    """JSON-able form of a ladder; the inverse of ``ladder_from_json``."""
    return {
        "intercept": ladder.intercept,
        "terms": [
            [term.coefficient, term.sign, [[f.column, f.kind, f.at, f.until] for f in term.factors]]
            for term in ladder.terms
        ],
        "rungs": {k: [r.departure, r.sales, r.spread] for k, r in sorted(ladder.rungs.items())},
        "paces": dict(sorted(ladder.paces.items())),
        "tilts": ladder.tilts,
        "doublings": dict(sorted(ladder.doublings.items())),
        "root": [ladder.root.departure, ladder.root.sales, ladder.root.spread],
    }


def ladder_from_json(data: Mapping[str, object]) -> Ladder:
    """A ladder from JSON; KeyError, TypeError or ValueError where it is none."""
    terms = cast(list[tuple[float, int, list[tuple[str, str, float, float]]]], data["terms"])
    rungs = cast(dict[str, tuple[float, int, float]], data["rungs"])
    return Ladder(
        intercept=float(cast(float, data["intercept"])),
        terms=tuple(
            Term(
                tuple(Factor(c, k, float(at), float(until)) for c, k, at, until in factors),
                float(weight),
                int(sign),
            )
            for weight, sign, factors in terms
        ),
        rungs={slug: Rung(float(d), int(n), float(s)) for slug, (d, n, s) in rungs.items()},
        root=Rung(*cast(tuple[float, int, float], data["root"])),
        doublings=_numbers(data["doublings"]),
        paces=_numbers(data["paces"]),
        tilts=tuple(
            tuple(float(weight) for weight in tilt)
            for tilt in cast(Sequence[Sequence[float]], data["tilts"])
        ),
    )


def _numbers(data: object) -> dict[str, float]:
    return {name: float(number) for name, number in cast(Mapping[str, float], data).items()}


FACT_COLUMNS = (
    "category", "first_sale", "successor_first_sale", "weight_g", "battery_mah", "screen_in",
    "ram_gb", "storage_gb", "launch_price_cny",
)  # fmt: skip


def devices_to_csvish(devices: Sequence[Device]) -> list[list[object]]:
    """Rows of [variant, name, facts …] with dates as ISO text, for ``catalogue.json``."""
    rows: list[list[object]] = []
    for device in sorted(devices, key=lambda d: d.variant):
        facts = [getattr(device.facts, column) for column in FACT_COLUMNS]
        shown = [value.isoformat() if isinstance(value, date) else value for value in facts]
        rows.append([device.variant, device.name, *shown])
    return rows


class FrozenDevices(Mapping[str, Device]):
    """A bundle's devices by variant slug, each made from its row when it is first asked for.

    One quote needs one of the thousands that a bundle knows.
    """

    def __init__(self, rows: Sequence[Sequence[object]]) -> None:
        """DamagedBundle where a row has another shape."""
        due = len(FACT_COLUMNS) + 2
        for row in rows:
            if len(row) != due:
                raise DamagedBundle(f"catalogue.json: a row has {len(row)} cells, not {due}")
        self._rows = {str(row[0]): row for row in rows}
        self._made: dict[str, Device] = {}

    def __getitem__(self, variant: str) -> Device:
        device = self._made.get(variant)
        if device is None:
            _, name, *facts = self._rows[variant]
            known = dict(zip(FACT_COLUMNS, facts, strict=True))
            device = self._made[variant] = _device(variant, str(name), known)
        return device

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def _device(variant: str, name: str, facts: Mapping[str, object]) -> Device:
    brand, family, model, _ = variant.split("/")
    return Device(
        brand=brand,
        family=f"{brand}/{family}",
        device_model=f"{brand}/{family}/{model}",
        variant=variant,
        name=name,
        facts=_device_facts(facts),
    )


def _device_facts(facts: Mapping[str, object]) -> DeviceFacts:
    def day(key: str) -> date | None:
        return None if facts[key] is None else date.fromisoformat(str(facts[key]))

    def number(key: str) -> float | None:
        return cast(float | None, facts[key])

    return DeviceFacts(
        category=None if facts["category"] is None else Category(str(facts["category"])),
        first_sale=day("first_sale"),
        successor_first_sale=day("successor_first_sale"),
        weight_g=number("weight_g"),
        battery_mah=number("battery_mah"),
        screen_in=number("screen_in"),
        ram_gb=number("ram_gb"),
        storage_gb=number("storage_gb"),
        launch_price_cny=cast(int | None, facts["launch_price_cny"]),
    )


def golden_rows(data: bytes, devices: Mapping[str, Device]) -> list[tuple[FeatureRow, list[float]]]:
    """The golden rows of a bundle with the log quantiles that they must give."""
    rows = []
    for entry in orjson.loads(data):
        row = FeatureRow(
            device=devices[entry["variant"]],
            as_of=date.fromisoformat(entry["as_of"]),
            levels=entry["levels"],
            context=entry["context"],
        )
        rows.append((row, entry["logs"]))
    return rows
