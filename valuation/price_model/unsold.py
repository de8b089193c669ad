"""Which devices a bundle's sales say nothing of: a person must look, and no figure is made up."""

from dataclasses import replace

from valuation.domain.device import Device
from valuation.domain.outside import is_beyond
from valuation.domain.quote import Referral
from valuation.price_model.model import PriceModel


def is_sold(model: PriceModel, device: Device) -> bool:
    """Whether the bundle's sales taught the device a price."""
    if device.category not in model.specification.vocabulary["category"]:
        return False
    return not is_beyond(device.category) or device.variant in model.devices


def why_unsold(model: PriceModel, device: Device) -> Referral | None:
    """Why the device has no price in this market; None where its sales taught one.

    A device that the catalogue does not hold is known by the name and the size that it was sold
    under, to the letter but for case and marks; the suggestions are its other sizes.
    """
    if is_sold(model, device):
        return None
    category = device.category
    if category not in model.specification.vocabulary["category"]:
        return Referral(
            "no_price_model",
            f"No sale of this category ({category.value}) taught this market a price; a person "
            "must look at it.",
            "本市场没有该品类的成交数据，无法定价，需人工评估。",
        )
    sizes = (each for each in model.devices if each.startswith(f"{device.device_model}/"))
    return Referral(
        "unsold_device",
        "No device of this name and size is among the sales; a person must look at it.",
        "成交数据中没有该名称和容量的设备，需人工评估。",
        tuple((each, model.devices[each].name) for each in sizes),
    )


def as_sold(model: PriceModel, stated: Device) -> Device:
    """The stated device with the facts that its sales had, under the name that it is asked by."""
    return replace(model.device(stated), name=stated.name)
