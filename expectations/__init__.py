"""Promises: Great Expectations suites, one per table.

One module per source holds its suites, made of promises that ``promises``, ``contact_details``,
``moments`` and ``money`` word once for all. ``catalogue`` finds a table's suite, ``validation``
runs it, ``results`` is what comes out, and ``data_docs`` shows that to people on ``pages``. Which
check blocks which asset is the orchestration's matter.
"""

import os

# Nothing leaves the machine. Great Expectations reads this once, when it is first imported, and
# every way to it in this project passes through this package.
os.environ["GX_ANALYTICS_ENABLED"] = "false"
