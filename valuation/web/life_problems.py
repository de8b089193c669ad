"""Errors of a quote's life as problems: what is not allowed now, what a step lacks."""

from collections.abc import Callable, Sequence
from typing import Any

from valuation.domain.lifecycle import ImpossibleHistory
from valuation.domain.records import BadRecord
from valuation.domain.refusals import IllegalStep
from valuation.price_model.bundle import DamagedBundle, ForeignBundle
from valuation.price_model.library import BoosterRefused
from valuation.price_model.trial import BundleFailedTrial
from valuation.quotes.replaying import CannotReplay
from valuation.receipts.key_folder import KeyRingBusy, NoKeyRing
from valuation.receipts.keys import KeyRingDamaged
from valuation.receipts.receipt import ReceiptRefused
from valuation.storage.answers import KeyTaken
from valuation.storage.quotes import PlaceTaken
from valuation.use_cases.receipting import NothingToReceipt, Overridden
from valuation.use_cases.step_request import CannotReprice, StepIncomplete
from valuation.web.idempotency import KeyReused, KeyUnusable
from valuation.web.problem import RETRY, FieldError, Problem, in_body


def _illegal(error: IllegalStep) -> Problem:
    return Problem(409, error.code.value, "Not now", str(error))


def _incomplete(error: StepIncomplete) -> Problem:
    found = in_body((error.member,), str(error))
    return Problem(422, "step_incomplete", "Step incomplete", str(error), (found,))


def _bad_record(error: BadRecord) -> Problem:
    return Problem(422, "bad_record", "Not a record", str(error))


def _reprice(error: CannotReprice) -> Problem:
    detail = f"{error}; the device stays as received: a person names an amount, or it is returned"
    return Problem(409, "cannot_reprice", "No price for what was found", detail)


def _history(_: ImpossibleHistory) -> Problem:
    detail = "the quote's log is not one that this service wrote; nothing was changed"
    return Problem(500, "log_damaged", "Log damaged", detail)


def _replay(error: CannotReplay) -> Problem:
    return Problem(409, "cannot_replay", "Other rules", str(error))


def _versions(_: Exception) -> Problem:
    detail = "the quote's own bundle was changed or is gone; nothing was priced with another"
    return Problem(503, "versions_unavailable", "Versions unavailable", detail, headers=RETRY)


def _no_receipt(error: NothingToReceipt) -> Problem:
    return Problem(409, "nothing_to_receipt", "Nothing to receipt", str(error))


def _overridden(error: Overridden) -> Problem:
    return Problem(409, "overridden", "Overridden since", str(error))


def _receipt_refused(error: ReceiptRefused) -> Problem:
    return Problem(409, "receipt_refused", "Not signed", str(error))


def _keys(_: Exception) -> Problem:
    detail = "the keys that sign receipts cannot be used now; the service's log says why"
    return Problem(503, "receipt_keys_unavailable", "No keys", detail, headers=RETRY)


def _no_keys(_: NoKeyRing) -> Problem:
    detail = "nothing was signed here yet: the first receipt makes the first key"
    return Problem(404, "no_receipt_keys", "No keys yet", detail)


def _stepping(_: Exception) -> Problem:
    detail = "others are taking steps with this quote: read it again, then try again"
    return Problem(409, "went_on_meanwhile", "Went on meanwhile", detail)


def _key_unusable(error: KeyUnusable) -> Problem:
    found = FieldError("Idempotency-Key", str(error), "1 to 255 printable characters")
    return Problem(422, "idempotency_key_unusable", "Key unusable", str(error), (found,))


def _key_reused(_: KeyReused) -> Problem:
    detail = "this Idempotency-Key came with another request; take a new one for a new request"
    found = FieldError("Idempotency-Key", "it came with another request", "a key of its own")
    return Problem(422, "idempotency_key_reused", "Key reused", detail, (found,))


TABLE: Sequence[tuple[type[Exception], Callable[[Any], Problem]]] = (
    (IllegalStep, _illegal),
    (StepIncomplete, _incomplete),
    (BadRecord, _bad_record),
    (CannotReprice, _reprice),
    (ImpossibleHistory, _history),
    (CannotReplay, _replay),
    (DamagedBundle, _versions),
    (ForeignBundle, _versions),
    (BundleFailedTrial, _versions),
    (BoosterRefused, _versions),
    (NothingToReceipt, _no_receipt),
    (Overridden, _overridden),
    (ReceiptRefused, _receipt_refused),
    (NoKeyRing, _no_keys),
    (KeyRingDamaged, _keys),
    (KeyRingBusy, _keys),
    (PlaceTaken, _stepping),
    (KeyTaken, _stepping),
    (KeyUnusable, _key_unusable),
    (KeyReused, _key_reused),
)
