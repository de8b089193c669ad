"""A device in the service's answers: what was meant, which unit, what a block list said."""

from valuation.web.out import Out, Reason, Sometimes


class Facts(Out):
    """What is known of the device: g, mAh, inches, GB, whole yuan, first day of the month."""

    category: str | None
    first_sale: str | None
    successor_first_sale: str | None
    weight_g: float | None
    battery_mah: float | None
    screen_in: float | None
    ram_gb: float | None
    storage_gb: float | None
    launch_price_cny: int | None


class Unit(Out):
    """Which unit: a keyed digest of its identifier and the last four characters."""

    kind: str
    digest: str
    last4: str
    key_id: str = Sometimes


class QuotedDevice(Out):
    """The device as asked and as recognised."""

    words: str
    matched_by: str
    id: str | None
    name: str | None
    name_zh: str | None
    category: str | None
    facts: Facts | None
    unit: Unit | None


class CheckFinding(Out):
    """A question of a device check: what the source said and what was declared, and which counts.

    ``said_by``: ``check`` or ``declared``; null where nobody answered.
    """

    question: str
    status: str
    declared: str | None
    counted: str | None
    said_by: str | None
    conflict: Reason | None


class DeviceCheck(Out):
    """What a block list said, and which state of it; ``why`` it knows nothing."""

    source: str
    digest: str | None
    dated: str | None
    at: str
    why: str | None
    findings: list[CheckFinding]
