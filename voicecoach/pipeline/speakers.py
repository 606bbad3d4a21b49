"""Who is the agent: as one was told, else found from what is said."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from voicecoach import audio, rules, turns
from voicecoach.i18n import _, fill
from voicecoach.pipeline.hearing import Heard
from voicecoach.pipeline.job import Job, Packs
from voicecoach.transcripts.roles import Part
from voicecoach.transcripts.types import NONE
from voicecoach.types import AGENT, CUSTOMER, UNKNOWN, Audio, Speaker, Word


def of_recording(job: Job, recording: Audio, heard: Heard, packs: Packs) -> tuple[Speaker, ...]:
    """Who is on the channels of a recording."""
    names = recording.layout.names
    texts = turns.settings().texts
    told = {audio.find_channel(recording.layout, c): r for r, c in job.roles.items()}
    if told:
        how = _(texts["told" if job.coach.roles else "recorded"])
        free = _free(told.values())
        return tuple(
            Speaker(told[k], k, names[k], how)
            if k in told
            else Speaker(next(free), k, names[k], _(texts["left_over"]))
            for k in heard.used
        )
    if len(heard.used) == 1:
        role, why = turns.one_channel_role(heard.contours[0])
        return (Speaker(role, heard.used[0], names[heard.used[0]], why),)
    candidates = [_candidate(k, heard, names[heard.used[k]], packs) for k in range(len(heard.used))]
    found = turns.find_roles(candidates)
    return tuple(Speaker(role, k, names[k], why) for k, (role, why) in zip(heard.used, found, strict=True))


def of_transcript(
    job: Job, parts: Sequence[Part], heard: Heard, packs: Packs, names: Sequence[str] = ()
) -> tuple[Speaker, ...]:
    """Who the speakers of a transcript are: as it calls them, else from what they say.

    ``names`` are those of all channels of the recording, if there is one.
    """
    texts = turns.settings().texts

    def speaker(at: int, role: str, why: str) -> Speaker:
        channel = heard.used[at] if names else None
        return Speaker(role, channel, names[heard.used[at]] if names else "", why)

    taken = {part.role for part in parts if part.role}
    if taken:
        agent = next((part for part in parts if part.role == AGENT), parts[0])
        free = _free(taken)
        other = fill(texts["other"], channel=agent.name)
        return tuple(
            speaker(at, part.role or next(free), part.reason if part.role else other)
            for at, part in enumerate(parts)
        )
    if len(parts) == 1:
        role, why = turns.one_channel_role(heard.contours[0]) if names else (UNKNOWN, parts[0].reason)
        return (speaker(0, role if names or not parts[0].name else AGENT, why),)
    called = [part.name or (names[k] if names else "") for k, part in zip(heard.used, parts, strict=True)]
    candidates = [_candidate(k, heard, name, packs) for k, name in enumerate(called)]
    if job.written is not None and job.written.timing == NONE:
        candidates = [turns.untimed(candidate) for candidate in candidates]
    found = turns.find_roles(candidates)
    return tuple(speaker(at, role, why) for at, (role, why) in enumerate(found))


def _free(taken: Collection[str]) -> Iterator[str]:
    """The names of speakers that are left."""
    every = (AGENT, CUSTOMER, *(f"speaker{n}" for n in range(3, 99)))
    return (name for name in every if name not in taken)


def _candidate(at: int, heard: Heard, name: str, packs: Packs) -> turns.Candidate:
    """What channel ``at`` says, heard as if it were the agent's."""
    words: dict[str, tuple[Word, ...]] = {
        AGENT if k == at else CUSTOMER if len(heard.used) == 2 else f"speaker{k + 2}": backing.words
        for k, backing in enumerate(heard.backing)
    }
    said = turns.build(words)
    quotes = tuple(
        (m.rule, m.quote, m.start)
        for language, pack in packs.items()
        for own in [rules.spoken_in(said, language)]
        for m in (*rules.find(pack, own), *rules.role_cues(pack, own))
        if m.turn is not None and said[m.turn].speaker == AGENT
    )
    words_here = heard.backing[at].words
    return turns.Candidate(name, quotes, words_here[0].start if words_here else None)
