"""The run: searches first, then every fit, over processes, each result kept as it comes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

from joblib import Parallel, delayed, parallel_config

from training.benchmark.datasets import Case
from training.benchmark.methods import US
from training.benchmark.peers.peer import Settings
from training.benchmark.search import Found, Search, search, search_of
from training.benchmark.settings import Pace
from training.benchmark.splits import Fold, folds_of
from training.benchmark.store import Store
from training.benchmark.work import Job, Result, job_of, run
from training.params import Params

Tell = Callable[[str, int, int], None]
Done = TypeVar("Done")
Asked = TypeVar("Asked")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run: the folds of each data set by split, and the methods."""

    case: Case
    folds: dict[str, list[Fold]]
    methods: tuple[str, ...]
    pace: Pace
    params: Params


@dataclass(frozen=True, slots=True)
class Runner:
    """Where results are kept, how many processes work, and who is told of it."""

    store: Store
    jobs: int
    tell: Tell

    def searches(self, plans: Sequence[Plan]) -> dict[tuple[str, str], Found]:
        """The settings of every peer by data set and method."""
        found: dict[tuple[str, str], Found] = {}
        missing = []
        for plan in plans:
            fold = _search_fold(plan)
            for method in plan.methods:
                if method == US:
                    continue
                task = search_of(plan.case, fold, method, plan.pace, plan.params)
                kept = self.store.found(task.key)
                if kept is None:
                    missing.append(task)
                else:
                    found[task.case, method] = Found(**kept)  # type: ignore[arg-type]  # as kept below
        for task, outcome in self._each("searching", _searched, missing):
            self.store.keep_found(task.key, asdict(outcome))
            found[task.case, task.method] = outcome
        return found

    def results(
        self, plans: Sequence[Plan], settings: dict[tuple[str, str], Settings]
    ) -> dict[str, Result]:
        """Every result by its key."""
        wanted = [job for plan in plans for job in jobs_of(plan, settings)]
        found = {job.key: kept for job in wanted if (kept := self.store.result(job.key))}
        missing = [job for job in wanted if job.key not in found]
        # Large ones first: two processes then end at about the same time.
        missing.sort(key=lambda job: -len(job.part.fit))
        for job, result in self._each("fitting", _ran, missing):
            self.store.keep(job.key, result)
            found[job.key] = result
        return found

    def _each(
        self, what: str, work: Callable[[int, Asked], tuple[int, Done]], tasks: Sequence[Asked]
    ) -> Iterable[tuple[Asked, Done]]:
        """Every task with its outcome, in the order in which they end."""
        if not tasks:
            return
        self.tell(what, 0, len(tasks))
        with parallel_config(backend="loky", inner_max_num_threads=1):
            working = Parallel(n_jobs=self.jobs, return_as="generator_unordered", batch_size=1)
            outcomes = working(delayed(work)(number, task) for number, task in enumerate(tasks))
            for done, (number, outcome) in enumerate(outcomes, start=1):
                yield tasks[number], outcome
                self.tell(f"{what}: {tasks[number]}", done, len(tasks))


def jobs_of(plan: Plan, settings: dict[tuple[str, str], Settings]) -> list[Job]:
    """A job for each method, fold and market."""
    return [
        job_of(
            plan.case, fold, part, method,
            None if method == US else settings[plan.case.source.name, method], plan.params,
        )
        for folds in plan.folds.values()
        for fold in folds
        for part in fold.parts
        for method in plan.methods
    ]  # fmt: skip


def _search_fold(plan: Plan) -> Fold:
    """The first fold of the split on which peers are searched."""
    source = plan.case.source
    return folds_of(plan.case, source.plan(source.search), plan.params.split, at_most=1)[0]


def _searched(number: int, task: Search) -> tuple[int, Found]:
    return number, search(task)


def _ran(number: int, job: Job) -> tuple[int, Result]:
    return number, run(job)
