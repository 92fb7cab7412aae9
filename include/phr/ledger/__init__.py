"""The ledger: what is known, desired and delivered, document by document; no clinical content, no CIDs."""

from phr.ledger.store import Ledger

__all__ = ["Ledger"]
