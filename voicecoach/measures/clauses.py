"""Clauses of a speaker as the sound marks them: what is said up to a pause at which a clause ends.

A stretch of voice (see scene) ends a clause where its last word carries a clause mark, where nothing is known
of its words, or where the speaker stops. A pause within a clause does not. Marks without a pause are left
out: word times are not sure enough to tell where the sound of a clause ends.
"""

from __future__ import annotations

from collections.abc import Iterator

from voicecoach.measures.definitions import definitions
from voicecoach.measures.scene import Scene, Stretch


def clauses(scene: Scene, speaker: str) -> Iterator[tuple[tuple[Stretch, ...], ...]]:
    """Yield, for each spell of a speaker, its clauses as the stretches they are said in."""
    for spell in scene.spells.get(speaker, ()):
        found: list[tuple[Stretch, ...]] = []
        said: list[Stretch] = []
        for stretch in spell.stretches:
            said.append(stretch)
            if stretch is spell.stretches[-1] or _ends(stretch):
                found.append(tuple(said))
                said = []
        yield tuple(found)


def _ends(stretch: Stretch) -> bool:
    if not stretch.words:
        return True
    last = stretch.words[-1].text.rstrip().rstrip("\"'”’»」』)")
    return last[-1:] in definitions().clause_marks if last else False
