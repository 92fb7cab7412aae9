"""A scripted fortnight in the hospitals of a province, and an independent opinion of what must come of it.

Order of reading: :mod:`model` (a HIS in memory), :mod:`edits` (what people do to it), :mod:`script` and
:mod:`stories` (the fortnight), :mod:`documents`, :mod:`outcome` and :mod:`oracle` with :mod:`visiting` and
:mod:`registering` (what the national side should hold, who is asked what, and how many calls that takes),
:mod:`compare`, and :mod:`runner`, which plays the script against the product.

Nothing but :mod:`runner` and its helpers :mod:`steps`, :mod:`clock`, :mod:`checking` and :mod:`installation`
knows ``phr``: code shared with the product would share its mistakes.
"""
