"""Conflicts as they are watched: each that ends is told."""

from collections.abc import Sequence
from uuid import UUID

from services.airspace.store import reviews
from shared.contracts.airspace import ConflictEnded
from shared.frame import Transaction


def end_conflicts(tx: Transaction, plan_ids: Sequence[UUID]) -> None:
    """Nobody is in the way of these plans any more."""
    _tell(tx, reviews.settle_conflicts(tx.cursor, plan_ids))


def pass_conflicts(tx: Transaction) -> None:
    """Those whose time is over have ended too."""
    _tell(tx, reviews.pass_conflicts(tx.cursor, tx.now))


def _tell(tx: Transaction, ended: Sequence[reviews.Ended]) -> None:
    for one in ended:
        tx.record(ConflictEnded(plan_id=one.plan_id, operator=one.operator))
