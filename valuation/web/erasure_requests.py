"""What callers send of an erasure, checked for shape; ``valuation.domain.erasure`` has the rest."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from valuation.domain.erasure import Method, Technique, Verification
from valuation.domain.records import LONGEST_ID
from valuation.use_cases.erasing import ErasureRequest
from valuation.web.life_requests import Text
from valuation.web.requests import Identifier


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Needed = Annotated[Text, Field(min_length=1)]
Person = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_ID,
        description="a reference such as clerk:mei: of a clerk, a manager or a technician",
    ),
]


class ErasureIn(BaseModel):
    """The fields of NIST SP 800-88's certificate. A key vouches for both persons; a person signed
    in is one of the two, and `confirmed_with` is the other's session."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Method
    technique: Technique
    tool: Needed
    tool_version: Needed
    verification: Verification
    passed: Annotated[bool, Field(strict=True)]
    erased_by: Person
    verified_by: Person
    started_at: Moment
    finished_at: Moment
    verified_at: Moment
    place: Needed
    note: Text = ""
    identifier: Identifier | None = None
    confirmed_with: Annotated[str, Field(max_length=128)] | None = Field(
        default=None, description="The session token of the other person."
    )

    def request(self) -> ErasureRequest:
        """As the use case takes it."""
        facts = {name: getattr(self, name) for name in ErasureRequest.__dataclass_fields__}
        return ErasureRequest(**facts)
