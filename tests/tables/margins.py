"""Tables of margins for tests."""

from pathlib import Path

from tests.tables.making import make_table

OTTER, HERON = "mr_otter", "mr_heron"
# Figures that nothing else has, so that one which slips out is seen.
TIERED = (
    "margin,,1237,basis points,x",
    "margin_tier,150011/CNY,487,basis points,x",
    "margin_floor,CNY,4013,minor units,x",
    "margin_ceiling,CNY,15017,minor units,x",
)
FIXED = ("margin,,0,basis points,x", "margin_fixed,CNY,9907,minor units,x")


def own_margin_table(
    folder: Path, merchant: str, *rows: str, valid_from: str = "2026-11-01", until: str = ""
) -> Path:
    """A merchant's own margin."""
    folder.mkdir(exist_ok=True)
    path = make_table(
        folder, "setting,scope,value,unit,source", *rows,
        table=f"margin/{merchant}", valid_from=valid_from, name=f"{merchant}-{valid_from}",
    )  # fmt: skip
    if until:
        text = path.read_text("utf-8").replace("# unit:", f"# valid-until: {until}\n# unit:")
        path.write_text(text, "utf-8")
    return path
