"""Checks on canonical rows: Great Expectations suites and the split into accepted and quarantined rows.

Importing this package loads neither Great Expectations nor pandas (they cost seconds): both come with
:func:`preload`, called once per worker, or with the first :class:`Checker`.
"""

from phr.quality.checker import BadRow, Checker
from phr.quality.engine import preload
from phr.quality.rules import RULES, Rule
from phr.quality.splitting import split

__all__ = ["RULES", "BadRow", "Checker", "Rule", "preload", "split"]
