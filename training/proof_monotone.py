"""The promise of monotone money, tried on what is served: every pair goes through ``Desk.quote``.

``python -m training.proof_monotone`` quotes sampled devices with every answer from best to worst,
then with answers that customers might give, one of them made worse or left out; and holds each
device against its variants with more memory and itself launched later. It prints every pair whose
offer rose. Monotone is not flat: it prints how often each worse answer lowers the offer of a device
that goes to resale.
"""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path

import click
import numpy as np
from joblib import Parallel, delayed

from training.cli import common
from training.monotone_check import has_more
from training.monotone_pairs import Pair, drawn_answers, flawless, ladders_of, pairs_of
from valuation.catalogue import Lookup, load_catalogue
from valuation.catalogue.tac import TacTable
from valuation.domain.answers import CompletedAnswers, complete
from valuation.domain.device import Device
from valuation.domain.disposition import FLAGS, Flag
from valuation.domain.questions import BY_ID
from valuation.domain.quote import ENTROPY, Indicative, Offer, Quote
from valuation.domain.unit_keys import first_key
from valuation.price_model.model import load_price_model
from valuation.quotes.quoting import Desk, QuoteRequest
from valuation.tables.book import load_book

DEVICES, PAIRS = 2000, 200
LATER_DAYS = (30, 365)  # by which a device is launched later and must not be worth less
DRAWN = 2  # sets of answers besides the flawless one on which devices are held against each other
WANTED = 0.95  # share of resale devices whose offer a worse answer must lower
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Priced:
    """What a quote pays: rounded, before rounding, and whether the device goes to resale."""

    amount: int
    unrounded: int | None
    resale: bool


@dataclass
class Proof:
    """What was found: pairs that rose, and per step of resale devices how many pairs fell."""

    pairs: int = 0
    violations: list[str] = field(default_factory=list)
    resold: Counter[str] = field(default_factory=Counter)
    lowered: Counter[str] = field(default_factory=Counter)
    lowered_unrounded: Counter[str] = field(default_factory=Counter)
    nothing_to_lose: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Proof") -> None:
        """Take in what another process found."""
        self.pairs += other.pairs
        self.violations += other.violations
        self.resold += other.resold
        self.lowered += other.lowered
        self.lowered_unrounded += other.lowered_unrounded
        self.nothing_to_lose += other.nothing_to_lose

    def lines(self) -> Iterator[str]:
        """The proof for a terminal: violations first, then the flattest steps first."""
        yield f"{self.pairs:,} pairs, {len(self.violations):,} of them raised the offer"
        yield from self.violations[:SHOWN]
        head = "step on a device that goes to resale"
        yield f"{head:47}    pairs  lowers  unrounded  offer was 0"
        for step in sorted(self.resold, key=self._share):
            count, mark = self.resold[step], " " if self._share(step) >= WANTED else "*"
            shares = (
                self._share(step),
                self.lowered_unrounded[step] / count,
                self.nothing_to_lose[step] / count,
            )
            told = "     ".join(f"{share:6.1%}" for share in shares)
            yield f"{mark}{step:46} {count:8,}  {told}"
        whole = self.resold.total() or 1
        yield f"all: {self.lowered.total() / whole:.1%} of {whole:,} (* below {WANTED:.0%})"

    def _share(self, step: str) -> float:
        return self.lowered[step] / self.resold[step]


