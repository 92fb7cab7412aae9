"""The way of the data, step by step; the DAGs and the ``phr`` command drive the same functions."""
