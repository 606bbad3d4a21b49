"""Calls in more than one language: each part in its own, and what nobody has rules for is named."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import numpy as np
import pytest

from tests import make_analysis as made
from tests.test_reports import schema
from voicecoach import evidence, pipeline, rules, transcripts, turns
from voicecoach.reports import json as report
from voicecoach.transcribe import FRAME, RATE, DecodeOptions, Recogniser, _most, _told, _Window
from voicecoach.types import AGENT, CUSTOMER, Contours, Segment, Turn, Word

OPTIONS = DecodeOptions()


def said(text: str, start: float, language: str = "") -> list[Word]:
    return [
        Word(f" {word}", start + 0.3 * k, start + 0.3 * k + 0.25, 0.9, True, language)
        for k, word in enumerate(text.split())
    ]


def recogniser(hears: dict[float, tuple[str, float]]) -> Recogniser:
    """A recogniser whose model hears, in a stretch that begins with a level, a language so surely."""
    model = SimpleNamespace(name="pretended", languages=())
    found = Recogniser(model)  # type: ignore[arg-type]

    def detect_language(audio: Any) -> tuple[str, float, list[tuple[str, float]]]:
        code, sure = hears[round(float(audio[0]), 2)]
        return code, sure, [(code, sure), ("en" if code != "en" else "es", 1 - sure)]

    found.__dict__["_whisper"] = SimpleNamespace(detect_language=detect_language)
    return found


def parts(
    stretches: list[tuple[float, str, float]], ranked: dict[str, float], main: str = "en"
) -> dict[str, list[tuple[float, float]]]:
    """The parts of a window of stretches (seconds, language, probability), in seconds."""
    hears, samples, speech, at = {}, [], [], 0
    for number, (seconds, code, sure) in enumerate(stretches, 1):
        length = round(seconds * RATE)
        hears[round(number / 100, 2)] = (code, sure)
        samples.append(np.full(length, number / 100, np.float32))
        speech.append((at, at + length))
        at += length
    window = _Window(0, ((0, at),))
    signal = np.concatenate(samples)
    said = np.ones(-(-len(signal) // FRAME), np.float32)
    found = recogniser(hears)._parts(window, ranked, speech, [signal], said, main, OPTIONS)
    return {code: [(a / RATE, b / RATE) for a, b in own] for code, own in found.items()}


def test_a_window_surely_in_another_language_is_taken_whole() -> None:
    assert parts([(1, "xx", 1.0), (2, "xx", 1.0)], {"es": 0.97, "en": 0.03}) == {"es": [(0, 1), (1, 3)]}


def test_stretches_of_a_mixed_window_go_to_their_languages() -> None:
    found = parts([(5, "en", 0.99), (4, "es", 0.95), (6, "en", 0.98)], {"en": 0.6, "es": 0.38})
    assert found == {"en": [(0, 5), (9, 15)], "es": [(5, 9)]}


def test_a_short_stretch_goes_with_its_neighbours_or_the_call() -> None:
    found = parts(
        [(4, "es", 0.99), (1, "ja", 0.99), (4, "es", 0.99), (1, "ja", 0.99), (4, "en", 0.99)],
        {"es": 0.6, "en": 0.4},
    )
    assert found == {"es": [(0, 4), (4, 5), (5, 9)], "en": [(9, 10), (10, 14)]}


def test_an_unsure_stretch_is_no_other_language() -> None:
    assert parts([(4, "ja", 0.8), (5, "en", 0.95)], {"en": 0.8, "ja": 0.15}) == {"en": [(0, 4), (4, 9)]}


def test_a_language_that_the_window_does_not_hold_says_nothing_of_its_parts() -> None:
    heard = [("ja", 0.6), ("es", 0.38), ("en", 0.02)]
    found = recogniser({})
    found.__dict__["_whisper"] = SimpleNamespace(detect_language=lambda audio: ("ja", 0.6, heard))
    signal = np.zeros(4 * RATE, np.float32)
    assert found._language_of(signal, {"en", "es"}, OPTIONS) == "es"
    assert found._language_of(signal, {"en", "es", "ja"}, OPTIONS) == ""
    assert found._language_of(signal[:RATE], {"en", "es"}, OPTIONS) == ""


def test_a_long_unsure_stretch_is_cut_at_shorter_pauses() -> None:
    said = np.ones(round(9 * RATE / FRAME), np.float32)
    pause = round(4 * RATE / FRAME)
    said[pause : pause + round(0.35 * RATE / FRAME)] = 0.0
    signal = np.full(9 * RATE, 0.01, np.float32)
    signal[round(4.1 * RATE) :] = 0.02
    found = recogniser({})
    found.__dict__["_whisper"] = SimpleNamespace(
        detect_language=lambda audio: (
            "",
            0.0,
            [("en", 0.5), ("es", 0.5)] if len(audio) > 6 * RATE else _tone_language(audio),
        )
    )
    window = _Window(0, ((0, len(signal)),))
    parts = found._parts(window, {"en": 0.5, "es": 0.5}, [(0, len(signal))], [signal], said, "en", OPTIONS)
    assert {code: len(own) for code, own in parts.items()} == {"en": 1, "es": 1}
    assert parts["en"][0][1] <= parts["es"][0][0]


def _tone_language(audio: Any) -> list[tuple[str, float]]:
    return [("en", 0.99)] if float(audio[len(audio) // 2]) < 0.015 else [("es", 0.99)]


def test_the_language_of_a_call_is_the_one_spoken_longest() -> None:
    segments = [Segment("", 0, 9, tuple(said("a b", 0, "en") + said("c d e", 2, "es")), 0, 0, 1)]
    assert _most([segments], "en") == "es"
    assert _most([[]], "en") == "en"
    assert [word.language for word in _told(segments[0], "es").words] == ["en", "en", "", "", ""]


def test_a_turn_is_in_one_language() -> None:
    found = turns.build({AGENT: [*said("good morning", 0), *said("buenos dias", 0.7, "es")]})
    assert [(turn.text, turn.language) for turn in found] == [("good morning", ""), ("buenos dias", "es")]


def test_rules_read_the_turns_of_their_language_alone() -> None:
    pack = rules.load_pack("en")
    both = [
        Turn(AGENT, "Good morning, thank you for calling."),
        Turn(CUSTOMER, "Hola."),
        Turn(AGENT, "Thank you very much.", language="es"),
    ]
    found = [
        match for match in rules.find(pack, rules.spoken_in(both, "")) if match.rule == "courtesy.thanks"
    ]
    assert [match.turn for match in found] == [0]
    own = rules.spoken_in(both, "es")
    assert [(turn.speaker, turn.text) for turn in own] == [
        (AGENT, ""),
        (CUSTOMER, ""),
        (AGENT, "Thank you very much."),
    ]


def test_words_of_another_language_are_counted_as_that_language_counts() -> None:
    hop, frames = 0.01, 200
    sound = Contours(
        hop,
        np.full(frames, 150, np.float32),
        np.full(frames, -20, np.float32),
        np.ones(frames, bool),
        np.full(frames, 15, np.float32),
        np.empty(0, np.float32),
    )
    heard = [Segment("x", 0.5, 1.1, (Word(" x", 0.5, 1.1, 0.9, language="es"),), 0.0, -0.2, 1.0)]
    found = evidence.back(heard, sound, syllables=lambda _: 1, elsewhere={"es": lambda _: 90})
    assert [word.backed for word in found.words] == [False]
    assert evidence.back(heard, sound, syllables=lambda _: 90, elsewhere={}).words[0].backed


@pytest.mark.parametrize("language", ["", "es"])
def test_the_json_report_names_a_language_only_where_it_is_another(language: str) -> None:
    analysis = made.good()
    turn = replace(analysis.turns[0], language=language)
    words = tuple(replace(word, language=language) for word in turn.words)
    mixed = replace(analysis, turns=(replace(turn, words=words), *analysis.turns[1:]), contours={})
    document = json.loads(report.render([mixed]))
    assert document["turns"][0].get("language", "") == language
    assert "language" not in document["turns"][1]
    assert {word.get("language", "") for word in document["turns"][0]["words"]} == {language}
    jsonschema.validate(document, schema())
    assert report.document(report.parse(document)) == document


@pytest.mark.parametrize(
    ("document", "told", "expected"),
    [
        ({"language": "en", "segments": [{"start": 0, "end": 2, "text": "Good morning."}]}, None, [""]),
        (
            {
                "language": "es",
                "segments": [
                    {"start": 0, "end": 2, "text": "Buenos días.", "language": "es"},
                    {"start": 3, "end": 5, "text": "Good morning.", "language": "en"},
                ],
            },
            None,
            ["", "en"],
        ),
        (
            {
                "language": "es",
                "segments": [{"start": 0, "end": 2, "text": "Good morning.", "language": "en"}],
            },
            "es",
            [""],
        ),
    ],
)
def test_a_transcript_may_name_the_language_of_each_line(
    tmp_path: Path, document: dict[str, Any], told: str | None, expected: list[str]
) -> None:
    path = tmp_path / "call.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert [line.language for line in transcripts.read(path, language=told).lines] == expected


def test_lines_of_a_transcript_are_judged_in_their_language(tmp_path: Path) -> None:
    turns = [
        {"speaker": "agent", "text": "Buenos días, le atiende Marta.", "start": 0, "end": 3},
        {"speaker": "customer", "text": "Do you speak English?", "start": 4, "end": 6, "language": "en"},
        {
            "speaker": "agent",
            "text": "Good morning, how can I help you?",
            "start": 7,
            "end": 9,
            "language": "en",
        },
    ]
    path = tmp_path / "call.json"
    path.write_text(json.dumps({"language": "es", "turns": turns}), encoding="utf-8")
    coach = pipeline.Coach.ready(pipeline.Settings(), words=False)
    found = pipeline.analyse(None, coach=coach, transcript=transcripts.read(path))
    assert [turn.language for turn in found.turns] == ["", "en", "en"]
    english, told = rules.load_pack("en"), rules.load_pack("es")
    sources = {rule.source for rule in english.rules}
    assert {f.message for f in found.findings} <= {rule.message for rule in told.rules}
    assert {(f.rule, f.turn, f.source in sources) for f in found.findings} >= {
        ("courtesy.greeting", 0, False),
        ("courtesy.greeting", 2, True),
        ("courtesy.offer_help", 2, True),
    }
    again = tmp_path / "again.json"
    again.write_text(report.render([found]), encoding="utf-8")
    assert [line.language for line in transcripts.read(again).lines] == ["", "en", "en"]
