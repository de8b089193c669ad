"""The demo market: a simulator of dated second-hand sales whose true medians are known."""

from training.demo_market.demand import NothingToSimulate
from training.demo_market.files import DemoFiles, write
from training.demo_market.ledger import DemoSales
from training.demo_market.params import DemoParams
from training.demo_market.params_file import BadParams, load_params
from training.demo_market.sales import simulate

__all__ = [
    "BadParams",
    "DemoFiles",
    "DemoParams",
    "DemoSales",
    "NothingToSimulate",
    "load_params",
    "simulate",
    "write",
]
