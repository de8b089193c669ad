"""Every peer fits, prices what it has not seen, and is better than no method at all."""

from dataclasses import replace

import numpy as np
import pytest

from tests.training.benchmark.cases import make_case
from training.benchmark.imports import sources_of
from training.benchmark.methods import CARRIERS, PEERS, code_digest, installed, peer
from training.benchmark.peer_columns import coder_of, numbers_of, target_coded, words_of
from training.benchmark.peers.peer import POINT, QUANTILES, Settings
from valuation.features import Words

SMALL = {"trees": 40, "leaf_minimum": 5}


def small(method: str, **changes: str | float | bool) -> Settings:
    """The settings that a search starts from, with fewer trees."""
    start = peer(method).start()
    return {**start, **{k: v for k, v in {**SMALL, **changes}.items() if k in start}}


@pytest.fixture(params=sorted(PEERS))
def method(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if not installed(name):
        pytest.skip(f"the library of {name} is not installed; `make benchmark` brings it")
    return name


@pytest.mark.parametrize("loss", [QUANTILES, POINT])
def test_a_peer_learns_prices_of_devices_that_it_has_seen(method: str, loss: str) -> None:
    dataset = make_case(rows=900).markets[0].dataset
    test = np.arange(len(dataset)) % 3 == 0
    fit, unseen = dataset.take(~test), dataset.take(test)
    predict = peer(method).fit(small(method, loss=loss), fit, 1)
    quantiles = predict(unseen.columns)
    assert quantiles.shape == (len(unseen), 3)
    error = np.abs(quantiles[:, 1] - unseen.log_price).mean()
    nothing = np.abs(np.median(fit.log_price) - unseen.log_price).mean()
    assert error < 0.7 * nothing


def test_a_peer_prices_words_that_its_fit_did_not_have(method: str) -> None:
    dataset = make_case(rows=300).markets[0].dataset
    new: Words = np.full(len(dataset), "new/new/new", dtype=object)
    columns = replace(dataset.columns, brand=new, family=new, device_model=new, variant=new)
    quantiles = peer(method).fit(small(method), dataset, 1)(columns)
    assert np.isfinite(quantiles).all()


def test_a_peer_gives_the_same_twice(method: str) -> None:
    dataset = make_case(rows=300).markets[0].dataset
    first, second = (peer(method).fit(small(method), dataset, 7)(dataset.columns) for _ in range(2))
    assert first.tolist() == second.tolist()


@pytest.mark.parametrize("name", ["histgb", "xgboost"])
def test_categories_may_be_the_library_s_own(name: str) -> None:
    if not installed(name):
        pytest.skip(f"the library of {name} is not installed; `make benchmark` brings it")
    dataset = make_case(rows=600).markets[0].dataset
    quantiles = peer(name).fit(small(name, categories="native"), dataset, 1)(dataset.columns)
    assert np.abs(quantiles[:, 1] - dataset.log_price).mean() < 0.2


def test_a_target_encoded_row_of_the_fit_has_not_seen_its_own_price() -> None:
    dataset = make_case(rows=400).markets[0].dataset
    alone: Words = np.array([f"b/f/m{i}" for i in range(400)], dtype=object)
    dataset = replace(dataset, columns=replace(dataset.columns, device_model=alone))
    coder, matrix = target_coded(dataset, seed=1, variant=True)
    column = list(coder.coder.vocabulary).index("device_model")
    assert abs(np.corrcoef(matrix[:, column], dataset.log_price)[0, 1]) < 0.2


def test_columns_that_say_nothing_are_left_out_and_codes_name_words() -> None:
    columns = make_case(rows=300).markets[0].dataset.columns
    coder = coder_of(columns)
    assert "category" not in coder.vocabulary
    assert "weight_g" not in coder.numbers
    assert coder.matrix(columns).shape == (300, coder.coded + len(coder.numbers))
    assert set(coder.vocabulary) <= set(words_of(columns))
    assert set(coder.numbers) <= set(numbers_of(columns))


def test_the_code_of_one_peer_is_not_that_of_another() -> None:
    assert code_digest("ridge") != code_digest("forest")


def test_our_code_is_everything_that_our_fit_runs_through() -> None:
    ours = {path.stem for path in sources_of("training.benchmark.ours")}
    assert {"modelling", "fit", "conformal", "specification", "features", "model"} <= ours
    assert not ours & {"registry", "ridge", "session", "app"}


def test_what_carries_data_alone_is_no_code_of_a_peer() -> None:
    found = {path.stem for path in sources_of("training.baseline", without=CARRIERS)}
    assert "baseline" in found
    assert not found & {"dataset", "features"}
