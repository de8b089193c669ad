"""An evaluation as plain text: aligned columns for a terminal, rows for a card."""

from collections.abc import Sequence

from training.coverage_rule import fails
from training.evaluate import ALL, Evaluation, Segment, coverage_of, largest

HEAD = (
    "segment", "sales", "MdAPE", "look-up", "logMAE", "look-up", "pinball", "coverage", "95%",
    "width", "ratio",
)  # fmt: skip
SHOWN = 12  # segments a dimension; regions and brands can be many
BLANK = ""
FAILS = "!"  # behind a coverage that is not what was promised


def to_text(evaluation: Evaluation) -> str:
    """The table of an evaluation; ``pinball`` is the mean at 10/50/90 of log price."""
    lines: list[Sequence[str]] = [HEAD, cells(evaluation.overall, name="all sales")]
    for dimension, segments in evaluation.dimensions().items():
        shown = largest(segments=segments, count=SHOWN)
        lines += [(dimension,), *(cells(segment) for segment in shown)]
        rest = sum(segment.rows for segment in segments) - sum(segment.rows for segment in shown)
        if rest:
            lines.append((f"  {len(segments) - len(shown)} smaller", f"{rest:,}"))
    footer = (
        f"blank: fewer than {evaluation.minimum} sales (95%: or too few groups); "
        f"{FAILS} the coverage fails the rule of the gate"
    )
    return f"{aligned(lines)}\n{footer}\n"


def cells(segment: Segment, *, name: str | None = None) -> list[str]:
    """One row under HEAD; blanks where there are too few sales."""
    row = [name or f"  {segment.value}", f"{segment.rows:,}"]
    ours, interval, baseline = segment.ours, segment.interval, segment.baseline
    if ours is None or interval is None or baseline is None:
        return [*row, *[BLANK] * (len(HEAD) - 2)]
    bounds = segment.coverage_bounds
    return [
        *row,
        f"{ours.mdape:.1%}",
        f"{baseline.mdape:.1%}",
        f"{ours.log_mae:.3f}",
        f"{baseline.log_mae:.3f}",
        f"{interval.log_pinball:.4f}",
        f"{interval.coverage:.1%}{_mark(segment)}",
        BLANK if bounds is None else f"{100 * bounds.low:.0f}–{100 * bounds.high:.0f}",
        f"{interval.median_width:.2f}",
        f"{ours.median_ratio:.3f}",
    ]


def _mark(segment: Segment) -> str:
    covered = coverage_of(segment)
    return FAILS if segment.dimension != ALL and covered and fails(covered) else ""


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Columns padded to their widest cell, the first to the left and the others to the right."""
    full = [[*row, *[BLANK] * (len(HEAD) - len(row))] for row in rows]
    widths = [max(len(row[column]) for row in full) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in full
    )
