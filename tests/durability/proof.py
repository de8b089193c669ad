"""Load, kill, start again, ask again what was not answered, and look into the database."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import httpx

from tests.databases import looking
from tests.durability.books import faults_of, faults_of_all
from tests.durability.service import DidNotStart, Service, Start
from tests.durability.tills import SECONDS, Asked, answer_of, ask, sell_until_killed

TILLS = 8
LONGEST = 0.6  # seconds of load before a kill


@dataclass
class Found:
    """What a proof found. ``starts``: each after a kill.

    ``unanswered``: requests that the kill left without an answer; ``written``: those of them that
    the service had done all the same.
    """

    starts: list[Start] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    unanswered: int = 0
    written: int = 0
    faults: list[str] = field(default_factory=list)


def prove(
    service: Service,
    database: str,
    *,
    kills: int,
    random: Random,
    say: Callable[[str], None] = lambda _: None,
) -> Found:
    """Kill the service so many times; ends at the first fault, with the database as it is."""
    found = Found()
    try:
        service.start()
        for number in range(1, kills + 1):
            _kill_once(service, database, found, number, random)
            say(f"kill {number} of {kills}: ready in {found.starts[-1].seconds:.2f} s")
            if found.faults:
                return found
        with looking(database) as connection:
            found.faults += faults_of(connection, found.asked)
    except DidNotStart as error:
        found.faults.append(f"it did not start: {error}")
    finally:
        service.kill()
    return found


def _kill_once(service: Service, database: str, found: Found, number: int, random: Random) -> None:
    seconds = random.uniform(0, LONGEST)
    asked = sell_until_killed(
        service, name=f"kill-{number}", tills=TILLS, seconds=seconds, random=random
    )
    found.starts.append(service.start())
    with httpx.Client(base_url=service.url, headers=service.headers, timeout=SECONDS) as client:
        for each in asked:
            if each.answer is None:
                _ask_again(client, each, found)
    found.asked += asked
    with looking(database) as connection:
        found.faults += faults_of(connection, asked)
        found.faults += faults_of_all(connection, found.asked)


def _ask_again(client: httpx.Client, asked: Asked, found: Found) -> None:
    """As a till does that timed out; and once more, for the answer must stay."""
    first = ask(client, asked)
    asked.answer = answer_of(first)
    found.unanswered += 1
    found.written += "idempotent-replayed" in first.headers
    if answer_of(ask(client, asked)) != asked.answer:
        found.faults.append(f"{asked.key} was answered in two ways")
