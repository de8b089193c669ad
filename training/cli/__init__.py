"""The data scientist's commands of ``tradein``."""
