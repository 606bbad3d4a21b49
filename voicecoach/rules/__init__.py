"""Rules as data: packs of phrases, forms and timings, and the engine that finds them in a conversation.

``load_pack`` reads a language pack, ``find`` runs it over turns, ``check`` runs the examples of its rules.
"""

from __future__ import annotations

from voicecoach.rules.check import Checked, check
from voicecoach.rules.engine import find
from voicecoach.rules.loader import Pack, Rule, languages, load_pack

__all__ = ["Checked", "Pack", "Rule", "check", "find", "languages", "load_pack"]
