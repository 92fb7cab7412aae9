"""The demo province: invented hospitals whose HOSxP replicas look, and misbehave, like real ones.

Nobody in it exists. See :mod:`phr_sandbox.province.people` for why no citizen id of it can belong to anyone.
"""
