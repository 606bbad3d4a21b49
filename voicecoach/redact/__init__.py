"""Card, phone and account numbers and e-mail addresses: found in what was said and masked."""

from voicecoach.redact.find import Span, find
from voicecoach.redact.mask import BLEEPED, REDACTED, redact

__all__ = ["BLEEPED", "REDACTED", "Span", "find", "redact"]
