"""A few bad sales of one device model move its quotes little, and the gate says who wrote them."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from tests.training.samples import make_standing
from tests.training.small_run import TODAY, demo_sales, imported, modelled, small_params, trained
from training.dataset import Dataset
from training.loading import load_dataset
from training.outliers import teaching
from training.params import Params
from training.promotion import Keep, PromotionRules, Reason, decide
from training.sales import Imported, ImportReport
from training.seller_check import deviating_sellers
from valuation.domain.questions import BY_ID
from valuation.features import FeatureRow, Floats, columns_of
from valuation.price_model.model import PriceModel

Line = dict[str, str]
Write = Callable[[Sequence[Line]], list[Line]]
SALES = 3_000
TARGET = "apple/iphone/iphone-13-pro"  # the device model with most sales
CONDITIONS = 40
# Share of the device model's sales that are bad, and by how much its median quote may then move.
BOUNDS = {0.01: 0.01, 0.05: 0.03}


@dataclass(frozen=True)
class Clean:
    """A small market before anybody poisons it, and the model of its sales."""

    path: Path
    sales: Dataset
    report: ImportReport
    model: PriceModel


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Clean:
    path = demo_sales(tmp_path_factory.mktemp("clean"), sales=SALES)
    found, report = of_file(path, path.parent)
    sales = load_dataset([found.path])
    return Clean(path, sales, report, modelled(sales, steady_params()).model)


def steady_params() -> Params:
    """Leaves so large, and every tree of all sales, that fitting again with a few more fair sales
    moves no quote by as much as the bounds: what moves is then the poison's doing."""
    small = small_params()
    boosters = replace(small.boosters, trees=60, learning_rate=0.1, leaf_minimum=60, row_share=1.0)
    return replace(small, boosters=boosters)


def of_file(path: Path, folder: Path) -> tuple[Imported, ImportReport]:
    (sales,), report = imported(path, "demo_cn", folder / "sales")
    return sales, report


def poisoned(path: Path, folder: Path, *, share: float, write: Write) -> tuple[Path, int]:
    """The file with bad lines among those of TARGET, so many that they are ``share`` of its sales;
    how many."""
    with path.open(newline="") as file:
        lines = list(csv.DictReader(file))
    own = [line for line in lines if line["device_model"] == TARGET]
    count = round(share / (1 - share) * len(own))
    every = np.linspace(0, len(own) - 1, count).astype(int)
    bad = write([own[position] for position in every])
    changed = folder / "poisoned.csv"
    with changed.open("w", newline="") as file:
        writer = csv.DictWriter(file, lines[0])
        writer.writeheader()
        writer.writerows([*lines, *bad])
    return changed, len(bad)


def priced(lines: Sequence[Line], factors: Sequence[float], *, seller: str = "") -> list[Line]:
    """The sales once more under other ids, at factors of their price taken in turn."""
    return [
        {
            **line,
            "sale_id": f"P{number}",
            "price": f"{float(line['price']) * factors[number % len(factors)]:.2f}",
            "seller": seller or line["seller"],
        }
        for number, line in enumerate(lines)
    ]


def moved(honest: PriceModel, other: PriceModel) -> float:
    """How far the median quote of TARGET moved, over its variants in conditions as sold."""
    rng = np.random.default_rng(6)
    rows = [
        FeatureRow(device=device, as_of=TODAY, levels=_condition(honest, rng), context={})
        for device in honest.devices.values()
        if device.device_model == TARGET
        for _ in range(CONDITIONS)
    ]
    columns = columns_of(rows)
    medians: list[Floats] = [it.log_quantiles(columns)[:, 1] for it in (honest, other)]
    return abs(float(np.median(np.exp(medians[1] - medians[0]))) - 1)


def _condition(model: PriceModel, rng: np.random.Generator) -> Mapping[str, int]:
    """Four answers in five are the best."""
    return {
        question: BY_ID[question].best
        if rng.random() < 0.8
        else int(rng.integers(BY_ID[question].best + 1))
        for question in model.taught()
    }


