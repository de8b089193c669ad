"""Failures as the terminal tells them: one line for a person, one JSON object under ``--json``."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from valuation.domain.redaction import redacted

UPPER = re.compile(r"(?<!^)(?=[A-Z])")
USAGE_CODE = "usage"

HELP = "see `{command} --help`"
_VARIANT = "give the id of one of the variants named, or the storage, RAM and version"
_TRAIN = "train again with this version: `tradein train`"
# By code; what is not here is told by the command's help.
TO_DO: Mapping[str, str] = {
    "settings_refused": "correct the environment variable; valuation/settings.py describes each",
    "not_served": "run `make run` or `tradein train --promote`, or choose another --market",
    "database_unavailable": (
        "correct DATABASE_URL, start the database's server, or restore the database from a backup"
    ),
    "unit_key_damaged": "restore the key file of TRADEIN_UNIT_KEY_FILE from a backup",
    "unit_key_busy": "try again",
    "no_such_unit_key": "`tradein unit-keys list` names those there are",
    "unit_key_in_use": "`tradein unit-keys rotate` first",
    "broken_block_list": "correct the file of TRADEIN_BLOCK_LIST at the line named",
    "no_key_ring": "give --keys PUBLIC.json, or set TRADEIN_RECEIPT_KEYS; `tradein receipt-keys"
    " rotate` makes the first key",
    "key_ring_damaged": "give the output of `tradein receipt-keys export` as --keys, or restore"
    " the folder of TRADEIN_RECEIPT_KEYS from a backup",
    "key_ring_busy": "try again",
    "rotation_refused": "set the machine's clock",
    "receipt_unreadable": "give the receipt's JSON file, or the QR code's whole text with --qr",
    "bad_name": "give a name that can be read aloud",
    "bad_pin": "choose a PIN of 4 to 8 digits",
    "too_many_keys": "revoke one of the keys named: `tradein keys revoke ID`",
    "name_taken": "try again",
    "no_such_merchant": "`tradein merchants list` names those there are",
    "no_such_store": "`tradein merchants list` names those there are",
    "no_such_key": "`tradein keys list` names those there are",
    "bad_customer": "give what the message names",
    "customer_erased": "enter the customer anew: `tradein customers add`",
    "purchase_settled": "nothing: the purchase stands",
    "no_such_customer": "give the reference that `tradein customers add` printed",
    "no_such_clerk": "`tradein clerks list` names those there are",
    "not_signed_in": "sign in as the message says",
    "wrong_pin": "`tradein clerks list` names the codes; type the PIN again",
    "clerk_locked": "wait as long as the message says, or ask a colleague",
    "other_device_by_tac": "leave the wrong one of name and IMEI out, or read the IMEI again",
    "code_taken": "try again",
    "unknown_code": "`tradein campaigns list` names the words there are",
    "code_spent": "leave the code out, or give another",
    "no_such_campaign": "`tradein campaigns list` names those there are",
    "place_taken": "look at `tradein life QUOTE`, then try again",
    "illegal_step": "`tradein life QUOTE` says what may follow",
    "step_incomplete": "give what the message names",
    "cannot_reprice": "a person names an amount (`tradein step override`), or return the device",
    "cannot_replay": "use the program that made the quote",
    "nothing_to_receipt": "`tradein life QUOTE` or `tradein basket show` says what has happened",
    "basket_not_found": "give the basket's id or its code, as `tradein basket make` printed them",
    "no_basket": "correct the file at the place named, or the lines named",
    "open_overridden": "`tradein life QUOTE`, or `tradein step decline` or `withdraw` first",
    "overridden": "ask for another receipt, as the message says",
    "too_many_codes": "give fewer codes, or name them in the lines' own codes",
    "single_use_coupon": "quote one device with --purchase and --code",
    "quote_not_found": "give the quote's id or its code, as `tradein quote` printed them",
    "damaged_bundle": "restore the bundle in TRADEIN_MODELS/bundles from a backup",
    "foreign_bundle": "restore the bundle in TRADEIN_MODELS/bundles from a backup",
    "archive_unavailable": "make room or give the right to write in TRADEIN_MODELS/tables",
    "broken_table": "correct the table at the line named; TRADEIN_TABLES is the shop's folder",
    "no_table": "give the table a version that is valid today",
    "policy_refused": "correct the policy table",
    "leaky_gates": "correct the gates table",
    "damaged_tac_table": "import the TAC lists again: `tradein tac import`",
    "unknown_tac_shape": "give a list with one of the headers named",
    "catalogue_error": "correct the row of the catalogue at the line named",
    "mapping_error": "correct the mapping at the place named",
    "intake_error": "correct the list or its mapping at the place named",
    "cannot_write": "choose another --out",
    "file_unusable": "check that the file is there, can be read or written, and the disk has room",
    "storage_needed": _VARIANT,
    "version_needed": _VARIANT,
    "impossible_variant": _VARIANT,
    "contradiction": "leave out what contradicts the device's name or id",
    "device_needed": "name a device with its storage, or give --imei",
    "name_too_long": "give the device's name alone; who the customer is: `tradein customers`",
    "not_an_identifier": "check the number on the device: *#06# shows it",
    "bundle_failed_trial": _TRAIN,
    "no_challenger": "`tradein history` and TRADEIN_MODELS/bundles name the bundles there are",
    "training_missing": "install the training extra: pip install 'tradein[training]'",
    "too_few_sales": "give more sales of this market",
    "champion_moved": "look at `tradein history`, then promote again",
    "damaged_line": "restore the history from a backup; the champions are not touched",
    "registry_failed": "nothing: the bundle is there, only MLflow was not told",
    "no_sale_served": "give sales of a served market, or the --bundle that they are held against",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a command did not do what was asked; ``code`` is stable, the sentences may change."""

    code: str
    message: str

    def told(self, command: str) -> dict[str, str]:
        """As JSON-able data."""
        to_do = TO_DO.get(self.code, HELP).format(command=command)
        return {"code": self.code, "message": self.message, "to_do": to_do}


def failure_of(error: Exception) -> Failure:
    """The failure behind an error, in one line that names no unit and no folder."""
    return Failure(_code(error), plain(_said(error)))


def plain(text: str) -> str:
    """The text in one line, without what could name a unit."""
    return " ".join(redacted(text).split())


def _code(error: Exception) -> str:
    """The reason that the error states, else its name: UnknownAnswer is unknown_answer."""
    reason = getattr(error, "reason", None)
    if isinstance(reason, StrEnum):
        return reason.value
    if isinstance(error, OSError) and type(error).__module__ == "builtins":
        return "file_unusable"
    return UPPER.sub("_", type(error).__name__).lower()


def _said(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        # The name alone: folders say more about the machine than about the fault.
        name = os.path.basename(str(error.filename)) if error.filename else ""
        return f"{name}: {error.strerror}" if name else error.strerror
    return str(error) or type(error).__name__
