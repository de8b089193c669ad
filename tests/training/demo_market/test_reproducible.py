"""The demo market: the same seed, the same bytes; a wrong knob is refused."""

import hashlib
from pathlib import Path

import pytest

from tests.training.demo_market.making import DEVICES, PARAMS_FILE, UNTIL
from training.demo_market import BadParams, DemoParams, load_params, simulate, write
from valuation.domain.device import Device


def digests(*, folder: Path, params: DemoParams, seed: int, devices: list[Device]) -> list[str]:
    demo = simulate(devices=devices, until=UNTIL, sales=2_000, seed=seed, params=params)
    files = write(demo=demo, folder=folder)
    paths = (files.sales_path, files.truth_path)
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, params: DemoParams) -> None:
    first = digests(folder=tmp_path / "a", params=params, seed=1, devices=DEVICES)
    assert digests(folder=tmp_path / "b", params=params, seed=1, devices=DEVICES) == first


def test_the_order_of_the_devices_does_not_matter(tmp_path: Path, params: DemoParams) -> None:
    first = digests(folder=tmp_path / "a", params=params, seed=1, devices=DEVICES)
    assert digests(folder=tmp_path / "b", params=params, seed=1, devices=DEVICES[::-1]) == first


def test_another_seed_gives_other_bytes(tmp_path: Path, params: DemoParams) -> None:
    first = digests(folder=tmp_path / "a", params=params, seed=1, devices=DEVICES)
    other = digests(folder=tmp_path / "b", params=params, seed=2, devices=DEVICES)
    assert all(a != b for a, b in zip(first, other, strict=True))


def write_params(folder: Path, *, old: str, new: str) -> Path:
    text = PARAMS_FILE.read_text(encoding="utf-8")
    assert old in text
    path = folder / "params.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("[noise.scale]", "[noise.scales]", "scales"),
        ("[noise.scale]", "[noises.scale]", "noises"),
        ("says =", "said =", "said"),
        ('source = "', 'source = ""  # "', "names no source"),
        ("value = 0.075", 'value = "much"', "noise.scale"),
        ("value = 0.075", "value = nan", "noise.scale"),
        ("value = [0.13, 0.167,", "value = [0.93, 0.167,", "apple_loss"),
        ("value = [0.055,", "value = [-0.055,", "grade_log_steps"),
    ],
)
def test_a_wrong_knob_is_refused_by_name(tmp_path: Path, old: str, new: str, named: str) -> None:
    with pytest.raises(BadParams, match=named):
        load_params(write_params(tmp_path, old=old, new=new))
