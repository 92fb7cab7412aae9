"""A scripted fortnight in the hospitals of a province, and an independent opinion of what must come of it.

Order of reading: :mod:`model` (a HIS in memory), :mod:`edits` (what people do to it), :mod:`script` and
:mod:`stories` (the fortnight), :mod:`documents` and :mod:`oracle` (what the national side should hold and how
many calls that takes), :mod:`compare`, and :mod:`runner`, the only part that runs the product.

Nothing but :mod:`runner` and its helpers (:mod:`checking`, :mod:`clock`, :mod:`installation`) knows ``phr``:
code shared with the product would share its mistakes.
"""
