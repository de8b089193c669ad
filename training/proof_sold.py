"""How often a worse answer lowers the offer on devices as people sell them.

``python -m training.proof_sold`` takes the sales that a champion has not seen, asks for each used
device's quote with the answers that its own sale recorded, and then with one of them a step worse
(battery health: by one point, by five). Of those whose flag is resale it prints, per question, on
how many the offer falls, on how many it rises, and why it stays where it stays.
"""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

import click
import numpy as np
from joblib import Parallel, delayed

from training.cli import common
from training.comparison import unseen_rows
from training.dataset import Dataset
from training.loading import load_dataset
from training.proof_monotone import WANTED, Priced, desk_over, priced, quote_of
from valuation.domain.answers import (
    CompletedAnswers,
    complete,
    effective,
    missing_at_best,
    with_answers,
)
from valuation.domain.device import Category
from valuation.domain.questions import BY_ID, FAULTY, Question, questions_for
from valuation.domain.quote import Disposition
from valuation.price_model.model import load_price_model

DEVICES = 3000
FALLS = (1, 5)  # points of battery health
USED = "used"


class Flat(StrEnum):
    """Why an offer stays where it is."""

    CAPPED = "capped"  # another answer settles it already: the grade of a cracked device
    REPAIRED = "repaired"  # the same repair is paid either way
    ROUNDED = "rounded"  # what it loses is less than the policy's step
    CONDITION = "condition"  # before settlement: not yet erased
    NOTHING = "offer 0"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Sold:
    """A device as it was sold: its variant and the levels that its sale recorded."""

    variant: str
    category: Category
    given: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """One quote: what it pays, the levels that count, how many conditions it has, whether it is
    paid as repaired."""

    money: Priced
    levels: Mapping[str, int]
    conditions: int
    repaired: bool


@dataclass
class Table:
    """Per step: devices that go to resale, offers that fell and rose, and why others stayed."""

    devices: Counter[str] = field(default_factory=Counter)
    lowered: Counter[str] = field(default_factory=Counter)
    raised: Counter[str] = field(default_factory=Counter)
    flat: Counter[tuple[str, Flat]] = field(default_factory=Counter)

    def add(self, other: "Table") -> None:
        """Take in what another process found."""
        self.devices += other.devices
        self.lowered += other.lowered
        self.raised += other.raised
        self.flat += other.flat

    def share(self, step: str) -> float:
        """The share of resale devices whose offer the step lowers."""
        return self.lowered[step] / self.devices[step]

    def holds(self, step: str) -> bool:
        """Whether enough offers fall; a condition before settlement is free by design."""
        return self.lowered[step] + self.flat[step, Flat.CONDITION] >= WANTED * self.devices[step]

    def lines(self) -> Iterator[str]:
        """The table for a terminal, the flattest steps first."""
        reasons = "".join(f"{each.value:>10}" for each in Flat)
        yield f"{'a worse answer on a device as it was sold':42}devices  lowers  raises{reasons}"
        for step in sorted(self.devices, key=self.share):
            mark = " " if self.holds(step) else "*"
            count = self.devices[step]
            why = "".join(f"{self.flat[step, each] / count:10.1%}" for each in Flat)
            yield f"{mark}{step:40} {count:8,}  {self.share(step):6.1%}{self.raised[step]:8,}{why}"
        whole = self.devices.total() or 1
        yield f"all: {self.lowered.total() / whole:.1%} of {whole:,} (* below {WANTED:.0%})"


