"""A take of practice from the first word to its outcome, kept in the history after each step.

Whatever ends the program between two steps, what was done stays, and ``judge`` can go on from there later.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voicecoach import practice
from voicecoach.errors import UsageError, VoicecoachError
from voicecoach.history import UNANSWERED
from voicecoach.i18n import later
from voicecoach.practice import Loudspeaker, Microphone, Played, PracticeSettings, Samples, StopHeard, Ui

if TYPE_CHECKING:
    from voicecoach.history import History, Take
    from voicecoach.pipeline import Coach
    from voicecoach.practice.outcome import Outcome
    from voicecoach.scenarios import Scenario
    from voicecoach.transcribe import Progress, Recogniser
    from voicecoach.types import Analysis


@dataclass(frozen=True, slots=True)
class Judged:
    """A take with what it tells."""

    take: Take
    analysis: Analysis
    outcome: Outcome


def record(
    history: History,
    agent: str,
    scenario: Scenario,
    microphone: Microphone,
    loudspeaker: Loudspeaker | None,
    ui: Ui,
    *,
    settings: PracticeSettings,
    stop_heard: StopHeard | None = None,
) -> tuple[Take, Played]:
    """Go through a scenario (see ``practice.run``) and keep the take and how the call went.

    The lines are kept as they go, so that a call whose program was killed can be judged as far as it went.
    A take in which no answer was heard ends ``UNANSWERED``; it does not count as practised.
    """
    take = history.new_take(
        agent,
        "practice",
        scenario=scenario.id,
        scenario_sha256=scenario.sha256,
        language=scenario.language,
    )
    assert take.recording is not None

    def keep(so_far: Played) -> None:
        with contextlib.suppress(VoicecoachError):  # the call goes on; it is kept at its end, too
            history.add_outcome(take.number, {"played": practice.document(so_far)})

    played = practice.run(
        scenario,
        microphone,
        loudspeaker,
        take.recording,
        ui,
        settings=settings,
        stop_heard=stop_heard,
        keep=keep,
    )
    history.add_outcome(take.number, {"played": practice.document(played)})
    answered = any(line.answer_start is not None for line in played.lines)
    ended = played.ended if answered else UNANSWERED
    return history.finish_take(take.number, duration=played.duration, ended=ended), played


def remembered(history: History, take: Take) -> Played:
    """How the call of a take went, as ``record`` kept it.

    Raises
    ------
    UsageError
        It is no practice, or it ended before that could be kept.
    """
    known: Any = (history.outcome(take.number) or {}).get("played")
    if known is None or take.recording is None:
        raise UsageError(
            f"take {take.number}: how the call went was not kept; from its sound alone: "
            f"voicecoach history analyse {take.number}"
        )
    return practice.parse(known, take.recording, take.duration or 0.0)


def scenario_of(take: Take, folders: Sequence[Path] = ()) -> tuple[Scenario, bool]:
    """The scenario of a take as it is now, and whether it is the same as then; ``folders`` hold further ones.

    Raises
    ------
    UsageError
        There is none of that name any more.
    """
    from voicecoach import scenarios

    scenario = scenarios.load(take.scenario, folders)
    return scenario, scenario.sha256 == take.scenario_sha256


def judge(
    history: History,
    take: Take,
    scenario: Scenario,
    played: Played,
    coach: Coach,
    *,
    progress: Progress | None = None,
) -> Judged:
    """Analyse a take, tell what its answers held, and keep both.

    Raises
    ------
    VoicecoachError
        As ``pipeline.analyse`` does; the take stays as it was.
    """
    from voicecoach import pipeline, takes
    from voicecoach.practice import outcome

    settings = replace(coach.settings, language=coach.settings.language or scenario.language)
    analysis = pipeline.analyse(
        played.recording,
        coach=replace(coach, settings=settings),
        progress=progress,
        known=outcome.caller_lines(scenario, played.lines),
    )
    history.add_analysis(take.number, analysis, utterances=takes.utterances(analysis))
    found = outcome.evaluate(scenario, played.lines, analysis, ended=played.ended)
    kept = {**outcome.document(found), "played": practice.document(played)}
    history.add_outcome(take.number, kept)
    return Judged(history.take(take.number), analysis, found)


def kept(history: History, take: Take) -> Outcome | None:
    """What a take told when it was judged; None where it was not."""
    from voicecoach.practice import outcome

    found = dict(history.outcome(take.number) or {})
    found.pop("played", None)
    return outcome.parse(found) if found else None


def before(history: History, take: Take) -> dict[str, Outcome]:
    """What the agent's take before this one told of the same scenario, and the model take, by their names."""
    earlier = [
        one
        for one in history.takes(take.agent, scenario=take.scenario, kind="practice")
        if one.number < take.number and one.status == "analysed"
    ]
    model = history.model_take(take.scenario, language=take.language)
    named = {
        later("last take"): earlier[-1] if earlier else None,
        later("model take"): model if model is not None and model.number != take.number else None,
    }
    found = {name: kept(history, one) for name, one in named.items() if one is not None}
    return {name: told for name, told in found.items() if told is not None}


def to_work_on(history: History, agent: str, scenario: Scenario) -> tuple[str, ...]:
    """The next step of the agent's newest practice that was judged, in a sentence; empty where there is none.

    Where that was a take of the same scenario, with one way to say it.
    """
    from voicecoach.practice.outcome import next_step

    done = [take for take in history.takes(agent, kind="practice") if take.status == "analysed"]
    told = kept(history, done[-1]) if done else None
    analysis = history.analysis(done[-1].number) if done else None
    if told is None or analysis is None:
        return ()
    note, _ = next_step(told, analysis)
    if note is None:
        return ()
    own = note.quote and note.quote not in [answer.caller for answer in told.answers]
    same = note.suggestion and done[-1].scenario == scenario.id
    said = f'Last time: "{note.quote}" ' if own else ""
    instead = f' For example: "{note.suggestion}"' if same else ""
    return (f"{said}{note.text}{instead}",)


def stop_word(recogniser: Recogniser, scenario: Scenario) -> StopHeard | None:
    """What tells whether an answer holds the scenario's stop word; None where it has none."""
    import numpy as np

    from voicecoach.record.resample import Resampler
    from voicecoach.rules.text import unspaced
    from voicecoach.transcribe import RATE, speech_probability

    wanted = _bare(scenario.stop_word)
    if not wanted:
        return None

    def heard(samples: Samples, rate: int) -> bool:
        resampler = Resampler(rate, RATE)
        own = np.concatenate([resampler.add(samples), resampler.flush()])
        found = recogniser.transcribe([own], [speech_probability(own)], language=scenario.language)
        said = _bare(" ".join(segment.text for segment in found.channels[0]))
        return wanted in said if unspaced(wanted) else f" {wanted} " in f" {said} "

    return heard


def _bare(text: str) -> str:
    """The letters and digits of a text, case folded, a space between words."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
