"""A record that a device's data were erased, and what makes it count.

Its fields are those of the certificate of sanitization of NIST SP 800-88 Rev. 1 (December 2014,
appendix G, doi:10.6028/NIST.SP.800-88r1): method, technique, tool with version, verification, who
did it, who verified it, when and where. Persons are references, as everywhere in a log. A record
with a fault is kept and counts for nothing.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from valuation.domain.disposition import Route
from valuation.domain.questions import BY_ID, ERASURE
from valuation.domain.records import LONGEST_ID, LONGEST_TEXT, BadRecord, check_moment
from valuation.domain.redaction import holds_identifier, personal_data

# Of a person: a name would stay in the log for ever.
REFERENCE = re.compile(r"([A-Za-z_]+):[\w.-]+")
ROLES = ("clerk", "manager", "technician")  # who stands at the bench: no customer, clock or system
# As tools and their reports call it.
RESET = re.compile(r"(?<!p)reset|恢复出厂|出厂设置|重置|恢復原廠|回復原廠")
# Whoever declared or found it: from such a device nobody erases anything and verifies it.
UNERASABLE = ((ERASURE, "impossible"), ("powers_on", "no"))


class Method(StrEnum):
    """How thoroughly, in the words of NIST SP 800-88."""

    CLEAR = "clear"
    PURGE = "purge"
    DESTROY = "destroy"


class Technique(StrEnum):
    """What was done to the storage. Degaussing is none: flash memory does not notice it."""

    OVERWRITE = "overwrite"
    BLOCK_ERASE = "block_erase"
    CRYPTO_ERASE = "crypto_erase"
    FACTORY_RESET = "factory_reset"
    SHRED = "shred"
    DISINTEGRATE = "disintegrate"
    PULVERIZE = "pulverize"
    INCINERATE = "incinerate"
    MELT = "melt"


class Verification(StrEnum):
    """How the result was looked at: all of it, a sample of it, or the pieces."""

    FULL = "full"
    SAMPLING = "sampling"
    INSPECTION = "inspection"


class Fault(StrEnum):
    """Why a record does not count."""

    FACTORY_RESET_ALONE = "factory_reset_alone"
    VERIFICATION_FAILED = "verification_failed"
    ONE_PERSON = "one_person"
    NOT_DESTROYED = "not_destroyed"


# In English and Chinese: what is wrong, and what to do.
SAID: Mapping[Fault, tuple[str, str]] = {
    Fault.FACTORY_RESET_ALONE: (
        "a factory reset alone does not count: erase it with a tool, then record that",
        "仅恢复出厂设置不算数据清除：请用工具清除后再登记",
    ),
    Fault.VERIFICATION_FAILED: (
        "the verification failed: erase it again, or destroy the storage",
        "验证未通过：请重新清除，或销毁存储",
    ),
    Fault.ONE_PERSON: (
        "the same person erased and verified: have a second person verify",
        "清除人与验证人相同：须由第二人验证",
    ),
    Fault.NOT_DESTROYED: (
        "its data cannot be erased, or it does not power on: destroy the storage, then record that",
        "数据无法清除或设备无法开机：须销毁存储后登记",
    ),
}

_DESTROY = frozenset({Method.DESTROY})
TECHNIQUES: Mapping[Technique, frozenset[Method]] = {
    **dict.fromkeys(Technique, _DESTROY),
    Technique.OVERWRITE: frozenset({Method.CLEAR, Method.PURGE}),
    Technique.BLOCK_ERASE: frozenset({Method.CLEAR, Method.PURGE}),
    Technique.CRYPTO_ERASE: frozenset({Method.PURGE}),
    Technique.FACTORY_RESET: frozenset({Method.CLEAR}),
}

# The gates' conditions that a record meets, and no photo does.
ERASE, DESTROY = "erase_before_settlement", "destroy_storage"
CONDITIONS = frozenset({ERASE, DESTROY})


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureFacts:
    """What somebody says was done to a device. ``passed``: what the verification found. Moments
    are in UTC."""

    method: Method
    technique: Technique
    tool: str
    tool_version: str
    verification: Verification
    passed: bool
    erased_by: str
    verified_by: str
    started_at: datetime
    finished_at: datetime
    verified_at: datetime
    place: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure(ErasureFacts):
    """What was done to a quote's device; BadRecord where it cannot have been so.

    ``unit``: the keyed digest of the IMEI or serial number, None where the quote names no unit.
    """

    quote: str
    unit: str | None

    def __post_init__(self) -> None:
        for name in ("erased_by", "verified_by"):
            _check_person(name, getattr(self, name))
        for name in ("tool", "tool_version", "place", *(["note"] if self.note else [])):
            _check_text(name, getattr(self, name), longest=LONGEST_TEXT)
            if holds_identifier(getattr(self, name)):
                raise BadRecord(f"{name}: it names no unit: leave the IMEI out")
        for name in ("place", "note"):
            if found := personal_data(getattr(self, name)):
                raise BadRecord(f"{name}: this looks like {found}; a record names no customer")
        if self.method not in TECHNIQUES[self.technique]:
            can = " or ".join(sorted(TECHNIQUES[self.technique]))
            raise BadRecord(f"method: the technique {self.technique} is {can}, not {self.method}")
        if self.verification is Verification.INSPECTION and self.method is not Method.DESTROY:
            raise BadRecord("verification: what is not destroyed is verified full or by sampling")
        for moment in (self.started_at, self.finished_at, self.verified_at):
            check_moment(moment)
        if not self.started_at <= self.finished_at <= self.verified_at:
            raise BadRecord("verified_at: started, finished and verified follow in this order")


def faults(record: Erasure, *, erasable: bool) -> tuple[Fault, ...]:
    """Why the record does not count; none where it does.

    ``erasable``: whether the device's data can be erased at all, see ``can_be_erased``.
    """
    found = {
        Fault.FACTORY_RESET_ALONE: _reset_alone(record),
        Fault.VERIFICATION_FAILED: not record.passed,
        Fault.ONE_PERSON: _person(record.erased_by) == _person(record.verified_by),
        Fault.NOT_DESTROYED: not erasable and record.method is not Method.DESTROY,
    }
    return tuple(fault for fault, there in found.items() if there)


def can_be_erased(levels: Mapping[str, int]) -> bool:
    """Whether data can be erased of a device with these answers, by the ids of questions."""
    return not any(levels.get(name) == BY_ID[name].level(said) for name, said in UNERASABLE)


def says_reset(text: str) -> bool:
    """Whether a tool's name or words for what it did say a factory reset."""
    return RESET.search(unicodedata.normalize("NFKC", text).casefold()) is not None


