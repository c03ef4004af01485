"""Forget what is over, and tell of conflicts that are."""

from services.airspace.store import narrowing, reservations, reviews
from services.airspace.usecases.watching import pass_conflicts
from shared.frame import Transaction


def prune(tx: Transaction) -> None:
    """Forget some of the keys, plans and refusals of flights gone by, beside the decider and without its locks."""
    pass_conflicts(tx)
    over = tx.now - reservations.KEPT
    narrowing.prune_keys(tx.cursor, over)
    reservations.prune_plans(tx.cursor, over)
    reviews.prune_conflicts(tx.cursor, over)
