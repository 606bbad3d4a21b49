"""Formats other programs read: each is read back by a program that is not ours."""

from __future__ import annotations

import io

import pysubs2
import srt
import webvtt

from tests import make_analysis as made
from voicecoach import reports
from voicecoach.reports.cues import cues


def test_two_readers_of_webvtt_find_the_cues() -> None:
    text = reports.render("vtt", [made.poor()])
    expected = [(cue.millis, cue.text) for cue in cues(made.poor())]
    first = [
        ((c.start_time.in_milliseconds(), c.end_time.in_milliseconds()), c.text.replace("\n", " "))
        for c in webvtt.from_buffer(io.StringIO(text))
    ]
    second = [  # pysubs2 knows no notes and takes them as text of the cue before
        ((event.start, event.end), event.plaintext.split("\n\nNOTE ")[0].replace("\n", " "))
        for event in pysubs2.SSAFile.from_string(text, format_="vtt")
    ]
    assert first == second == expected


def test_two_readers_of_subrip_find_the_cues() -> None:
    text = reports.render("srt", [made.poor()])
    expected = [(cue.millis, f"{cue.speaker.capitalize()}: {cue.text}") for cue in cues(made.poor())]
    first = [
        (tuple(round(t.total_seconds() * 1000) for t in (c.start, c.end)), c.content.replace("\n", " "))
        for c in srt.parse(text)
    ]
    second = [
        ((event.start, event.end), event.plaintext.replace("\n", " "))
        for event in pysubs2.SSAFile.from_string(text, format_="srt")
    ]
    assert first == second == expected
