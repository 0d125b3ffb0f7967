"""A quick and small start: imported before everything else by the command, for its effects.

What is made while modules load lives as long as the process, so the collector of memory need not look for
garbage in it, again and again (a fifth of the time): it works once the portal serves. The log's library
would load another that colours terminals, 8 MB that a server never shows. What is named but seldom reached
is loaded when it is: YAML and the printing of documentation, the commands beside serving.
"""

import gc
import sys
from importlib.machinery import PathFinder
from importlib.util import LazyLoader
from typing import Any

SELDOM = frozenset({"pydoc", "yaml", "app.commands", "app.copies.backup"})


class Later(PathFinder):
    """Finds what is loaded when something of it is asked for."""

    @classmethod
    def find_spec(cls, fullname: str, path: Any = None, target: Any = None) -> Any:
        spec = super().find_spec(fullname, path, target) if fullname in SELDOM else None
        if spec and spec.loader:
            spec.loader = LazyLoader(spec.loader)
        return spec


sys.meta_path.insert(0, Later)
gc.disable()
if "structlog" not in sys.modules and "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment]
    import structlog  # noqa: F401

    del sys.modules["rich"]
