"""The national API double: a real HTTP server that behaves as the contract says, and fails on order.

Where the contract is open, the double takes the reading that does most damage (an empty list wipes, a
re-send replaces), so that tests see what a careless client would destroy.
"""
