"""An answer leaves only after the commit: what the database refuses at COMMIT is never a success."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from threading import Barrier, Event, Thread
from typing import Annotated, Any

import httpx
import pytest
import sqlalchemy as sa

from shared.auth import ANYONE_KNOWN, Principal, allow
from shared.errors import Conflict
from shared.frame import Transaction
from shared.groupcommit import GroupCommit
from shared.http import body, reading, state, transaction
from tests.integration.edge.conftest import SERVICE, World
from tests.waiting import eventually

Tx = Annotated[Transaction, transaction(SERVICE)]
Reading = Annotated[sa.Connection, reading(SERVICE)]
Caller = Annotated[Principal, allow(*ANYONE_KNOWN)]
Note = Annotated[str, body(str)]

NOTES = "CREATE TABLE notes (note text PRIMARY KEY)"
REFUSE_AT_COMMIT = (
    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN IF NEW.note LIKE 'bad%' THEN RAISE EXCEPTION 'refused'; END IF; RETURN NULL; END $$",
    "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW EXECUTE FUNCTION refuse()",
)
INSERT = sa.text("INSERT INTO notes VALUES (:note)")


class NoteExists(Conflict):
    """The note is there already."""


def insert(tx: Transaction, notes: Sequence[str]) -> list[str]:
    for note in notes:
        tx.execute(INSERT, {"note": note})
    return [note.upper() for note in notes]


@pytest.fixture
def notes(world: World) -> World:
    """Operations that write notes: alone, and in groups."""
    world.execute(NOTES, *REFUSE_AT_COMMIT)
    group: GroupCommit[str, str] = GroupCommit(world.database, insert, name="notes", longest_queue=50)
    world.state = group

    @world.router.post("/notes", status_code=201)
    def add(tx: Tx, note: Note, caller: Caller) -> str:
        return insert(tx, [note])[0]

    @world.router.post("/grouped", status_code=201)
    async def add_grouped(
        note: Note, caller: Caller, group: Annotated[GroupCommit[str, str], state(SERVICE, GroupCommit)]
    ) -> str:
        return await group.submit(note)

    @world.router.post("/broken", status_code=201)
    def broken(tx: Tx, note: Note, caller: Caller) -> str:
        insert(tx, [note])
        raise RuntimeError("secret of the house")

    @world.router.post("/conflicting", status_code=201)
    def conflicting(tx: Tx, note: Note, caller: Caller) -> str:
        insert(tx, [note])
        raise NoteExists("there is such a note", field="note", note=note)

    @world.router.post("/readonly", status_code=201)
    def readonly(connection: Reading, note: Note, caller: Caller) -> str:
        connection.execute(INSERT, {"note": note})
        return note

    return world


def test_a_refused_commit_is_a_problem_and_later_requests_are_unharmed(notes: World) -> None:
    with notes.serve() as client:
        for path in ("/notes", "/grouped"):
            refused = client.post(path, json=f"bad {path}", headers=notes.headers())
            assert refused.status_code == 500
            assert refused.headers["content-type"] == "application/problem+json"
            assert "refused" not in refused.text
            assert client.post(path, json=f"good {path}", headers=notes.headers()).status_code == 201
    assert sorted(notes.rows("SELECT note FROM notes")) == ["good /grouped", "good /notes"]


def test_an_error_rolls_back_and_tells_no_internals(notes: World) -> None:
    with notes.serve() as client:
        broken = client.post("/broken", json="a", headers=notes.headers())
        conflict = client.post("/conflicting", json="a", headers=notes.headers())
    assert broken.status_code == 500
    assert "secret" not in broken.text
    assert broken.json()["trace_id"] == broken.headers["trace-id"]
    assert conflict.status_code == 409
    assert conflict.json() == {
        "type": "urn:tianyuan:problem:note-exists",
        "title": "Note exists",
        "status": 409,
        "detail": "there is such a note",
        "instance": "/conflicting",
        "field": "note",
        "errors": [{"field": "note", "detail": "there is such a note"}],
        "note": "a",
    }
    assert notes.rows("SELECT note FROM notes") == []


def test_a_reading_cannot_write(notes: World) -> None:
    with notes.serve() as client:
        assert client.post("/readonly", json="a", headers=notes.headers()).status_code == 500
    assert notes.rows("SELECT note FROM notes") == []


def test_a_bad_item_hurts_only_itself(notes: World) -> None:
    wanted = [f"{'bad' if n % 7 == 3 else 'good'} {n}" for n in range(40)]
    answers: dict[str, int] = {}
    start = Barrier(len(wanted))

    def send(client: httpx.Client, note: str) -> None:
        start.wait()
        answers[note] = client.post("/grouped", json=note, headers=notes.headers()).status_code

    with notes.serve() as client:
        threads = [Thread(target=send, args=(client, note)) for note in wanted]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == {note: 500 if note.startswith("bad") else 201 for note in wanted}
    assert sorted(notes.rows("SELECT note FROM notes")) == sorted(n for n in wanted if n.startswith("good"))


def test_more_than_the_queue_holds_is_asked_to_come_back(notes: World) -> None:
    release = Event()

    def slowly(tx: Transaction, items: Sequence[str]) -> list[str]:
        release.wait(20)
        return insert(tx, items)

    notes.state = GroupCommit(notes.database, slowly, name="slow", longest_queue=3, largest_group=2)
    answers: list[httpx.Response] = []
    with notes.serve() as client:

        def send(note: str) -> None:
            answers.append(client.post("/grouped", json=note, headers=notes.headers()))

        threads = [Thread(target=send, args=(str(n),)) for n in range(12)]
        for thread in threads:
            thread.start()
        eventually(lambda: len(answers) >= 7)
        release.set()
        for thread in threads:
            thread.join()
    refused = [answer for answer in answers if answer.status_code != 201]
    assert {answer.status_code for answer in refused} == {503}
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}
    assert {answer.json()["title"] for answer in refused} == {"Queue full"}
    assert len(notes.rows("SELECT note FROM notes")) == 12 - len(refused)


def test_a_transaction_is_opened_only_for_callers_and_whole_bodies(notes: World) -> None:
    opened = []
    original = notes.database.transaction

    def counting() -> AbstractContextManager[Transaction]:
        opened.append(1)
        return original()

    notes.database.transaction = counting  # type: ignore[method-assign,assignment]
    with notes.serve() as client:
        assert client.post("/notes", json="a").status_code == 401
        assert client.post("/notes", content=b"{", headers=notes.headers()).status_code == 415
        json_headers = {**notes.headers(), "content-type": "application/json"}
        assert client.post("/notes", content=b"{", headers=json_headers).status_code == 400
        assert client.post("/notes", json=7, headers=notes.headers()).status_code == 422
        assert opened == []
        assert client.post("/notes", json="a", headers=notes.headers()).status_code == 201
    assert opened == [1]


def test_a_burst_neither_starves_nor_blocks_the_health_check(notes: World) -> None:
    @notes.router.post("/slow")
    def slow(tx: Tx, note: Note, caller: Caller) -> str:
        tx.execute(sa.text("SELECT pg_sleep(0.05)"))
        return note

    answers: list[int] = []
    with notes.serve() as client:

        def send(client: httpx.Client) -> None:
            answers.append(client.post("/slow", json="a", headers=notes.headers()).status_code)

        limits = httpx.Limits(max_connections=200)
        with httpx.Client(base_url=client.base_url, limits=limits, timeout=30) as many:
            threads = [Thread(target=send, args=(many,)) for _ in range(100)]
            for thread in threads:
                thread.start()
            healthy = [client.get("/healthz").elapsed.total_seconds() for _ in range(20)]
            for thread in threads:
                thread.join()
    assert set(answers) <= {200, 503}
    assert answers.count(200) >= 50
    assert max(healthy) < 1.5


def test_a_lost_database_is_unavailable_not_an_error(notes: World) -> None:
    with notes.serve() as client:
        assert client.post("/notes", json="before", headers=notes.headers()).status_code == 201
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tianyuan edge'"
        engine: Any = sa.create_engine(notes.settings.database_url)
        with engine.connect() as connection:
            connection.execute(sa.text(others + " AND pid <> pg_backend_pid()"))
        engine.dispose()
        lost = client.post("/notes", json="during", headers=notes.headers())
        assert lost.status_code in (201, 503)
        if lost.status_code == 503:
            assert lost.headers["retry-after"]
        eventually(lambda: client.post("/notes", json="during", headers=notes.headers()).status_code in (201, 500))
        assert client.post("/notes", json="after", headers=notes.headers()).status_code == 201
