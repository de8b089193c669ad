"""The one-page report of impact: what is said and drawn on it, on the page and in the PDF."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from valuation.receipts.sheet import DEMO, Words

Shown = Mapping[str, Any]
MG_IN_KG, UG_IN_G, G_IN_KG, PERCENT = 1_000_000, 1_000_000, 1_000, 100
TITLE = Words("Impact of trade-in", "以旧换新环境影响报告")
UNVERIFIED = "unverified"  # in the source of a row that nobody has held against one
OUTCOMES = {
    "reused": Words("Reused as they are", "直接再用"),
    "refurbished": Words("Refurbished", "翻新"),
    "harvested": Words("Harvested for parts", "拆取零件"),
    "dismantled": Words("Dismantled", "拆解"),
}
METHOD = (
    Words(
        "Bars and marks: typical; lines: low to high. Without a device there is no reuse rate.",
        "柱与刻度为典型值，线段为低值至高值；无设备时无再用率。",
    ),
    Words(
        "Counted once, when a device has gone its way (resold, given, taken apart), by that way; "
        "taken back by a counter-entry where it comes back. An offer or an intake counts nothing.",
        "每台设备在完成去向（转售、捐赠、拆解）时按该去向计一次；退回时以冲销分录扣回。报价或收货不计。",
    ),
    Words(
        "Weight: the device's own, or where nobody knows it the table's typical figure. Metals: of "
        "dismantled devices alone, by the table of materials, low to high.",
        "重量：设备自身重量，未知时取表列典型值。金属：仅计拆解设备，按材料表给出低值至高值。",
    ),
    Words(
        "CO2e avoided = factor × displacement × years credited, low to high; only of devices that "
        "are used again.",
        "避免的碳排放 = 因子 × 替代率 × 计入年数，给出低值至高值；仅计再次使用的设备。",
    ),
)


class Figure(NamedTuple):
    """A figure with both ends of what it may be."""

    low: float
    typical: float
    high: float


class Plot(NamedTuple):
    """Figures by label, None where there is none; ``lying``: on a logarithmic axis, label by
    label."""

    heading: Words
    unit: str
    points: tuple[tuple[str, Figure | None], ...]
    lying: bool = False


class Factors(NamedTuple):
    """Factors behind the figures that come from the same source: each with its span."""

    spans: str
    unit: str
    licence: str
    source: str


@dataclass(frozen=True, slots=True)
class ImpactSheet:
    """Everything on the report, in the order of reading."""

    whose: str
    period: str
    marks: tuple[Words, ...]
    facts: tuple[tuple[Words, str], ...]
    plots: tuple[Plot, ...]
    notes: tuple[Words, ...]
    factors: tuple[Factors, ...]
    foot: str
    made_at: datetime


def impact_sheet(
    *,
    whose: str,
    period: str,
    total: Shown,
    periods: Sequence[Shown],
    factors: Sequence[Shown],
    ends: tuple[int, str],
    made_at: datetime,
) -> ImpactSheet:
    """The sheet of sums in whole units: ``total`` of all, ``periods`` of days or months in order.

    ``ends``: how many entries the ledger has, and the hash of the last.
    """
    return ImpactSheet(
        whose=whose,
        period=period,
        marks=(DEMO,) if total["data"] == "demo" else (),
        facts=_facts(total),
        plots=_plots(total, periods),
        notes=(*METHOD, *_unknown(total), *_unverified(factors)),
        factors=tuple(_by_source(factors)),
        foot=f"Ledger: {ends[0]} entries, ends in {ends[1]} · made {made_at:%Y-%m-%d %H:%M} UTC",
        made_at=made_at,
    )


def _facts(total: Shown) -> tuple[tuple[Words, str], ...]:
    rate = total["reuse_basis_points"]
    return (
        (Words("Devices", "设备数"), f"{total['count']:,}"),
        *((words, f"{total['devices'][name]:,}") for name, words in OUTCOMES.items()),
        (Words("Reuse rate", "再用率"), "–" if rate is None else f"{rate / PERCENT:.1f}%"),
        (Words("Kept out of waste", "减少电子废弃物"), f"{_kg(total):,.3f} kg"),
        (Words("CO2e avoided", "避免碳排放"), _spread(_co2e(total), "kg")),
        (Words("Metals recovered", "回收金属"), _metals(total)),
    )


def _plots(total: Shown, periods: Sequence[Shown]) -> tuple[Plot, ...]:
    def over(figure: Callable[[Shown], Figure | None]) -> tuple[tuple[str, Figure | None], ...]:
        return tuple((each["group"], figure(each)) for each in periods)

    metals = tuple((name, _metal(span)) for name, span in total["metals_recovered_ug"].items())
    return (
        Plot(Words("E-waste avoided", "减少电子废弃物"), "kg", over(lambda p: _one(_kg(p)))),
        Plot(Words("CO2e avoided", "避免碳排放"), "kg CO2e", over(_co2e)),
        Plot(Words("Metals recovered", "回收金属"), "g", metals, lying=True),
        Plot(Words("Reuse rate", "再用率"), "%", over(_rate)),
    )


def _unknown(total: Shown) -> tuple[Words, ...]:
    left, by_table = total["without_weight"], total["weight_from_table"]
    factorless, back = total["without_co2e_factor"], total["taken_back"]
    told = (
        (left, Words("Devices of no known weight, which add none", "重量未知、未计入重量的设备")),
        (by_table, Words("Devices that count with the table's weight", "按表列重量计的设备")),
        (factorless, Words("Reused devices without a CO2e factor", "无碳排放因子的再用设备")),
        (back, Words("Devices taken back by counter-entries", "已冲销的设备")),
    )
    return tuple(
        Words(f"{words.en}: {count}.", f"{words.zh}：{count}。") for count, words in told if count
    )


def _unverified(factors: Sequence[Shown]) -> tuple[Words, ...]:
    """What to think of figures that rest on factors without a source."""
    count = sum(UNVERIFIED in row["source"] for row in factors)
    told = Words(
        f"Factors marked {UNVERIFIED}, whole or in part: {count} of {len(factors)}. Nobody has "
        "held them against a source yet.",
        f"标为 {UNVERIFIED} 的因子：{len(factors)} 项中的 {count} 项，全部或部分未与来源核对。",
    )
    return (told,) if count else ()


def _by_source(factors: Sequence[Shown]) -> Iterator[Factors]:
    """Every factor once; those of one unit, licence and source together, by category."""
    groups: defaultdict[tuple[str, str, str], dict[str, dict[str, None]]] = defaultdict(dict)
    for row in factors:
        same = row["low"] == row["high"]
        span = row["value"] if same else f"{row['value']} ({row['low']}–{row['high']})"
        of_source = groups[row["unit"], row["licence"] or "–", row["source"]]
        told = of_source.setdefault(row["category"], {})
        told[f"{row['figure'].replace('_', ' ')} {span}"] = None
    for behind, categories in groups.items():
        spans = (f"{name}: {', '.join(told)}" for name, told in categories.items())
        yield Factors("; ".join(spans), *behind)


def _kg(sums: Shown) -> float:
    return float(sums["kept_out_of_waste_mg"]) / MG_IN_KG


def _co2e(sums: Shown) -> Figure:
    span = sums["co2e_avoided_g"]
    return Figure(*(span[end] / G_IN_KG for end in Figure._fields))


def _metal(span: Shown) -> Figure:
    return Figure(*(span[end] / UG_IN_G for end in Figure._fields))


def _metals(sums: Shown) -> str:
    figures = ((name, _metal(span)) for name, span in sums["metals_recovered_ug"].items())
    told = (
        f"{metal} {rounded(g.typical, 4)} g ({rounded(g.low, 4)}–{rounded(g.high, 4)})"
        for metal, g in figures
    )
    return ", ".join(told) or "–"


def rounded(value: float, digits: int) -> str:
    """So many digits that count, and never a power of ten above a thousand."""
    return f"{float(f'{value:.{digits}g}'):,.10g}"


def _rate(sums: Shown) -> Figure | None:
    rate = sums["reuse_basis_points"]
    return None if rate is None else _one(rate / PERCENT)


def _one(value: float) -> Figure:
    return Figure(value, value, value)


def _spread(figure: Figure, unit: str) -> str:
    return f"{figure.typical:,.1f} {unit} ({figure.low:,.1f}–{figure.high:,.1f})"
