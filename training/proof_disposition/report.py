"""What was found, for a terminal, as Markdown and as JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from rich import box
from rich.table import Table

from training.proof_disposition.figures import Estimate, Flagged, Truth
from training.proof_disposition.proof import RULE, TARGET, US, Part, Proof, Way
from valuation.domain.disposition import FLAGS, Route
from valuation.domain.money import exponent

COMMAND = "make proof-disposition"
TRADE = 0.0098  # ATRenew, 2020: 225,000 of more than 23 million devices were dismantled
TRUTHS = {Truth.SOLD: "sale price", Truth.MEDIAN: "true median"}

NOTE = """\
## How it is measured

- **Devices**: the used ones among the latest tenth of the sales, which neither fit nor calibration
  saw, as they come. *inspected*: a battery health that nobody wrote down is read, as at the
  inspection that a device's route follows; *as recorded*: it is left out and counts as its worst.
  What the sales do not state (block list, company's management, battery's safety, erasure) counts
  as good. The target is judged on *inspected*, under both truths.
- **The service** is the path of a quote, on the day of the sale, under today's tables. *its
  median*: the best route at the predicted median in place of the distribution's mean.
- **The oracle** has the same routes, costs, gates and arithmetic at the true price. *sale price*:
  what the unit was sold for; in a condition in which it was not sold (repaired; the whole device
  that parts are a share of) the true median of that condition times what its sale was above or
  below its own. *true median*: the simulator's median given every answer. Which repair is done is
  left to the true price, whoever chose to repair. Costs, repairs, parts and metals are the tables'
  on both sides: the price is judged, not the tables.
- **dismantle under X**: parts or metal, whichever is better, where the predicted median is below X,
  else resale as it is or repaired; X loses least on devices of the fitted window.
