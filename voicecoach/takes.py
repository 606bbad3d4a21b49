"""What only shows when several recordings of one person are laid side by side. Times are seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voicecoach import rules
from voicecoach.types import Analysis


@dataclass(frozen=True, slots=True)
class StockPhrase:
    """The same words in most of several recordings: in which of them (by index), and when first."""

    rule: str
    quote: str
    advice: str
    source: str
    recordings: int  # how many were looked at
    places: tuple[tuple[int, float | None], ...]


def stock_phrases(analyses: Sequence[Analysis]) -> tuple[StockPhrase, ...]:
    """What the agent says in the same words in most of the recordings, those most often said first.

    Recordings are compared with those of the same language, by the rules of its pack.
    """
    found: list[StockPhrase] = []
    for language in dict.fromkeys(analysis.language for analysis in analyses):
        if language not in rules.languages():
            continue
        pack = rules.load_pack(language)
        own = [index for index, analysis in enumerate(analyses) if analysis.language == language]
        for matches in rules.across(pack, [analyses[index].turns for index in own]):
            first = matches[0][1]
            rule = pack.rule(first.rule)
            places = tuple((own[index], match.start) for index, match in matches)
            found.append(StockPhrase(rule.id, first.quote, rule.advice, rule.source, len(own), places))
    return tuple(sorted(found, key=lambda phrase: -len(phrase.places)))