def proof_monotone(
    bundle_folder: Path,
    devices: int = DEVICES,
    *,
    as_of: date,
    seed: int = 1,
    pairs: int = PAIRS,
    jobs: int = 1,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Proof:
    """Quote every ladder of answers, ``pairs`` sampled pairs and the better devices for each of
    ``devices`` sampled variants of the bundle."""
    variants = sorted(load_price_model(bundle_folder).devices)
    rng = np.random.default_rng(seed)
    picked = rng.choice(len(variants), size=min(devices, len(variants)), replace=False).tolist()
    chunks = [[variants[i] for i in part] for part in _split(sorted(picked), 4 * jobs)]
    seeds = rng.spawn(len(chunks))
    work = Parallel(n_jobs=jobs, return_as="generator_unordered")(
        delayed(_prove)(bundle_folder, chunk, own, as_of, pairs)
        for chunk, own in zip(chunks, seeds, strict=True)
    )
    proof = Proof()
    for done, found in enumerate(work, start=1):
        proof.add(found)
        progress(done, len(chunks))
    return proof


def _split(picked: Sequence[int], parts: int) -> list[Sequence[int]]:
    return [picked[start::parts] for start in range(min(parts, len(picked)))]


def _prove(
    folder: Path, variants: Sequence[str], rng: np.random.Generator, as_of: date, pairs: int
) -> Proof:
    """The proof of some variants, in a process of its own."""
    desk = desk_over(folder)
    proof = Proof()
    for variant in variants:
        _try(desk, variant, as_of, rng, pairs, proof)
    return proof


def desk_over(folder: Path) -> Desk:
    """A desk with a bundle, today's catalogue and the shipped tables."""
    model = load_price_model(folder)
    return Desk(
        model, Lookup(load_catalogue()), TacTable(), load_book(), lambda: first_key(bytes(32))
    )


def _try(
    desk: Desk, variant: str, as_of: date, rng: np.random.Generator, pairs: int, proof: Proof
) -> None:
    known: dict[frozenset[tuple[str, int]], Priced | None] = {}

    def price(answers: CompletedAnswers) -> Priced | None:
        key = frozenset(answers.given.items())
        if key not in known:
            known[key] = priced(quote_of(desk, variant, answers, as_of))
        return known[key]

    device = desk.model.device(desk.lookup.catalogue.device(variant))
    silent = complete(given={}, category=device.category)
    for pair in chain(ladders_of(silent), pairs_of(silent, rng, pairs)):
        proof.pairs += 1
        _judge(proof, variant, pair, price(pair.better), price(pair.worse))
    for answers in (flawless(silent), *(drawn_answers(silent, rng) for _ in range(DRAWN))):
        for what, own, other in better_devices(desk, device):
            better = priced(quote_of(own, other, answers, as_of))
            proof.pairs += 1
            _judge_devices(proof, f"{variant}: {what}", answers, better, price(answers))


def better_devices(desk: Desk, device: Device) -> Iterator[tuple[str, Desk, str]]:
    """What must not pay less than the device with the same answers: its variants with more memory,
    and itself launched later; the desk to ask, and the variant."""
    for other in desk.model.devices.values():
        if has_more(other, device):
            yield f"more memory, {other.variant},", desk, other.variant
    first = device.facts.first_sale
    if first is None:
        return
    for days in LATER_DAYS:
        facts = replace(device.facts, first_sale=first + timedelta(days=days))
        devices = {**desk.model.devices, device.variant: replace(device, facts=facts)}
        later = replace(desk, model=replace(desk.model, devices=devices))
        yield f"launched {days} days later", later, device.variant


def quote_of(desk: Desk, variant: str, answers: CompletedAnswers, as_of: date) -> Quote:
    """A quote of a variant with the answers that were given."""
    spoken = {question: BY_ID[question].value(level) for question, level in answers.given.items()}
    noon = datetime(as_of.year, as_of.month, as_of.day, 12, tzinfo=UTC)
    quote, _ = desk.quote(
        QuoteRequest(answers=spoken, device=variant),
        merchant="proof", now=noon, as_of=as_of, entropy=bytes(ENTROPY),
    )  # fmt: skip
    return quote


def priced(quote: Quote) -> Priced | None:
    """What the quote pays at least; None where a person must look."""
    resale = quote.disposition is not None and (
        FLAGS[quote.disposition.chosen.route] is Flag.RESALE
    )
    match quote.outcome:
        case Offer(amount):
            return Priced(amount, sum(line.amount for line in quote.lines[:-1]), resale)
        case Indicative(low, _):
            return Priced(low, None, resale)
        case _:
            return None


def _judge(
    proof: Proof, variant: str, pair: Pair, better: Priced | None, worse: Priced | None
) -> None:
    if worse is not None and (better is None or worse.amount > better.amount):
        before = "a referral" if better is None else f"{better.amount:,}"
        given = {question: BY_ID[question].value(v) for question, v in pair.better.given.items()}
        proof.violations.append(
            f"{variant}: {pair.step} raises {before} to {worse.amount:,}; {given}"
        )
    if better is None or worse is None or not better.resale or pair.step.endswith("left out"):
        return
    proof.resold[pair.step] += 1
    proof.lowered[pair.step] += worse.amount < better.amount
    proof.nothing_to_lose[pair.step] += better.amount == 0
    if better.unrounded is not None and worse.unrounded is not None:
        proof.lowered_unrounded[pair.step] += worse.unrounded < better.unrounded


def _judge_devices(
    proof: Proof, what: str, answers: CompletedAnswers, better: Priced | None, worse: Priced | None
) -> None:
    """Money against money: whether a person must look may depend on the memory and the age."""
    if better is not None and worse is not None and better.amount < worse.amount:
        given = {question: BY_ID[question].value(v) for question, v in answers.given.items()}
        proof.violations.append(f"{what} pays {better.amount:,} for {worse.amount:,}; {given}")


@click.command()
@click.option("--bundle", type=click.Path(exists=True, path_type=Path), help="Not the champions.")
@click.option("--devices", default=DEVICES, show_default=True)
@click.option("--pairs", default=PAIRS, show_default=True, help="Sampled pairs a device.")
@click.option("--jobs", default=os.cpu_count() or 1, show_default=True)
def main(bundle: Path | None, devices: int, pairs: int, jobs: int) -> None:
    """Prove on sampled devices that no worse answer raises an offer; 1 where one does."""
    store = common.store()
    folders = [bundle] if bundle else [store.bundle(it.digest) for it in store.champions()]
    if not folders:
        raise click.ClickException("nothing was promoted; run `tradein train` first")
    today = common.now().astimezone(common.settings().time_zone).date()
    proofs = [_shown(folder, devices, pairs, jobs, today) for folder in folders]
    sys.exit(common.REFUSED if any(proof.violations for proof in proofs) else 0)


def _shown(folder: Path, devices: int, pairs: int, jobs: int, today: date) -> Proof:
    with click.progressbar(
        length=4 * jobs, label=f"bundle {folder.name[:12]}", file=sys.stderr
    ) as bar:
        proof = proof_monotone(
            folder, devices, as_of=today, pairs=pairs, jobs=jobs,
            progress=lambda _done, _all: bar.update(1),
        )  # fmt: skip
    for line in proof.lines():
        click.echo(line)
    return proof


if __name__ == "__main__":
    main()
