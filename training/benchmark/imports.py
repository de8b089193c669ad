"""Which source files a module runs through: what it imports of this project, and what those do."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
OWN = ("training", "valuation")


def sources_of(*modules: str, without: frozenset[str] = frozenset()) -> list[Path]:
    """The files of the modules and of everything they import, sorted; ``without`` and what only
    those import is left out."""
    found: dict[str, Path] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        path = _file(name)
        if path is None or name in found or name in without:
            continue
        found[name] = path
        waiting += _imported(path)
    return sorted(found.values())


def _imported(path: Path) -> Iterator[str]:
    """Names of modules, and some that turn out to be none."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _file(module: str) -> Path | None:
    """The file of one of our modules; None for others."""
    if module.partition(".")[0] not in OWN:
        return None
    path = ROOT.joinpath(*module.split("."))
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((each for each in candidates if each.is_file()), None)
