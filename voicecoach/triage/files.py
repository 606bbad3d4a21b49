"""Which recordings were not analysed, or only in part, and what would help."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voicecoach.batch.types import Record
from voicecoach.i18n import _, fill, patterns
from voicecoach.triage.definitions import Trouble, definitions
from voicecoach.types import Analysis


@dataclass(frozen=True, slots=True)
class Files:
    """Recordings with one trouble: what it is, what to do, and what is said of each of them."""

    id: str
    name: str
    do: str
    files: tuple[tuple[Record, str], ...]  # recording, what is said of it
    analysed: int  # how many of them were analysed none the less, in part or with doubts


def unusable(records: Sequence[Record]) -> tuple[Files, ...]:
    """The recordings that were not analysed or only in part, by reason, in the order of triage.yaml.

    A recording may stand under several reasons. Copies are left out.
    """
    found: dict[str, list[tuple[Record, str]]] = {}
    for record in records:
        if not record.same_as:
            for trouble, text in _troubles(record):
                found.setdefault(trouble.id, []).append((record, text))
    known = definitions()
    return tuple(
        Files(
            id=trouble.id,
            name=_(trouble.name),
            do=_(trouble.do),
            files=tuple(sorted(found[trouble.id], key=lambda one: one[0].relative)),
            analysed=sum(record.analysis is not None for record, _ in found[trouble.id]),
        )
        for trouble in (*known.troubles, known.unknown)
        if trouble.id in found
    )


def is_poor(record: Record) -> bool:
    """Whether the recording is so poor that what was found in it should be heard last."""
    return any(trouble.poor for trouble, _ in _troubles(record))


def _troubles(record: Record) -> Iterator[tuple[Trouble, str]]:
    """Every trouble of a recording, once, with the text that tells of it."""
    known = definitions()
    seen = set()
    file = record.relative.rpartition("/")[2]
    for text in _texts(record):
        plain = text.partition(f"{file}: ")[2] or text  # the name of a file tells nothing
        fitting = [t for t in known.troubles if any(_tells(plain, words) for words in t.find)]
        if not fitting and record.analysis is None:
            fitting = [known.unknown]
        for trouble in fitting[:1]:
            if trouble.id not in seen:
                seen.add(trouble.id)
                yield trouble, text


def _tells(text: str, words: str) -> bool:
    """Whether a text is of a message that holds these words in English, in whatever language it was made."""
    return words in text.casefold() or any(found.search(text) for found in patterns(words))


def _texts(record: Record) -> Iterator[str]:
    if record.analysis is None:
        yield record.reason
        return
    yield from said_of(record.analysis)


def said_of(analysis: Analysis) -> Iterator[str]:
    """All that is said against a recording that was analysed."""
    yield from analysis.warnings
    for index in analysis.source.layout.used:
        yield from analysis.quality[index].warnings
    if analysis.scores.total is None:
        yield analysis.scores.reason
    if analysis.language and analysis.provenance.get("pack", True) is None:
        yield fill("no rules for the language {language!r}", language=analysis.language)