def conditions_met(*, method: Method, route: Route, conditions: Collection[str]) -> tuple[str, ...]:
    """Those of a life's conditions that a record without fault meets.

    A board whose data are gone may be harvested; of what is dismantled the storage is destroyed.
    """
    destroyed = method is Method.DESTROY or route is Route.PARTS
    return tuple(c for c in sorted(CONDITIONS) if c in conditions and (c == ERASE or destroyed))


def _reset_alone(record: Erasure) -> bool:
    by_tool = record.method is not Method.DESTROY and says_reset(record.tool)
    return by_tool or record.technique is Technique.FACTORY_RESET


def _person(reference: str) -> str:
    """Who is meant: in another role, or in capitals, nobody is a second person."""
    return unicodedata.normalize("NFKC", reference.partition(":")[2]).casefold()


def _check_person(name: str, text: str) -> None:
    _check_text(name, text, longest=LONGEST_ID)
    found = REFERENCE.fullmatch(text)
    if found is None or holds_identifier(text):
        raise BadRecord(f"{name}: a reference such as clerk:mei is needed, and no name")
    if found[1].casefold() not in ROLES:
        known = ", ".join(ROLES)
        raise BadRecord(f"{name}: whoever erases or verifies is one of {known}, as in clerk:mei")


def _check_text(name: str, text: str, *, longest: int) -> None:
    if not text.strip() or len(text) > longest or not text.isprintable():
        raise BadRecord(f"{name}: 1 to {longest} printable characters are needed")
