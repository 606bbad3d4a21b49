"""Runs the stages in order: one recording, or a transcript, -> ``Analysis``.

Nothing is computed here that a stage could compute; values are handed on and the time is taken. ``recorded``
and ``written`` are the two ways; both begin with a ``Job``, find out who speaks, and end in ``judging``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from voicecoach.errors import UsageError
from voicecoach.i18n import _, fill
from voicecoach.known import Known
from voicecoach.pipeline import recorded, written
from voicecoach.pipeline.hearing import Listened, listen
from voicecoach.pipeline.job import Job
from voicecoach.pipeline.settings import Coach, Settings
from voicecoach.redact import redact
from voicecoach.transcribe import Progress
from voicecoach.transcripts.types import Transcript
from voicecoach.types import AGENT, CUSTOMER, Analysis, Audio

__all__ = ["Coach", "Listened", "Settings", "analyse", "listen"]

RECORDED = {AGENT: "left", CUSTOMER: "right"}  # the channels of a practice


def analyse(
    path: str | Path | None,
    settings: Settings | None = None,
    *,
    coach: Coach | None = None,
    progress: Progress | None = None,
    known: Mapping[str, Sequence[Known]] | None = None,
    heard: Callable[[Audio], None] | None = None,
    transcript: Transcript | None = None,
    speakers: Mapping[str, str] | None = None,
) -> Analysis:
    """Analyse one recording, or a transcript alone.

    Parameters
    ----------
    path : any file with sound that PyAV decodes; None where there is a transcript and no recording.
    settings : see ``Settings``; not looked at where ``coach`` is given.
    coach : settings made ready, so that many recordings share one loaded model.
    progress : called with the share of the speech transcribed so far, 0..1.
    known : what speakers are known to have said, such as the customer's lines in a practice; their channels
        are not transcribed. Where the settings do not say who is on which channel, the agent is on the left
        and the customer on the right. What needs the sound of lines that have none is not measured.
    heard : given the decoded recording once it is analysed, for whoever wants its sound, too.
    transcript : the words of the call, see ``transcripts.read``; nothing is transcribed then.
    speakers : what the transcript calls the agent and the customer, where its names do not tell.

    Raises
    ------
    AudioError : the file cannot be read or is too short or too long to be analysed.
    ModelError : the weights are missing or not the bytes they should be.
    TranscriptError : the transcript has no times that could be laid over the recording.
    UsageError : a setting makes no sense for this recording.
    """
    coach = coach or Coach.ready(settings or Settings(), words=transcript is None)
    masked = redact if coach.settings.redact else _as_it_is
    if transcript is not None:
        job = Job(coach, coach.roles, written=transcript, speakers=speakers or {})
        if path is None:
            return masked(written.alone(job, transcript))
        return masked(written.analysis(job, transcript, Path(path), heard))
    if path is None:
        raise UsageError(_("there is neither a recording nor a transcript to analyse"))
    roles = coach.roles or (RECORDED if known else {})
    for speaker in known or {}:
        if speaker not in roles:
            raise UsageError(
                fill(
                    "the words of {speaker} are known, but not the channel: {channels!r} does not name it",
                    speaker=speaker,
                    channels=coach.settings.channels,
                )
            )
    return masked(recorded.analysis(Job(coach, roles, known or {}), Path(path), progress, heard))


def _as_it_is(analysis: Analysis) -> Analysis:
    return analysis
