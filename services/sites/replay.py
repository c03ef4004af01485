"""Make the ledger of progress anew from the logs: python -m services.sites.replay (DATABASE_URL from the environment).

The subscriptions keep it up to date by themselves; this is for a ledger that was lost or whose reading has changed.
"""

import os
import sys

from services.sites.store.tables import SCHEMA
from services.sites.usecases.history import replay
from shared.frame import Database


def main() -> None:
    """Replay, and say how many events there were."""
    database = Database(os.environ["DATABASE_URL"], SCHEMA, pool_size=1)
    try:
        with database.transaction() as tx:
            number = replay(tx)
    finally:
        database.close()
    sys.stdout.write(f"{number} events\n")


if __name__ == "__main__":
    main()
