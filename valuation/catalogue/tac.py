"""The TAC table: the first eight digits of an IMEI to a device model."""

import csv
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

TAC = re.compile(r"\d{8}")
HEADER = ("tac", "device_model")


class DamagedTacTable(ValueError):
    """The stored file is not a TAC table of ours."""


@dataclass(frozen=True, slots=True)
class TacTable:
    """Device model ids by TAC, as imported by whoever runs the service."""

    entries: Mapping[str, str] = field(default_factory=dict)

    def device_model(self, tac: str) -> str | None:
        """The id of the device model, or None where the TAC is not known."""
        return self.entries.get(tac)

    def save(self, path: Path) -> None:
        """Write the table in one step: a reader sees the old file or the new one."""
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(HEADER)
                writer.writerows(sorted(self.entries.items()))
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    @classmethod
    def load(cls, path: Path) -> "TacTable":
        """Read a saved table; DamagedTacTable names the line that is not one of ours."""
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            if tuple(next(reader, ())) != HEADER:
                raise DamagedTacTable(f"{path.name}:1: columns must be {', '.join(HEADER)}")
            entries: dict[str, str] = {}
            for cells in reader:
                if len(cells) != len(HEADER) or not TAC.fullmatch(cells[0]):
                    raise DamagedTacTable(f"{path.name}:{reader.line_num}: not a TAC and its id")
                entries[cells[0]] = cells[1]
        return cls(MappingProxyType(entries))
