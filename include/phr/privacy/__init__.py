"""Keys, pseudonyms, encrypted staging and the log filter."""

from phr.privacy.keys import Keyring
from phr.privacy.redact import redact
from phr.privacy.staging import Staging, StagingArea

__all__ = ["Keyring", "Staging", "StagingArea", "redact"]
