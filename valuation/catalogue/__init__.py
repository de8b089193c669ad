"""The catalogue: device models as data, look-up without guessing, identities and TACs."""

from valuation.catalogue.assembly import from_rows
from valuation.catalogue.catalogue import Catalogue, CatalogueRows, UnknownVariant
from valuation.catalogue.cells import CatalogueError
from valuation.catalogue.entries import DeviceModel, Region, Variant
from valuation.catalogue.free_text import parse_free_text
from valuation.catalogue.loader import load_catalogue
from valuation.catalogue.lookup import Lookup
from valuation.catalogue.matches import Match, NoMatch, Reason, Suggestion

__all__ = [
    "Catalogue",
    "CatalogueError",
    "CatalogueRows",
    "DeviceModel",
    "Lookup",
    "Match",
    "NoMatch",
    "Reason",
    "Region",
    "Suggestion",
    "UnknownVariant",
    "Variant",
    "from_rows",
    "load_catalogue",
    "parse_free_text",
]
