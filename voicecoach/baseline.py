"""A speaker's own values, and measures compared with them in place of a band for everyone.

What is usual differs more from speaker to speaker than between calls of one speaker, so one's own calm
recordings say more than any norm. They are read from what ``analyse -f json`` wrote for them, or from a small
file of the form

    baseline: 1
    language: en
    telephone: no
    task: spontaneous        # or read: a passage was read aloud
    measures:
      pace.articulation_rate: {value: 4.6, unit: syllables/s, spread: 0.2, recordings: 3}

in YAML or JSON. How far a measure may be from the own value stands in definitions.yaml.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median, stdev
from typing import Any

from voicecoach.datafile import Value, read_text
from voicecoach.errors import DataFileError
from voicecoach.i18n import _, fill, number
from voicecoach.measures.definitions import Own, definitions
from voicecoach.types import AGENT, Measure

LARGEST = 50_000_000  # bytes of an analysis that are read
REPEATED = 3  # recordings from which on their spread says something
SPONTANEOUS, READ = "spontaneous", "read"  # what the speaker did


@dataclass(frozen=True, slots=True)
class Usual:
    """What a measure usually is for a speaker: the middle of ``recordings`` values, and their spread."""

    value: float
    unit: str
    spread: float | None = None  # standard deviation; None where it is not known
    recordings: int = 1


@dataclass(frozen=True, slots=True)
class Baseline:
    """The own values of one speaker, by id of the measure, from recordings of one kind.

    ``task`` is ``SPONTANEOUS`` or ``READ``: who reads aloud speaks quicker and livelier than in a call, so
    what is said of pace and pauses is then named, but no band is made of it.
    """

    language: str
    telephone: bool  # whether the recordings have the band of a telephone
    values: Mapping[str, Usual]
    source: str  # the files they were read from, or what they are made of
    task: str = SPONTANEOUS


def read(paths: Sequence[str | Path]) -> Baseline:
    """Read the own values of a speaker from a baseline file, or from analyses of one or more recordings.

    Of several recordings the median counts, measure by measure.

    Raises
    ------
    DataFileError
        A file cannot be read, is neither of the two, or recordings of different kinds are mixed.
    """
    found = [one for path in paths for one in _read(Path(path))]
    source = ", ".join(str(path) for path in paths)
    first = found[0]
    for other in found[1:]:
        if other.language != first.language:
            raise DataFileError(
                fill(
                    "{source}: is in {language!r}, but {source2} is in {language2!r}; own values come "
                    "from recordings of one language",
                    source=other.source,
                    language=other.language,
                    source2=first.source,
                    language2=first.language,
                )
            )
        if other.task != first.task:
            raise DataFileError(
                fill(
                    "{source}: is of {task} speech, but {source2} is of {task2} speech; own values come "
                    "from one kind",
                    source=other.source,
                    task=other.task,
                    source2=first.source,
                    task2=first.task,
                )
            )
        if other.telephone != first.telephone:
            on = other.source if other.telephone else first.source
            raise DataFileError(
                fill(
                    "{on}: was recorded by telephone and the others were not; own values come from one kind",
                    on=on,
                )
            )
    if len(found) == 1:
        return replace(first, source=source)
    values: dict[str, Usual] = {}
    for id_ in dict.fromkeys(id_ for one in found for id_ in one.values):
        usual = [one.values[id_] for one in found if id_ in one.values]
        if any(one.unit != usual[0].unit for one in usual):
            raise DataFileError(
                fill("{source}: {id} is given in different units; own values have one", source=source, id=id_)
            )
        numbers = [one.value for one in usual]
        values[id_] = Usual(
            value=median(numbers),
            unit=usual[0].unit,
            spread=stdev(numbers) if len(numbers) > 1 else usual[0].spread,
            recordings=sum(one.recordings for one in usual),
        )
    return Baseline(first.language, first.telephone, values, source, first.task)


def parse(text: str, path: str) -> Baseline:
    """Read own values from the text of a baseline file; ``path`` is what messages call it.

    Raises
    ------
    DataFileError
        The text is no baseline file.
    """
    return _of_file(read_text(text, path), path)


def render(baseline: Baseline) -> str:
    """Own values as the text of a baseline file, which ``parse`` reads back."""
    lines = [
        "baseline: 1",
        f"language: {json.dumps(baseline.language)}",
        f"telephone: {'yes' if baseline.telephone else 'no'}",
        f"task: {baseline.task}",
        f"source: {json.dumps(baseline.source, ensure_ascii=False)}",
        "measures:",
    ]
    for id_, usual in baseline.values.items():
        spread = "" if usual.spread is None else f", spread: {usual.spread:.5g}"
        unit = json.dumps(usual.unit, ensure_ascii=False)
        entry = f"value: {usual.value:.5g}, unit: {unit}{spread}, recordings: {usual.recordings}"
        lines.append(f"  {id_}: {{{entry}}}")
    return "\n".join(lines) + "\n"


def compare(
    measures: Sequence[Measure], baseline: Baseline, *, language: str, telephone: bool
) -> tuple[Measure, ...]:
    """Return the measures with those of the agent compared with the agent's own values.

    ``low`` and ``high`` become the band around the own value and ``baseline`` the value itself; ``reason``
    says how far apart the two are. What cannot be compared keeps its band, and its reason says why.
    """
    entries, notes = definitions().entries, definitions().notes
    compared: list[Measure] = []
    for measure in measures:
        own, usual = entries[measure.id].own, baseline.values.get(measure.id)
        if measure.speaker != AGENT or measure.value is None or own is None or usual is None:
            compared.append(measure)
            continue
        if "language" in own.same and language != baseline.language:
            why = fill(notes["own_language"], language=baseline.language)
        elif "line" in own.same and telephone != baseline.telephone:
            why = _(notes["own_line"])
        elif usual.unit != measure.unit:
            why = fill(notes["own_unit"], unit=_(usual.unit))
        elif "task" in own.same and baseline.task == READ:
            why = fill(
                notes["own_reading_only"],
                value=number(usual.value, figures=3),
                apart=own.apart(measure.value, usual.value, measure.unit),
            )
        else:
            compared.append(_against(measure, measure.value, own, usual, baseline.task))
            continue
        compared.append(replace(measure, reason=_("; ").join(filter(None, (measure.reason, why)))))
    return tuple(compared)


def _against(measure: Measure, value: float, own: Own, usual: Usual, task: str) -> Measure:
    notes = definitions().notes
    low, high = own.band(usual.value, usual.spread if usual.recordings >= REPEATED else None)
    note = "own_reading" if task == READ else "own" if usual.recordings > 1 else "own_one"
    said = fill(
        notes[note],
        value=number(usual.value, figures=3),
        recordings=usual.recordings,
        apart=own.apart(value, usual.value, measure.unit),
    )
    rest = measure.reason.removeprefix(_(notes["bounds"]))
    reason = _("; ").join(filter(None, (said, rest)))
    return replace(measure, low=low, high=high, baseline=usual.value, reason=reason)


# --- files --------------------------------------------------------------------------------------------------


def _read(path: Path) -> list[Baseline]:
    """The own values in a file: one for a baseline file, one for each recording of an analysis."""
    try:
        if path.exists() and not path.is_file():
            raise DataFileError(fill("{path}: not a file; name what analyse -f json wrote", path=path))
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise DataFileError(
            fill("{path}: cannot be read: {error}", path=path, error=error.strerror)
        ) from error
    if len(raw) > LARGEST:
        raise DataFileError(
            fill(
                "{path}: larger than {LARGEST:,} bytes; name what analyse -f json wrote",
                path=path,
                LARGEST=LARGEST,
            )
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataFileError(
            fill("{path}: is not text; name what analyse -f json wrote, not a recording", path=path)
        ) from error
    if text.lstrip()[:1] in ("{", "["):
        try:
            document = json.loads(text)
        except (json.JSONDecodeError, RecursionError) as error:
            line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
            raise DataFileError(
                fill(
                    "{path}:{line}:{column}: not valid JSON: {error}",
                    path=path,
                    line=line,
                    column=column,
                    error=error,
                )
            ) from error
        analyses = document if isinstance(document, list) else [document]
        if analyses and all(isinstance(one, dict) and "schema_version" in one for one in analyses):
            return [_of_analysis(one, str(path)) for one in analyses]
    return [_of_file(read_text(text, str(path)), str(path))]


def _of_file(file: Value, path: str) -> Baseline:
    fields = file.fields(("baseline", "language", "measures"), ("telephone", "task", "source"))
    fields["baseline"].whole(least=1, most=1)
    known = {id_ for id_, entry in definitions().entries.items() if entry.own is not None}
    measures = fields["measures"]
    measures.fields((), sorted(known))
    return Baseline(
        language=fields["language"].text(),
        telephone=file.optional("telephone", Value.flag, False),
        values={id_: _usual(value) for id_, value in measures.mapping().items()},
        source=file.optional("source", Value.text, path),
        task=file.optional("task", lambda v: v.one_of((SPONTANEOUS, READ)), SPONTANEOUS),
    )


def _usual(value: Value) -> Usual:
    fields = value.fields(("value", "unit"), ("spread", "recordings"))
    return Usual(
        value=fields["value"].number(),
        unit=fields["unit"].text(),
        spread=value.optional("spread", lambda v: v.number(least=0), None),
        recordings=value.optional("recordings", lambda v: v.whole(least=1), 1),
    )


def _of_analysis(document: Mapping[str, Any], path: str) -> Baseline:
    try:
        agent = [s["channel"] for s in document["source"]["speakers"] if s["name"] == AGENT]
        values = {
            m["id"]: Usual(float(m["value"]), m["unit"])
            for m in document["measures"]
            if m["speaker"] == AGENT
            and m["value"] is not None
            and (entry := definitions().entries.get(m["id"])) is not None
            and entry.own is not None
        }
        telephone = bool(agent) and bool(document["quality"][agent[0]]["telephone_band"])
        language = str(document["language"])
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise DataFileError(
            fill(
                "{path}: looks like an analysis but is damaged; write it again with analyse -f json",
                path=path,
            )
        ) from error
    if not values:
        raise DataFileError(
            fill(
                "{path}: holds no measure of an agent's voice; use a recording of you alone, a "
                "minute or more",
                path=path,
            )
        )
    if not all(math.isfinite(usual.value) for usual in values.values()):
        raise DataFileError(
            fill("{path}: holds a number that is none; write it again with analyse -f json", path=path)
        )
    return Baseline(language, telephone, values, path)
