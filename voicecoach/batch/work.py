"""What is done with one recording, on whatever machine: analysed, and its reports written."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from voicecoach import i18n
from voicecoach.batch import records
from voicecoach.batch.key import content
from voicecoach.batch.records import CALLS, FAILURE, IN_FILE, OUTPUT, OUTSIDE, REPORTS
from voicecoach.batch.store import Store, local_copy
from voicecoach.batch.types import Job, Record
from voicecoach.errors import AudioError, OutputError, UsageError, VoicecoachError
from voicecoach.i18n import ENGLISH, _, fill, later, using
from voicecoach.reports import json

if TYPE_CHECKING:
    from pathlib import Path

    from voicecoach.pipeline import Coach, Settings
    from voicecoach.reports.html.sound import Sound
    from voicecoach.types import Analysis, Audio

INDEX = "index.html"  # the page the pages of calls lead back to
_CHANGED = later("was changed while it was read; run again")


def perform(
    job: Job,
    *,
    out: Store,
    settings: Settings,
    sound: str = "embed",
    pages: bool = True,
    language: str = ENGLISH,
) -> Record:
    """Analyse a recording and write its reports, its record last; can be pickled and raises nothing.

    The model is loaded once a process. A recording that cannot be analysed gives a record with the reason;
    it is kept where the reason lies in the recording, so that it is not tried again. The reason is in
    ``language``; the texts of an analysis are in the language of the call.
    """
    with using(language):
        return _performed(job, out, settings, sound, pages)


def _performed(job: Job, out: Store, settings: Settings, sound: str, pages: bool) -> Record:
    began = time.perf_counter()
    try:
        coach = _coach(settings)
    except (VoicecoachError, OSError) as error:
        return _failed(job, str(error), OUTSIDE)
    try:
        with local_copy(job.path) as path:
            from voicecoach import pipeline

            decoded: list[Audio] = []  # for the sound of the page
            try:
                analysis = pipeline.analyse(
                    path,
                    coach=coach,
                    heard=decoded.append if pages else None,
                )
            except (AudioError, UsageError) as error:  # a setting that does not suit it is one, too
                if another := _another(path, job):
                    return _failed(job, another, OUTSIDE)
                return _kept(_failed(job, str(error), IN_FILE), out)
            if job.sha256 and analysis.source.sha256 != job.sha256:
                return _failed(job, _(_CHANGED), OUTSIDE)
            analysis = replace(analysis, source=replace(analysis.source, path=job.path))
            reports = {".json": json.render([analysis]).encode()}
            if pages:
                played = _sound(job, decoded.pop(), out, sound, analysis)
                reports[".html"] = _page(analysis, played).encode()
        facts = {
            "size": job.size,
            "seconds": round(time.perf_counter() - began, 3),
            REPORTS: [len(raw) for raw in reports.values()],
        }
    except (VoicecoachError, OSError) as error:
        return _failed(job, str(error), OUTSIDE)
    except MemoryError:
        return _failed(job, _("there was not enough memory; try fewer with --workers"), OUTSIDE)
    except Exception as error:  # noqa: BLE001 - one bad file never stops the rest
        return _failed(
            job,
            fill("unexpected {name}: {error}; please report it", name=type(error).__name__, error=error),
            OUTSIDE,
        )
    record = Record(job.relative, job.name, job.key, analysis=records.slim(analysis), facts=facts)
    try:
        for suffix, raw in reports.items():
            out.write_bytes(f"{CALLS}/{job.name}{suffix}", [raw])
    except OutputError as error:
        return _failed(job, str(error), OUTPUT)
    return _kept(record, out)


def _another(path: Path, job: Job) -> str:
    """Why a recording is not, or not any more, what its checksum was taken of; empty where it is."""
    try:
        return _(_CHANGED) if job.sha256 and content(path) != job.sha256 else ""
    except OSError as error:
        return fill("cannot be read any more: {error}; run again when it can", error=error.strerror)


def _sound(job: Job, recording: Audio, out: Store, how: str, analysis: Analysis) -> Sound:
    from voicecoach.redact import BLEEPED
    from voicecoach.reports.html import sound

    page = f"{CALLS}/{job.name}.html"
    with i18n.using(analysis.language):
        return sound.chosen(
            how,
            job.path,
            page if out.folder is None else out.folder / page,
            recording.samples,
            bleeped=analysis.provenance.get(BLEEPED),
            keep=lambda name, content: out.write_bytes(f"{CALLS}/{name}", [content]),
        )


def _page(analysis: Analysis, played: Sound) -> str:
    from voicecoach.reports.html import call_page

    return call_page(analysis, sound=played, back=f"../{INDEX}")


def _kept(record: Record, out: Store) -> Record:
    try:
        records.write(record, out)
    except OutputError as error:
        return Record(record.relative, record.name, record.key, reason=str(error), facts={FAILURE: OUTPUT})
    return record


def _failed(job: Job, reason: str, failure: str) -> Record:
    facts = {FAILURE: failure, "size": job.size}
    said = reason.removeprefix(f"{job.relative.rpartition('/')[2]}: ")  # a copy of it has another name
    return Record(job.relative, job.name, job.key, reason=" ".join(said.split()), facts=facts)


_ready: list[tuple[Settings, Coach]] = []  # the one of this process; settings cannot be hashed


def _coach(settings: Settings) -> Coach:
    from voicecoach.pipeline import Coach

    if not _ready or _ready[0][0] != settings:
        _ready[:] = [(settings, Coach.ready(settings))]
    return _ready[0][1]
