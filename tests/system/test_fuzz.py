"""Schemathesis reads the platform's OpenAPI document and sends what fits it and what does not: never a 500.

Seeded and bounded: so many examples an operation, the same each time.
"""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from tests.conftest import FreshDatabase
from tests.system.operations import ROLES
from tests.system.platform import TOGETHER, Platform, running

EXAMPLES_EACH = 8
SOME = settings(
    max_examples=EXAMPLES_EACH,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def platform(fresh_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """One platform for all of it."""
    folder = tmp_path_factory.mktemp("platform")
    with fresh_database() as url, running(url, "log://", folder, TOGETHER) as platform:
        yield platform


@pytest.mark.timeout(600)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"])
def test_no_request_breaks_the_platform(platform: Platform, mode: GenerationMode) -> None:
    url = platform.processes[0].url
    tokens = {role: platform.client(role, "fuzz").headers["authorization"] for role in ROLES}
    for found in schemathesis.openapi.from_url(f"{url}/openapi.json").get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        roles = operation.definition.raw.get("x-roles", [])
        if roles and not operation.path.endswith("/events"):
            send_some(operation, url, tokens[roles[0]], mode)
    assert 'status="500"' not in httpx.get(f"{url}/metrics").text
    assert httpx.get(f"{url}/readyz").status_code == 200


def send_some(operation: APIOperation[Any, Any, Any, Any], url: str, token: str, mode: GenerationMode) -> None:
    """Examples of one operation, as somebody who may."""
    with requests.Session() as session:

        @SOME
        @given(operation.as_strategy(generation_mode=mode))
        def send(case: Case[Any]) -> None:
            answer = case.call(base_url=url, session=session, headers={"authorization": token}, timeout=120)
            busy = answer.status_code == 503  # the machine's fault
            assert answer.status_code < 500 or busy, f"{case.as_curl_command()}\n{answer.text}"
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == ["application/problem+json"], case.as_curl_command()

        send()
