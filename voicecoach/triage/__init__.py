"""What a trainer should hear, and what many calls have in common: pure functions of a batch's records.

Nobody is ranked, nothing is said of a group of fewer than five people, and what rests on few calls is said
to be too little to tell. Texts, weights and limits stand in triage.yaml.
"""

from __future__ import annotations

from voicecoach.triage.files import Files, is_poor, unusable
from voicecoach.triage.group import (
    Common,
    Everywhere,
    Fires,
    Person,
    Shared,
    common,
    everywhere,
    people,
)
from voicecoach.triage.moments import Moment, moments, order, three
from voicecoach.triage.pick import place, sample

__all__ = [
    "Common",
    "Everywhere",
    "Files",
    "Fires",
    "Moment",
    "Person",
    "Shared",
    "common",
    "everywhere",
    "is_poor",
    "moments",
    "order",
    "people",
    "place",
    "sample",
    "three",
    "unusable",
]
