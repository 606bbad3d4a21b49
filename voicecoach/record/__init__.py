"""Recording: microphones and loudspeakers, the file that grows while it is recorded, and what is shown."""

from __future__ import annotations

from voicecoach.record.check import Preflight, judge, preflight
from voicecoach.record.device import Device, devices, find_input, find_output, microphones
from voicecoach.record.loudspeaker import Loudspeaker
from voicecoach.record.microphone import Microphone
from voicecoach.record.portaudio import RATE, facts, permission

__all__ = [
    "RATE",
    "Device",
    "Loudspeaker",
    "Microphone",
    "Preflight",
    "devices",
    "facts",
    "find_input",
    "find_output",
    "judge",
    "microphones",
    "permission",
    "preflight",
]
