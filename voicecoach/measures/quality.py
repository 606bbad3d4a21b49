"""Whether the recording lets the rest be measured: SNR, clipping, speech without words.

SNR in dB and clipping in per cent of samples are those of the recording stage; untranscribed speech, in
seconds and for any speaker, is that of the evidence stage.
"""

from __future__ import annotations

from collections.abc import Sequence

from voicecoach.measures.definitions import measured, not_measured
from voicecoach.measures.scene import Scene
from voicecoach.types import AGENT, Event, Match, Measure

SNR, CLIPPING, UNTRANSCRIBED = "quality.snr", "quality.clipping", "quality.untranscribed_speech"


def measure(scene: Scene, events: Sequence[Event], matches: Sequence[Match]) -> tuple[Measure, ...]:
    """Return quality.snr and quality.clipping of the agent, quality.untranscribed_speech of each speaker."""
    untranscribed = tuple(
        measured(UNTRANSCRIBED, speaker, seconds) for speaker, seconds in scene.call.untranscribed.items()
    )
    if scene.agent is None:
        return *(not_measured(id_, AGENT, scene.no_agent) for id_ in (SNR, CLIPPING)), *untranscribed
    quality = scene.call.quality.get(AGENT)
    if quality is None:
        return *(not_measured(id_, AGENT, "no_quality") for id_ in (SNR, CLIPPING)), *untranscribed
    if quality.snr is not None:
        snr = measured(SNR, AGENT, quality.snr)
    else:
        snr = not_measured(SNR, AGENT, "no_level" if quality.level is None else "no_noise")
    return snr, measured(CLIPPING, AGENT, 100 * quality.clipping), *untranscribed