- Intervals are of 95%: devices drawn again 1,000 times, of recall and precision Wilson's. A gate
  decides a device where it leaves one flag. A table's *low* and *high* are its own. Displacement
  and CO2e turn nothing: no route reads them."""

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Figures:
    """A titled table of text; the first columns are words."""

    title: str
    head: Sequence[str]
    rows: Rows
    words: int = 1

    def rich(self) -> Table:
        """For a terminal."""
        table = Table(title=self.title, title_justify="left", box=box.SIMPLE_HEAD)
        for place, name in enumerate(self.head):
            table.add_column(name, justify="left" if place < self.words else "right")
        for row in self.rows:
            table.add_row(*row)
        return table

    def markdown(self) -> str:
        """As a Markdown table under its heading."""
        marks = ["---" if place < self.words else "---:" for place in range(len(self.head))]
        lines = ["| " + " | ".join(row) + " |" for row in (self.head, marks, *self.rows)]
        return f"## {self.title}\n\n" + "\n".join(lines)


def shown(proof: Proof) -> Iterator[str | Table]:
    """For a terminal."""
    yield _made(proof)
    yield from (each.rich() for each in _tables(proof))
    yield verdict(proof)


def to_markdown(proof: Proof) -> str:
    """The whole document."""
    parts = [
        "# Where devices go, against an oracle",
        _made(proof),
        verdict(proof),
        *(each.markdown() for each in _tables(proof)),
        NOTE,
    ]
    return "\n\n".join(parts) + "\n"


def to_json(proof: Proof) -> dict[str, object]:
    """Every figure; amounts in minor units."""
    return {
        "command": COMMAND,
        "target": TARGET,
        "holds": proof.holds,
        **{
            name: getattr(proof, name)
            for name in ("bundle", "market", "currency", "digest", "tuning", "turned_on")
        },
        "fitted_until": proof.fitted_until.isoformat(),
        "devices_sold": [proof.first.isoformat(), proof.last.isoformat()],
        "thresholds": {truth.value: amount for truth, amount in proof.thresholds.items()},
        "parts": [_part_json(part) for part in (proof.inspected, proof.recorded)],
        "sensitivity": [asdict(each) for each in proof.turned],
    }


def verdict(proof: Proof) -> str:
    """Whether the target is reached."""
    sold, median = (proof.inspected.way(US, truth).regret for truth in Truth)
    holds = "reached" if proof.holds else "MISSED"
    return (
        f"Target, less than {TARGET:.0%} of the oracle's value lost: {holds}. Against "
        f"{TRUTHS[Truth.SOLD]} {_share(sold)}, against {TRUTHS[Truth.MEDIAN]} {_share(median)}."
    )


def _made(proof: Proof) -> str:
    ours = proof.inspected.way(US, Truth.SOLD)
    return (
        f"Made by `{COMMAND}`. DEMO DATA: sales made by our simulator, {proof.market}, sold "
        f"{proof.first} to {proof.last}; bundle {proof.bundle[:12]} was fitted and calibrated on "
        f"sales until {proof.fitted_until}. {proof.inspected.devices:,} used devices have a route, "
        f"{proof.inspected.referred.total():,} are referred to a person; set {proof.digest[:12]}. "
        f"Flagged dismantle: {ours.all.share:.2%} of them, by their gates alone "
        f"{(ours.all.flagged - ours.ungated.flagged) / ours.all.devices:.2%}; in this trade "
        f"{TRADE:.2%} (ATRenew, 2020). "
        f"The rule was tuned on {proof.tuning:,} devices."
    )


def _tables(proof: Proof) -> Iterator[Figures]:
    yield _lost(proof)
    yield _routed(proof)
    yield _wrong(proof)
    yield _flags(proof)
    yield _turned(proof)


def _lost(proof: Proof) -> Figures:
    rows = [
        [
            part.answers, TRUTHS[way.truth], _named(proof, way), _share(way.regret),
            "" if way.name == US else _share(way.more), _money(proof, way.lost),
        ]
        for part in (proof.inspected, proof.recorded)
        for way in part.ways
    ]  # fmt: skip
    head = ["answers", "the oracle knows", "route by", "lost (95%)", "more than the service (95%)",
            f"{proof.currency} a device"]  # fmt: skip
    return Figures("What is lost of the oracle's value", head, rows, words=3)


def _routed(proof: Proof) -> Figures:
    part = proof.inspected
    sides = [part.routes, *(part.best[truth] for truth in Truth)]
    known = [route for route in Route if any(side[route.value] for side in sides)]
    rows = [
        [route.value, FLAGS[route].value, *(_count(side[route.value], part) for side in sides)]
        for route in known
    ]
    head = ["route", "flag", "service", *(f"oracle: {TRUTHS[truth]}" for truth in Truth)]
    return Figures("Where they go (answers inspected)", head, rows, words=2)


def _wrong(proof: Proof) -> Figures:
    rows = [
        [each.chosen.value, each.best.value, f"{each.devices:,}", f"{each.share:.1%}"]
        for each in proof.inspected.wrong
    ]
    head = ["service", "oracle: sale price", "devices", "of what is lost"]
    return Figures("Where it is lost (answers inspected)", head, rows, words=2)


def _flags(proof: Proof) -> Figures:
    rows = [
        [
            TRUTHS[way.truth], _named(proof, way), which, f"{found.devices:,}",
            _of(found.recall, found.both, found.both + found.oracle),
            _of(found.precision, found.both, found.flagged),
        ]
        for way in proof.inspected.ways
        for which, found in (("no gate decides", way.ungated), ("all", way.all))
    ]  # fmt: skip
    head = ["the oracle knows", "route by", "devices", "count", "recall (95%)", "precision (95%)"]
    return Figures("The flag dismantle against the oracle's", head, rows, words=3)


def _turned(proof: Proof) -> Figures:
    rows = [
        [
            each.input, each.change, f"{each.devices:,}", f"{each.share:.2%}",
            f"{each.flags / each.devices:.2%}",
        ]
        for each in proof.turned
    ]  # fmt: skip
    head = ["input", "change", "devices", "route turns", "flag turns"]
    return Figures(f"Which inputs turn the decision ({proof.turned_on:,} devices)", head, rows, 2)


def _named(proof: Proof, way: Way) -> str:
    if way.name != RULE:
        return way.name
    return f"{RULE} {proof.currency} {_money(proof, proof.thresholds[way.truth])}"


def _money(proof: Proof, minor: float) -> str:
    digits = exponent(proof.currency)
    return f"{minor / 10**digits:,.2f}"


def _share(each: Estimate) -> str:
    return f"{each.share:.3%} ({each.low:.3%} to {each.high:.3%})"


def _of(each: Estimate | None, hits: int, of: int) -> str:
    if each is None:
        return "none"
    return f"{each.share:.0%} = {hits} of {of} ({each.low:.0%} to {each.high:.0%})"


def _count(count: int, part: Part) -> str:
    return f"{count:,} ({count / part.devices:.2%})"


def _part_json(part: Part) -> dict[str, object]:
    return {
        "answers": part.answers,
        "devices": part.devices,
        "referred": dict(sorted(part.referred.items())),
        "decided_by_gates": part.gated,
        "routes": dict(sorted(part.routes.items())),
        "oracle": {truth.value: dict(sorted(it.items())) for truth, it in part.best.items()},
        "wrong": [asdict(wrong) for wrong in part.wrong],
        "ways": [
            {
                **asdict(way),
                "truth": way.truth.value,
                "all": _flagged_json(way.all),
                "ungated": _flagged_json(way.ungated),
            }
            for way in part.ways
        ],
    }


def _flagged_json(found: Flagged) -> dict[str, object]:
    shares = {"recall": found.recall, "precision": found.precision}
    return {
        **asdict(found),
        **{name: None if it is None else asdict(it) for name, it in shares.items()},
    }
