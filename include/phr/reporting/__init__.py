"""What people read: balances, the delivery report, and why a visit was sent or not."""

from phr.reporting.balance_table import balance_table
from phr.reporting.day import day_report
from phr.reporting.delivery import delivery_report
from phr.reporting.explain import explain
from phr.reporting.hospital_table import hospital_list, hospital_table

__all__ = ["balance_table", "day_report", "delivery_report", "explain", "hospital_list", "hospital_table"]
