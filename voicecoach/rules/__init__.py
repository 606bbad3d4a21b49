"""Rules as data: packs of phrases, forms and timings, and the engine that finds them in a conversation.

``load_pack`` reads a language pack, ``find`` runs it over turns, ``check`` says what is wrong with a
pack, ``explain`` why a rule fires, ``new_rule`` writes one to begin with, ``read_dialogues`` reads
conversations from a file.
"""

from __future__ import annotations

from voicecoach.rules.check import Checked, check
from voicecoach.rules.dialogues import TextDialogue, find_in_dialogues, read_dialogues
from voicecoach.rules.engine import across, announcements, find, phase_cues, role_cues, spoken_in, without
from voicecoach.rules.examples import read_lines
from voicecoach.rules.explain import explain
from voicecoach.rules.loader import Pack, Rule, languages, load_pack
from voicecoach.rules.new import new_rule

__all__ = [
    "Checked",
    "Pack",
    "Rule",
    "TextDialogue",
    "across",
    "announcements",
    "check",
    "explain",
    "find",
    "find_in_dialogues",
    "languages",
    "load_pack",
    "new_rule",
    "phase_cues",
    "read_dialogues",
    "read_lines",
    "role_cues",
    "spoken_in",
    "without",
]
