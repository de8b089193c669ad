"""The history of champions: compare-and-swap, crashes, rolling back."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.training.samples import DEMO, REAL, fake_bundle
from training.promotion_log import Action, HistoryNotWritten
from training.promotions import (
    BundleMissing,
    BundleOfOtherMarket,
    ChampionMoved,
    NothingToRollBackTo,
    history,
    promote,
    rollback,
    settle,
)
from valuation.domain.market import Market
from valuation.price_model.bundle import DamagedBundle
from valuation.price_model.champions import Champion, ModelStore
from valuation.price_model.succession import FILE
from valuation.price_model.trial import BundleFailedTrial

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def passes(folder: Path) -> None:
    """A trial that every bundle passes."""
    assert folder.is_dir()


def fails(folder: Path) -> None:
    raise BundleFailedTrial(f"{folder.name}: golden interval differs")


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def crown(
    store: ModelStore, digest: str, *, instead_of: str | None, market: Market = DEMO
) -> Champion:
    return promote(
        store=store, market=market, digest=digest, expected_champion=instead_of,
        evidence={"log_mae": 0.18}, actor="ada", now=NOW, trial=passes,
    )  # fmt: skip


def back(store: ModelStore, *, to: str | None = None) -> Champion:
    return rollback(
        store=store, market=DEMO, to=to, reason="prices too high", actor="ada", now=NOW,
        trial=passes,
    )  # fmt: skip


def three(store: ModelStore) -> tuple[str, str, str]:
    """Three champions, one after the other."""
    first, second, third = (fake_bundle(store, seed=seed) for seed in (1, 2, 3))
    crown(store, first, instead_of=None)
    crown(store, second, instead_of=first)
    crown(store, third, instead_of=second)
    return first, second, third


def test_a_promotion_moves_the_pointer_and_leaves_a_line(store: ModelStore) -> None:
    first, second, third = three(store)
    assert store.champion(DEMO) == Champion(DEMO, third, 3)
    entries = history(store=store, market=DEMO).entries
    assert [(e.id, e.digest, e.replaced) for e in entries] == [
        (1, first, None), (2, second, first), (3, third, second),
    ]  # fmt: skip
    assert (entries[0].at, entries[0].actor, entries[0].evidence) == (NOW, "ada", {"log_mae": 0.18})


def test_a_champion_that_moved_since_the_comparison_is_not_replaced(store: ModelStore) -> None:
    first, second, third = three(store)
    with pytest.raises(ChampionMoved, match=third[:12]):
        crown(store, first, instead_of=second)
    assert store.champion(DEMO) == Champion(DEMO, third, 3)


def test_of_two_processes_that_promote_at_once_one_wins(store: ModelStore) -> None:
    champion = fake_bundle(store, seed=0)
    crown(store, champion, instead_of=None)
    rivals = [fake_bundle(store, seed=seed) for seed in (1, 2)]
    program = (
        "import sys; from datetime import datetime, UTC; from pathlib import Path\n"
        "from training.promotions import ChampionMoved, promote\n"
        "from valuation.domain.market import Market\n"
        "from valuation.price_model.champions import ModelStore\n"
        "root, digest, expected, slug = sys.argv[1:]\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "try:\n"
        "    promote(store=ModelStore(Path(root)), market=Market.from_slug(slug), digest=digest,\n"
        "            expected_champion=expected, evidence={}, actor='a test',\n"
        "            now=datetime.now(UTC), trial=lambda folder: None)\n"
        "    print('won')\n"
        "except ChampionMoved:\n"
        "    print('lost')\n"
    )
    arguments = [[str(store.root), digest, champion, DEMO.slug] for digest in rivals]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, *given],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for given in arguments
    ]  # fmt: skip
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    results = [process.communicate("go\n", timeout=60)[0].strip() for process in running]
    assert sorted(results) == ["lost", "won"]
    assert len(history(store=store, market=DEMO).entries) == 2
    winner = rivals[results.index("won")]
    assert store.champion(DEMO) == Champion(DEMO, winner, 2)


def test_markets_have_champions_of_their_own_in_one_history(store: ModelStore) -> None:
    demo, real = fake_bundle(store, seed=1), fake_bundle(store, seed=1, market=REAL)
    crown(store, demo, instead_of=None)
    crown(store, real, instead_of=None, market=REAL)
    assert [e.digest for e in history(store=store, market=REAL).entries] == [real]
    assert [e.id for e in history(store=store, market=None).entries] == [1, 2]


def test_a_bundle_of_another_market_is_refused(store: ModelStore) -> None:
    real = fake_bundle(store, seed=1, market=REAL)
    with pytest.raises(BundleOfOtherMarket, match="cn-cny-sold-real"):
        crown(store, real, instead_of=None)


def test_a_torn_last_line_is_reported_and_hides_no_other(store: ModelStore) -> None:
    first, second, third = three(store)
    path = store.root / FILE
    path.write_bytes(path.read_bytes() + b'{"id":4,"at":"2026-11-2')
    found = history(store=store, market=None)
    assert [entry.digest for entry in found.entries] == [first, second, third]
    assert [(damaged.line, damaged.text[:7]) for damaged in found.damaged] == [(4, '{"id":4')]


def test_the_next_line_after_a_torn_one_is_whole(store: ModelStore) -> None:
    *_, third = three(store)
    path = store.root / FILE
    path.write_bytes(path.read_bytes() + b'{"id":4,"at":"2026-11-2')
    fourth = fake_bundle(store, seed=4)
    assert crown(store, fourth, instead_of=third).promotion == 4
    found = history(store=store, market=None)
    assert [entry.id for entry in found.entries] == [1, 2, 3, 4]
    assert [damaged.line for damaged in found.damaged] == [4]


@pytest.mark.parametrize(
    "junk", [b"\xff\xfe\n", b"[]\n", b"7\n", b"{}\n", b'{"id":null}\n', b"\x00\x00\n"]
)
def test_a_damaged_line_in_the_middle_costs_itself_alone(store: ModelStore, junk: bytes) -> None:
    three(store)
    path = store.root / FILE
    first, rest = path.read_bytes().split(b"\n", 1)
    path.write_bytes(first + b"\n" + junk + rest)
    found = history(store=store, market=None)
    assert (len(found.entries), len(found.damaged)) == (3, 1)


def test_a_line_that_never_reached_its_pointer_is_completed(store: ModelStore) -> None:
    _, second, third = three(store)
    store.point(Champion(DEMO, second, 2))
    assert [entry.id for entry in settle(store=store)] == [3]
    assert store.champion(DEMO) == Champion(DEMO, third, 3)
    assert settle(store=store) == ()


def test_the_next_promotion_completes_the_one_that_crashed(store: ModelStore) -> None:
    _, second, third = three(store)
    store.point(Champion(DEMO, second, 2))
    fourth = fake_bundle(store, seed=4)
    with pytest.raises(ChampionMoved):
        crown(store, fourth, instead_of=second)
    assert crown(store, fourth, instead_of=third).promotion == 4


def test_a_broken_pointer_is_mended_from_the_history(store: ModelStore) -> None:
    *_, third = three(store)
    store.pointer(DEMO).write_bytes(b'{"dig')
    settle(store=store)
    assert store.champion(DEMO) == Champion(DEMO, third, 3)


def test_a_lost_history_does_not_give_a_number_twice(store: ModelStore) -> None:
    *_, third = three(store)
    (store.root / FILE).unlink()
    assert crown(store, fake_bundle(store, seed=4), instead_of=third).promotion == 4


def test_rolling_back_returns_to_the_champion_before(store: ModelStore) -> None:
    first, second, third = three(store)
    assert back(store) == Champion(DEMO, second, 4)
    last = history(store=store, market=DEMO).entries[-1]
    assert (last.action, last.replaced, last.reason) == (
        Action.ROLL_BACK, third, "prices too high",
    )  # fmt: skip
    assert back(store).digest == first
    with pytest.raises(NothingToRollBackTo):
        back(store)


def test_rolling_back_to_a_named_bundle_works_in_either_direction(store: ModelStore) -> None:
    first, _, third = three(store)
    assert back(store, to=first).digest == first
    assert back(store, to=third).digest == third


def test_rolling_back_to_a_bundle_that_is_gone_is_refused(store: ModelStore) -> None:
    three(store)
    with pytest.raises(BundleMissing):
        back(store, to="f" * 64)


def test_rolling_back_to_a_bundle_that_fails_its_trial_is_refused(store: ModelStore) -> None:
    *_, third = three(store)
    with pytest.raises(BundleFailedTrial):
        rollback(store=store, market=DEMO, to=None, reason="", actor="ada", now=NOW, trial=fails)
    assert store.champion(DEMO) == Champion(DEMO, third, 3)


def test_a_bundle_whose_files_were_changed_is_not_promoted(store: ModelStore) -> None:
    digest = fake_bundle(store, seed=1)
    (store.bundle(digest) / "model.json").write_bytes(b'{"market":"cn-cny-sold-demo"}')
    with pytest.raises(DamagedBundle):
        crown(store, digest, instead_of=None)
    assert store.champion(DEMO) is None


def test_a_full_disk_promotes_nothing_and_loses_nothing(
    store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    *_, third = three(store)
    before = (store.root / FILE).read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("training.promotion_log.os.fsync", full)
        with pytest.raises(HistoryNotWritten, match="No space left"):
            crown(store, fake_bundle_before(store), instead_of=third)
    assert (store.root / FILE).read_bytes() == before
    assert store.champion(DEMO) == Champion(DEMO, third, 3)


def fake_bundle_before(store: ModelStore) -> str:
    """A bundle that stands already, so that writing it needs no disk."""
    return sorted(path.name for path in store.bundles.iterdir() if path.is_dir())[0]
