"""A take: from a microphone into a file, until something ends it. What was said up to then is always kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from voicecoach.errors import MicrophoneError
from voicecoach.i18n import fill
from voicecoach.record.check import Preflight, judge
from voicecoach.record.meter import Live, Meter

if TYPE_CHECKING:
    from voicecoach.record import Microphone
    from voicecoach.record.wav import WavWriter

CHECK = 1.0  # s that are listened to for what may be wrong with the microphone

# why a take ended
KEY, TIME, SILENCE, LONGEST, INTERRUPTED = "key", "time", "silence", "longest", "interrupted"
BROKEN_OFF = "broken off"


@dataclass(frozen=True, slots=True)
class Captured:
    """How a take went. Times in seconds."""

    duration: float
    spoken: float  # of it with a voice
    ended: str
    overflows: int  # times samples were lost because the machine was too slow
    moved: int  # times the caller's channel was moved because its clock had drifted


def capture(
    microphone: Microphone,
    writer: WavWriter,
    *,
    seconds: float | None = None,
    until_silence: float | None = None,
    least: float = 0.0,
    stopped: Callable[[], bool] = lambda: False,
    show: Callable[[Live], None] = lambda _: None,
    checked: Callable[[Preflight], None] | None = None,
) -> Captured:
    """Record until a key, a time, a silence after something was said, Ctrl-C or the longest a file can be.

    Parameters
    ----------
    microphone, writer
        Both open, with the same rate and channels.
    seconds, until_silence, least
        End after so long, or after so long a silence that is not within the first ``least`` seconds.
    stopped
        Asked after each block whether to end.
    show
        Given how it stands after each block.
    checked
        Given what the first second says of the microphone; that second belongs to the take.

    Raises
    ------
    MicrophoneError
        It was unplugged; the message says what was kept.
    OutputError
        The disk is full; the message says what was kept.
    """
    meter = Meter(writer.rate)
    longest = writer.longest if seconds is None else min(seconds, writer.longest)
    live: Live | None = None

    begun: list[NDArray[np.int16]] = []
    ended = ""
    try:
        while not ended:
            block = microphone.read(0.25)
            if block is not None:
                writer.write(block[: max(0, round(longest * writer.rate) - writer.frames)])
                live = meter.add(block)
                show(live)
                if checked is not None:
                    begun.append(block[:, 0])
                    if live.seconds >= CHECK:
                        checked(judge(np.concatenate(begun), writer.rate))
                        checked = None
            if writer.duration >= longest:
                ended = TIME if longest == seconds else LONGEST
            elif stopped():
                ended = KEY
            elif until_silence and live and live.spoken and live.silence >= until_silence:
                ended = SILENCE if live.seconds >= least else ""
    except KeyboardInterrupt:
        if not writer.frames:
            raise
        ended = INTERRUPTED
    except MicrophoneError as error:
        if not writer.frames:
            raise
        raise MicrophoneError(
            fill(
                "{error}; {duration:.1f} s are kept in {path}",
                error=error,
                duration=writer.duration,
                path=writer.path,
            )
        ) from None
    finally:
        writer.close()
    return Captured(
        writer.duration, live.spoken if live else 0.0, ended, microphone.overflows, microphone.moved
    )