def proof_sold(
    bundle_folder: Path, sold: Sequence[Sold], *, as_of: date, jobs: int = 1,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Table:  # fmt: skip
    """Every recorded answer of every device made a step worse."""
    chunks = [sold[start :: 4 * jobs] for start in range(min(4 * jobs, len(sold)))]
    work = Parallel(n_jobs=jobs, return_as="generator_unordered")(
        delayed(_measured)(bundle_folder, chunk, as_of) for chunk in chunks
    )
    table = Table()
    for done, found in enumerate(work, start=1):
        table.add(found)
        progress(done, len(chunks))
    return table


def sold_devices(dataset: Dataset, most: int, rng: np.random.Generator) -> list[Sold]:
    """Used devices of a data set that the catalogue knows, sampled where there are more."""
    columns = dataset.columns
    used = (columns.unit_state == USED) & dataset.in_catalogue
    rows = np.flatnonzero(used)
    if len(rows) > most:
        rows = np.sort(rng.choice(rows, most, replace=False))
    return [
        Sold(
            variant=str(columns.variant[row]),
            category=Category(columns.category[row]),
            given={
                question: int(levels[row])
                for question, levels in columns.answers.items()
                if not np.isnan(levels[row])
            },
        )
        for row in rows
    ]


def steps_of(device: CompletedAnswers) -> Iterator[tuple[str, CompletedAnswers]]:
    """Each answer of a device one step worse; a function that breaks breaks alone."""
    for question in questions_for(device.category):
        level = device.given.get(question.id)
        if question.asked_when == FAULTY and level is None:
            if device.levels["functions_work"] == BY_ID["functions_work"].best:
                yield _named(question, question.best, 1), _broken(device, question)
        elif level is not None and question.id != "functions_work":
            for fall in FALLS if question.percent else (1,):
                if level >= fall:
                    worse = with_answers(device, {question.id: level - fall})
                    yield _named(question, level, fall), worse


def _broken(device: CompletedAnswers, broken: Question) -> CompletedAnswers:
    """A device whose functions work, but for one."""
    faults = [each for each in questions_for(device.category) if each.asked_when == FAULTY]
    levels = {each.id: each.best for each in faults}
    return with_answers(device, {"functions_work": 0, **levels, broken.id: 0})


def _named(question: Question, level: int, fall: int) -> str:
    if question.percent:
        return f"{question.id} {fall} lower"
    return f"{question.id} {question.value(level)} → {question.value(level - fall)}"


def _measured(folder: Path, sold: Sequence[Sold], as_of: date) -> Table:
    """The table of some devices, in a process of its own."""
    desk, table = desk_over(folder), Table()

    def ask(variant: str, answers: CompletedAnswers) -> Asked | None:
        quote = quote_of(desk, variant, answers, as_of)
        money = priced(quote)
        if money is None or quote.disposition is None:
            return None
        conditions = len(quote.disposition.conditions)
        return Asked(money, effective(answers.levels), conditions, _repaired(quote.disposition))

    for each in sold:
        if each.variant not in desk.lookup.catalogue.variants:
            continue
        silent = complete(given={}, category=each.category)
        device = missing_at_best(with_answers(silent, each.given))
        better = ask(each.variant, device)
        if better is None or not better.money.resale:
            continue
        for step, answers in steps_of(device):
            _judge(table, step, better, ask(each.variant, answers))
    return table


def _repaired(disposition: Disposition) -> bool:
    """Whether the route that the offer comes from pays a repair."""
    paying = max(disposition.routes, key=lambda route: route.offer)
    return any(name == "repairs" for name, _ in paying.parts)


def _judge(table: Table, step: str, better: Asked, worse: Asked | None) -> None:
    """A referral or no offer is less than an offer."""
    table.devices[step] += 1
    if worse is None or worse.money.amount < better.money.amount:
        table.lowered[step] += 1
    elif worse.money.amount > better.money.amount:
        table.raised[step] += 1
    else:
        table.flat[step, _why(better, worse)] += 1


def _why(better: Asked, worse: Asked) -> Flat:
    before, after = better.money.unrounded, worse.money.unrounded
    if better.money.amount == 0:
        return Flat.NOTHING
    if before is not None and after is not None and after < before:
        return Flat.ROUNDED
    if better.levels == worse.levels:
        return Flat.CAPPED
    if worse.conditions > better.conditions:
        return Flat.CONDITION
    return Flat.REPAIRED if better.repaired and worse.repaired else Flat.OTHER


@click.command()
@click.option("--devices", default=DEVICES, show_default=True, help="Sold devices a market.")
@click.option("--jobs", default=os.cpu_count() or 1, show_default=True)
def main(devices: int, jobs: int) -> None:
    """Worsen every answer of devices as they were sold, for each champion; 1 where an offer rises
    or fewer than 95% of a step's offers fall."""
    store = common.store()
    today = common.now().astimezone(common.settings().time_zone).date()
    enough = True
    for champion in store.champions():
        folder = store.bundle(champion.digest)
        model = load_price_model(folder)
        paths = [
            store.root / "sales" / f"{digest}.parquet"
            for digest in str(model.provenance["sales"]).split("+")
        ]
        dataset = load_dataset(paths)
        unseen = dataset.take(unseen_rows(dataset=dataset, pricers=(model,)))
        sold = sold_devices(unseen, devices, np.random.default_rng(1))
        click.echo(f"{champion.market.slug}: {len(sold):,} sold devices of {len(unseen):,} unseen")
        table = proof_sold(folder, sold, as_of=today, jobs=jobs)
        for line in table.lines():
            click.echo(line)
        enough &= not table.raised and all(map(table.holds, table.devices))
    sys.exit(0 if enough else common.REFUSED)


if __name__ == "__main__":
    main()
