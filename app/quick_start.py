"""A quick and small start: imported before everything else by the command, for its effects.

What is made while modules load lives as long as the process, so the collector of memory need not look for
garbage in it, again and again (a fifth of the time): it works once the portal serves. And the log's library
would load another that colours terminals, 8 MB that a server never shows.
"""

import gc
import sys

gc.disable()
if "structlog" not in sys.modules and "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment]
    import structlog  # noqa: F401

    del sys.modules["rich"]