@pytest.mark.parametrize(("share", "factor"), [(0.01, 3.0), (0.05, 3.0), (0.05, 1 / 3)])
def test_one_seller_who_writes_a_share_of_a_device_models_sales_hardly_moves_its_quotes(
    clean: Clean, tmp_path: Path, share: float, factor: float
) -> None:
    path, count = poisoned(
        clean.path, tmp_path, share=share,
        write=lambda own: priced(own, [factor], seller="poisoner"),
    )  # fmt: skip
    sales, _ = of_file(path, tmp_path)
    dataset = load_dataset([sales.path])
    his = dataset.seller == "poisoner"
    assert his.sum() > 0.9 * count, "they are taken for sales"
    assert teaching(dataset, small_params().sales)[his].mean() >= 0.75, "most are taught"
    assert moved(clean.model, modelled(dataset, steady_params()).model) < BOUNDS[share]


@pytest.mark.parametrize("share", BOUNDS)
def test_the_check_names_the_seller_of_as_few_as_one_sale_in_a_hundred(
    clean: Clean, tmp_path: Path, share: float
) -> None:
    path, count = poisoned(
        clean.path, tmp_path, share=share,
        write=lambda own: priced(own, [1 / 3], seller="poisoner"),
    )  # fmt: skip
    before, after = (
        deviating_sellers(dataset=it, log_median=clean.model.log_quantiles(it.columns)[:, 1])
        for it in (clean.sales, load_dataset([of_file(path, tmp_path)[0].path]))
    )
    assert (before.found, after.found) == (0, 1)
    assert f"seller poisoner sold {TARGET} {count} times at 0.3" in after.examples[0]


def test_a_training_run_on_poisoned_sales_is_refused_and_its_card_says_why(
    clean: Clean, tmp_path: Path
) -> None:
    path, _ = poisoned(
        clean.path, tmp_path, share=0.05,
        write=lambda own: priced(own, [3.0], seller="poisoner"),
    )  # fmt: skip
    bundle = trained(of_file(path, tmp_path)[0], tmp_path)
    assert f"deviate (such as seller poisoner sold {TARGET}" in bundle.card
    challenger = make_standing(checks=bundle.checks)
    refused, accepted = (
        decide(
            champion=None, challenger=challenger, comparison=None, rules=PromotionRules(),
            sellers_accepted=answered_for,
        )
        for answered_for in (False, True)
    )  # fmt: skip
    told = {it.reason: it.sentence for it in refused.refusals} if isinstance(refused, Keep) else {}
    assert "seller poisoner sold" in told[Reason.ONE_SELLER]
    assert not isinstance(accepted, Keep) or Reason.ONE_SELLER not in {
        it.reason for it in accepted.refusals
    }


@pytest.mark.parametrize(
    ("rule", "write"),
    [
        ("placeholder_price", lambda own: [{**line, "price": "1.00"} for line in own]),
        (
            "repeated_sale",
            lambda own: [{**line, "sale_id": f"{line['sale_id']}-2"} for line in own],
        ),
    ],
    ids=["placeholders", "repeats"],
)
def test_placeholders_and_repeats_are_dropped_and_counted_so_they_move_nothing(
    clean: Clean, tmp_path: Path, rule: str, write: Write
) -> None:
    path, count = poisoned(clean.path, tmp_path, share=0.05, write=write)
    sales, report = of_file(path, tmp_path)
    assert report.dropped[rule] - clean.report.dropped[rule] > 0.9 * count
    assert load_dataset([sales.path]).log_price.tobytes() == clean.sales.log_price.tobytes()


def test_slips_of_currency_and_of_the_decimal_point_are_not_taught(
    clean: Clean, tmp_path: Path
) -> None:
    slips = [100.0, 0.01, 7.1, 1 / 7.1]
    path, count = poisoned(
        clean.path, tmp_path, share=0.05, write=lambda own: priced(own, slips, seller="careless")
    )
    sales, _ = of_file(path, tmp_path)
    dataset = load_dataset([sales.path])
    his = dataset.seller == "careless"
    assert his.sum() > 0.9 * count
    assert teaching(dataset, small_params().sales)[his].mean() < 0.1
    assert moved(clean.model, modelled(dataset, steady_params()).model) < BOUNDS[0.05]
