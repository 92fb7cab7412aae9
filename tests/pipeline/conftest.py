"""A small province for every test of this area."""

from province_fixtures import double, new_province, province, province_template

__all__ = ["double", "new_province", "province", "province_template"]
