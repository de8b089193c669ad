"""The fields that a mapping can fill, beside the context columns that it names itself."""

from valuation.domain.questions import QUESTIONS

# Where a sale or a device came through; they end up in the record's context.
CONTEXT = ("channel", "region", "buyer")

DEVICE = (
    "brand",
    "device_model",
    "storage_gb",
    "ram_gb",
    "version",
    "category",
    "launch_price_cny",
    "device_kind",
    "weight_g",
)
SALE = ("record_id", "price", "currency", "kind", "country", "sold_on", "unit_state", "seller")
ANSWERS = tuple(question.id for question in QUESTIONS)

FIELDS = (*DEVICE, *SALE, *CONTEXT, *ANSWERS)

# What differs from line to line, so that a constant for it could only be a mistake.
NEVER_CONSTANT = ("device_model", "price", "record_id")
CONSTANTS = (*(name for name in FIELDS if name not in NEVER_CONSTANT), "provenance")

MEMORY = ("storage_gb", "ram_gb")

REQUIRED_FOR_STOCK = ("device_model",)
REQUIRED_FOR_SALES = ("device_model", "price", "currency", "kind", "country")
