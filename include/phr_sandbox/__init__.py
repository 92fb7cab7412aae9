"""Everything invented the product can be tried against: the national API double and a demo province.

Never imported by :mod:`phr`. All people, hospitals and lots in it are made up.
"""
