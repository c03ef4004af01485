"""One whole platform for the tests of this folder, as a process of its own."""

from collections.abc import Iterator

import pytest

from tests.conftest import FreshDatabase
from tests.system.platform import ALL, Platform, running


@pytest.fixture(scope="module")
def platform(fresh_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """All services in one process on the log."""
    folder = tmp_path_factory.mktemp("platform")
    with fresh_database() as url, running(url, "log://", folder, [ALL]) as platform:
        yield platform
