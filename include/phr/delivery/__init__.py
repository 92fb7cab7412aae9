"""Delivery: API client, tokens, breaker, and the loop that drains the outbox."""

from phr.delivery.client import Answer, PhrClient
from phr.delivery.credentials import Credentials, EndpointAddress, load_address, load_credentials
from phr.delivery.sender import BudgetWait, Sender, SendReport

__all__ = [
    "Answer",
    "BudgetWait",
    "Credentials",
    "EndpointAddress",
    "PhrClient",
    "SendReport",
    "Sender",
    "load_address",
    "load_credentials",
]
