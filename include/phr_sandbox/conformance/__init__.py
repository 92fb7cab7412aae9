"""The conformance kit: the same invented patients in every HIS's own tables give the same canonical rows.

* :mod:`~phr_sandbox.conformance.model`: what the kit says about a hospital, in canonical terms;
* :mod:`~phr_sandbox.conformance.invent`: invents one, from a seed;
* ``loaders``: writes it into the tables of one HIS;
* :mod:`~phr_sandbox.conformance.kit`: reads it back through the adapter and compares.
"""
