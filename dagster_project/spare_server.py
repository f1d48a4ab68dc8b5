"""What the spare processes hold before they are forked; importing this module loads it.

Named as the fork server's preload in ``dagster_project.spare_processes``. Nothing here opens a
database or starts a thread, which a fork would not take along.
"""

import gc

import pyarrow as pa

from expectations.validation import preload
from models.normalisation.cities import find_coordinates
from models.normalisation.places import place_facts

# Half a million imported objects are not worth a look at each full collection (0.2 s).
gc.disable()
preload()
# The Nordic file takes 2 s to read, that of the rest of the world half a second when it is asked.
_NORDICS = ["SE", "DK", "NO", "FI"]
place_facts(pa.table({"country_code": _NORDICS, "city": ["Vik"] * len(_NORDICS)}))
find_coordinates([])
gc.freeze()
gc.enable()
