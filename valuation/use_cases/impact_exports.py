"""The ledger of impact as files: entries with their hashes, sums, every factor with its source."""

import csv
import io
from collections.abc import Mapping, Sequence

from sqlalchemy import Engine

from valuation.domain.impact_ledger import Link, Span, read
from valuation.domain.impact_totals import Totals
from valuation.quotes.documents import Document
from valuation.tables.book import TableArchive
from valuation.tables.impact_factors import UG
from valuation.tables.table import Row
from valuation.use_cases.impact_views import Asked, By, Factor, View, links_of, view

MG_IN_G, G_IN_KG = 1_000, 1_000
ENDS = Span._fields
PLAIN = (
    "quote", "outcome", "cause", "merchant", "store", "region", "campus", "data", "category",
    "actor",
)  # fmt: skip
# What a row of a table says of a factor; materials have no unit, licence or figure of their own.
SAID = ("category", "figure", "unit", "low", "value", "high", "licence", "source")


def totals_document(totals: Totals) -> Document:
    """Sums in whole units: milligrams, micrograms, grams, basis points."""
    return {
        "count": totals.count,
        "devices": {outcome.value: count for outcome, count in totals.devices.items()},
        "reuse_basis_points": totals.reuse_rate,
        "kept_out_of_waste_mg": totals.weight_mg,
        "metals_recovered_ug": {name: span._asdict() for name, span in totals.metals_ug.items()},
        "co2e_avoided_g": totals.co2e_g._asdict(),
        "without_weight": totals.unweighed,
        "weight_from_table": totals.table_weights,
        "without_co2e_factor": totals.without_co2e,
        "taken_back": totals.reversed,
    }


def view_document(found: View, asked: Asked, by: By) -> Document:
    """A view as data: sums of each group, and of all, demo and real data apart."""
    return {
        "by": by.value,
        "from_day": asked.first and asked.first.isoformat(),
        "until_day": asked.last and asked.last.isoformat(),
        "groups": [
            {
                "group": name,
                "label": found.labels.get(name),
                "data": data.value,
                **totals_document(totals),
            }
            for data, groups in found.groups.items()
            for name, totals in groups.items()
        ],
        "totals": [
            {"data": data.value, **totals_document(totals)} for data, totals in found.whole.items()
        ],
    }


def export_document(engine: Engine, archive: TableArchive, asked: Asked) -> Document:
    """All there is to say of some entries; UnreadableEntry, BrokenTable.

    An entry's hash is SHA-256 of the hash before it, a line feed and ``body``, as UTF-8.
    """
    found = view(engine, asked, by=By.MONTH)
    links = (link for link in links_of(engine, asked) if link.seq <= found.head.seq)
    return {
        **view_document(found, asked, By.MONTH),
        "merchant": asked.merchant,
        "ledger_ends": found.head._asdict(),
        "entries": [link._asdict() for link in links],
        "factors": factors_of(frozenset[Factor]().union(*found.factors.values()), archive),
    }


def export_csv(links: Sequence[Link]) -> str:
    """A line an entry, what was taken back below 0; weights and metals in grams, CO2e in kg."""
    entries = [(link, read(link.body)) for link in links]
    metals = sorted({metal for _, each in entries for metal in each.metals_ug})
    file = io.StringIO()
    lines = csv.writer(file, lineterminator="\n")
    spans = [f"co2e_kg_{end}" for end in ENDS]
    spans += [f"{metal}_g_{end}" for metal in metals for end in ENDS]
    lines.writerow(["seq", "at", *PLAIN, "devices", "weight_g", *spans, "hash"])
    for link, each in entries:
        lines.writerow([
            link.seq, f"{each.at:%Y-%m-%dT%H:%M:%S.%fZ}", *(getattr(each, name) for name in PLAIN),
            each.sign, _scaled(each.weight_mg, each.sign, MG_IN_G),
            *_spread(each.co2e_g, each.sign, G_IN_KG),
            *(cell for metal in metals
              for cell in _spread(each.metals_ug.get(metal), each.sign, UG)),
            link.hash,
        ])  # fmt: skip
    return file.getvalue()


def factors_of(used: frozenset[Factor], archive: TableArchive) -> list[Document]:
    """Every row behind the figures with its source; BrokenTable where one was changed."""
    return [
        {"table": name, "digest": digest, **_said(row)}
        for name, digest, category in sorted(used)
        for row in archive.table(digest).rows
        if row.text("category").partition("/")[0] == category  # a kind of it: appliance/dryer
    ]


def _said(row: Row) -> Mapping[str, object]:
    cells = {"unit": "g recovered per device", "licence": "", **row.cells}
    return {name: cells.get(name) or cells.get("metal", "") for name in SAID} | {
        "licence": cells["licence"] or None
    }


def _spread(span: Span | None, sign: int, scale: int) -> list[str]:
    return [_scaled(each, sign, scale) for each in span or (None, None, None)]


def _scaled(amount: int | None, sign: int, scale: int) -> str:
    """A whole amount in another unit, exactly; empty where nobody knows."""
    if amount is None:
        return ""
    digits = len(str(scale)) - 1
    whole, rest = divmod(amount, scale)
    minus = "-" if sign < 0 and amount else ""
    return f"{minus}{whole}.{rest:0{digits}}".rstrip("0").rstrip(".")
