"""What the service answers about erasures, for OpenAPI; no field has a default."""

from pydantic import Field

from valuation.web.out import Out


class FaultOut(Out):
    """Why a record does not count, and what to do."""

    code: str
    en: str
    zh: str


class ErasureOut(Out):
    """A record as it was signed; ``id`` is the SHA-256 of its facts."""

    schema_: str = Field(alias="schema")
    key_id: str
    id: str
    quote: str
    quote_digest: str
    unit: str | None
    device: str | None
    method: str
    technique: str
    tool: str
    tool_version: str
    verification: str
    passed: bool
    erased_by: str
    verified_by: str
    started_at: str
    finished_at: str
    verified_at: str
    place: str
    note: str
    verified: bool
    faults: list[FaultOut]
    recorded_by: str
    recorded_at: str


class SignatureOut(Out):
    """Ed25519, in base 64, over the record as canonical JSON."""

    algorithm: str
    key_id: str
    value: str


class SignedErasureOut(Out):
    """A record with its signature."""

    record: ErasureOut
    signature: SignatureOut


class CheckedErasureOut(SignedErasureOut):
    """A record, and whether the signature over it is the shop's; `reason` says why not."""

    authentic: bool
    reason: str | None


class ErasuresOut(Out):
    """A quote's records; `erased`: one of them counts, `route`: where the device goes."""

    quote: str
    code: str
    route: str
    erased: bool
    records: list[CheckedErasureOut]
