"""Talks to the platform: one method a verb, and every failure as one `CommandFailed` that a person can read."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

Parameters = Mapping[str, str | int | float | bool | None]

LONGEST_ANSWER_S: Final = 120.0
FAILED: Final = 1
BAD_INPUT: Final = 2


@dataclass
class CommandFailed(Exception):
    """What went wrong, line by line, and the exit code it ends with: 1 the platform said no, 2 the input is bad."""

    message: str
    lines: list[str] = field(default_factory=list)
    exit_code: int = FAILED


class Platform:
    """The platform at an address, as the holder of a token."""

    def __init__(self, url: str, token: str | None) -> None:
        headers = {"authorization": f"Bearer {_sendable(token)}"} if token else {}
        self._http = httpx.Client(base_url=_address(url), headers=headers, timeout=LONGEST_ANSWER_S)

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    def get(self, path: str, **parameters: Any) -> Any:
        """What the platform has there."""
        return self._answer("GET", path, params=_given(parameters)).json()

    def text(self, path: str, **parameters: Any) -> str:
        """The same, as it came."""
        return self._answer("GET", path, params=_given(parameters)).text

    def download(self, path: str, **parameters: Any) -> bytes:
        """The same, as bytes."""
        return self._answer("GET", path, params=_given(parameters)).content

    def post(self, path: str, body: Any, *, headers: Mapping[str, str] | None = None, **parameters: Any) -> Any:
        """Send JSON."""
        return self._answer("POST", path, json=body, headers=headers, params=_given(parameters)).json()

    def delete(self, path: str, **parameters: Any) -> Any:
        """Take something away; what is said of it then, if anything."""
        answer = self._answer("DELETE", path, params=_given(parameters))
        return answer.json() if answer.content else None

    def upload(self, path: str, content: bytes, media_type: str, **parameters: Any) -> Any:
        """Send a file as it is."""
        headers = {"content-type": media_type}
        return self._answer("POST", path, content=content, headers=headers, params=_given(parameters)).json()

    def pages(self, path: str, limit: int, **parameters: Any) -> Iterator[dict[str, Any]]:
        """The first `limit` items of a list, however many pages they take."""
        cursor = None
        while limit > 0:
            page = self.get(path, limit=min(limit, 500), cursor=cursor, **parameters)
            yield from page["items"]
            limit -= len(page["items"])
            cursor = page["next"]
            if cursor is None:
                return

    @contextmanager
    def stream(self, path: str, after: str | None) -> Iterator[Iterator[str]]:
        """The lines of an event stream."""
        headers = {"last-event-id": after} if after else {}
        timeout = httpx.Timeout(LONGEST_ANSWER_S, read=60)  # the stream says something every 15 s
        with self._reaching(), self._http.stream("GET", path, headers=headers, timeout=timeout) as answer:
            if answer.is_error:
                answer.read()
                raise refusal(answer)
            yield answer.iter_lines()

    def _answer(self, method: str, path: str, **request: Any) -> httpx.Response:
        with self._reaching():
            answer = self._http.request(method, path, **request)
        if not answer.is_success:
            raise refusal(answer)
        return answer

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = str(error) or type(error).__name__
            raise CommandFailed(f"no answer from {self._http.base_url}: {reason}") from error


def _sendable(token: str) -> str:
    """The token, fit for a header. Raises CommandFailed."""
    stripped = token.strip()
    if not (stripped.isascii() and stripped.isprintable()):
        raise CommandFailed("the token is none: it has characters that no token has", exit_code=BAD_INPUT)
    return stripped


def _address(url: str) -> httpx.URL:
    """The platform's address. Raises CommandFailed."""
    try:
        address = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise CommandFailed(f"{url} is no address: {error}", exit_code=BAD_INPUT) from error
    if address.scheme not in ("http", "https") or not address.host:
        raise CommandFailed(f"{url} is no address such as http://127.0.0.1:8000", exit_code=BAD_INPUT)
    return address


def refusal(answer: httpx.Response) -> CommandFailed:
    """A problem document as the failure of the command."""
    if answer.headers.get("content-type", "") != "application/problem+json":
        return CommandFailed(f"{answer.url} answered {answer.status_code}; is this the platform's address?")
    problem = answer.json()
    lines = [_line(error) for error in problem.get("errors", [])]
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        lines.append("give a token with --token or TIANYUAN_TOKEN; `tianyuan token` makes one for demonstrations")
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR and "trace-id" in answer.headers:
        lines.append(f"trace {answer.headers['trace-id']}")
    said = [line for line in lines if not line.endswith(problem["detail"])]
    named = next((line for line in lines if line.endswith(f": {problem['detail']}")), problem["detail"])
    return CommandFailed(f"{problem['title']}: {named}", said)


def _line(error: Mapping[str, str]) -> str:
    return f"{error['field']}: {error['detail']}" if error["field"] else error["detail"]


def _given(parameters: Parameters) -> dict[str, str | int | float | bool]:
    return {name.rstrip("_"): value for name, value in parameters.items() if value is not None}
