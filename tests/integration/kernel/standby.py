"""A process that consumes as leader, to be stopped and killed: python -m tests.integration.kernel.standby DB BUS"""

import sys
import threading

from tests.integration.kernel.world import World, subscription


def main(database_url: str, bus_url: str) -> None:
    """Consume until killed, and say so."""
    world = World(database_url, bus_url)
    with world.consumer(subscription(leader=True)):
        print("running", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
