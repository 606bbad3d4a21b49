"""The speaker's own values: read strictly, compared like with like, said in words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests import make_analysis as made
from voicecoach import pipeline, reports
from voicecoach.baseline import READ, Baseline, Usual, compare, parse, read, render
from voicecoach.errors import DataFileError
from voicecoach.measures.definitions import definitions
from voicecoach.score import load_scorecard, score
from voicecoach.types import Measure

PACE = "pace.articulation_rate"
OWN = """\
baseline: 1
language: en
measures:
  pace.articulation_rate: {value: 4.6, unit: syllables/s, spread: 0.1, recordings: 3}
"""


def pace(value: float, **other: object) -> Measure:
    reason = definitions().notes["bounds"] + "everyday speech has 3.3 to 5.9"
    return made.measure(PACE, value, "syllables/s", reason, **other)


def baseline(**values: Usual) -> Baseline:
    return Baseline("en", False, {key.replace("_", ".", 1): usual for key, usual in values.items()}, "mine")


def one(measure: Measure, own: Baseline, *, language: str = "en", telephone: bool = False) -> Measure:
    (found,) = compare([measure], own, language=language, telephone=telephone)
    return found


def test_pace_is_within_15_percent_of_the_own_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "me.yaml"
    file.write_text(OWN, encoding="utf-8")
    found = one(pace(5.2, low=5.0, high=5.4), read([file]))
    assert found.value == 5.2
    assert found.baseline == 4.6
    assert (found.low, found.high) == (pytest.approx(3.91), pytest.approx(5.29))
    assert found.reason == "yours was 4.6 on 3 recordings, this is +13 %; everyday speech has 3.3 to 5.9"


def test_each_scale_is_arithmetic() -> None:
    octave = made.measure("pitch.median", 240.0, "Hz")
    found = one(octave, baseline(pitch_median=Usual(120.0, "Hz")))
    assert "+12.0 semitones" in found.reason
    assert (found.low, found.high) == (pytest.approx(120 / 2**0.25), pytest.approx(120 * 2**0.25))
    louder = made.measure("loudness.level", -20.0, "LUFS")
    found = one(louder, baseline(loudness_level=Usual(-26.02, "LUFS")))
    assert "+6.0 LU" in found.reason
    flat = made.measure("pitch.spread", 4.0, "semitones")
    found = one(flat, baseline(pitch_spread=Usual(10.0, "semitones")))
    assert (found.low, found.high) == (6.0, None)
    nothing = made.measure("pauses.median", 0.4, "s")
    assert "+0.4 s" in one(nothing, baseline(pauses_median=Usual(0.0, "s"))).reason


def test_a_speaker_who_varies_has_a_wider_band() -> None:
    spread = Usual(4.0, "syllables/s", spread=0.5, recordings=3)
    found = one(pace(4.5), baseline(pace_articulation_rate=spread))
    assert (found.low, found.high) == (3.0, 5.0)
    twice = replace(spread, recordings=2)
    found = one(pace(4.5), baseline(pace_articulation_rate=twice))
    assert (found.low, found.high) == (pytest.approx(3.4), pytest.approx(4.6))
    usual = Usual(18.0, "dB", spread=1.0, recordings=5)
    found = one(made.measure("voice.hnr", 12.0, "dB", grade="C"), baseline(voice_hnr=usual))
    assert (found.low, found.high) == (16.0, 20.0)
    floor = Usual(10.0, "semitones", spread=2.5, recordings=5)
    found = one(made.measure("pitch.spread", 9.0, "semitones"), baseline(pitch_spread=floor))
    assert (found.low, found.high) == (5.0, None)


def test_what_is_not_alike_is_not_compared() -> None:
    own = baseline(
        pace_articulation_rate=Usual(4.0, "syllables/s"),
        loudness_level=Usual(-20.0, "LUFS"),
        pitch_median=Usual(120.0, "Hz"),
    )
    before = pace(5.0, low=4.8, high=5.2)
    for found in (
        one(before, own, language="es"),
        one(replace(before, unit="morae/s"), own),
    ):
        assert (found.low, found.high, found.baseline) == (4.8, 5.2, None)
        assert found.reason.startswith(before.reason)
        assert found.reason.endswith("so it is not compared")
    level = made.measure("loudness.level", -23.0, "LUFS")
    assert one(level, own, telephone=True).baseline is None
    assert "line" in one(level, own, telephone=True).reason
    tone = made.measure("pitch.median", 130.0, "Hz")
    assert one(tone, own, language="es", telephone=True).baseline == 120.0


def test_only_what_the_agent_said_and_what_is_known_is_compared() -> None:
    own = baseline(pace_articulation_rate=Usual(4.0, "syllables/s"))
    for measure in (
        replace(pace(5.0), speaker="customer"),
        replace(pace(5.0), value=None),
        made.measure("talk.share", 50.0, "%"),
        made.measure("pitch.median", 200.0, "Hz"),
    ):
        assert one(measure, own) == measure


def test_every_limit_stands_around_its_value() -> None:
    compared = {id_: entry.own for id_, entry in definitions().entries.items() if entry.own is not None}
    assert {id_.split(".")[0] for id_ in compared} == {
        "pace",
        "pauses",
        "fillers",
        "pitch",
        "loudness",
        "voice",
    }
    for id_, own in compared.items():
        low, high = own.band(5.0, None)
        assert low is None or low < 5.0, id_
        assert high is None or high > 5.0, id_


def test_the_median_of_several_analyses(tmp_path: Path) -> None:
    paths = []
    for number, value in enumerate((4.0, 4.4, 6.0)):
        analysis = replace(made.good(), measures=(pace(value), made.measure("talk.share", 40.0, "%")))
        paths.append(reports.write(tmp_path / f"calm{number}", "json", [analysis]))
    found = read(paths)
    assert found.language == "en"
    assert list(found.values) == [PACE]
    assert found.values[PACE].value == 4.4
    assert found.values[PACE].recordings == 3
    assert found.values[PACE].spread == pytest.approx(1.058, abs=0.001)
    both = tmp_path / "both.json"
    both.write_text(json.dumps([json.loads(path.read_text()) for path in paths]), encoding="utf-8")
    assert read([both]).values == found.values


def document(**changes: object) -> str:
    analysis = replace(made.good(), measures=(pace(4.0),))
    return json.dumps({**json.loads(reports.FORMATS["json"].render([analysis])), **changes})


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "the file is empty"),
        ("{", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("- a\n- b\n", "should be keys and values"),
        ("{}", "needs the key 'baseline'"),
        (
            OWN.replace("baseline: 1", "baseline: 2"),
            "me.txt:1:11: 'baseline' should be at",
        ),
        (OWN.replace("articulation", "articulaton"), "did you mean 'pace.articulation_rate'"),
        (OWN.replace("4.6", "fast"), "'value' should be a number, but is 'fast'"),
        (OWN.replace("4.6", "nan"), "finite"),
        (OWN.replace("unit: syllables/s, ", ""), "needs the key 'unit'"),
        (OWN.replace("pace.articulation_rate", "talk.share"), "unknown key 'talk.share'"),
        (document(measures=[]), "holds no measure of an agent's voice"),
        (document(measures=[{"id": PACE}]), "damaged"),
        (document(source=None), "damaged"),
        (document().replace('"value": 4.0', '"value": Infinity'), "is none"),
        (document().replace('"value": 4.0', '"value": [4]'), "damaged"),
    ],
)
def test_wrong_files_are_one_line(tmp_path: Path, text: str, error: str) -> None:
    file = tmp_path / "me.txt"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataFileError) as caught:
        read([file])
    assert error in str(caught.value)
    assert "me.txt" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_file_is_one_line(tmp_path: Path) -> None:
    sound = tmp_path / "call.wav"
    sound.write_bytes(b"RIFF\xff\xfe\x00\x01")
    for path, error in ((tmp_path, "not a file"), (tmp_path / "none", "cannot be read"), (sound, "not text")):
        with pytest.raises(DataFileError, match=error):
            read([path])


def test_recordings_of_different_kinds_are_not_mixed(tmp_path: Path) -> None:
    english, spanish, telephone = (tmp_path / name for name in ("en", "es", "tel"))
    english.write_text(OWN, encoding="utf-8")
    spanish.write_text(OWN.replace("en", "es"), encoding="utf-8")
    telephone.write_text(f"telephone: yes\n{OWN}", encoding="utf-8")
    with pytest.raises(DataFileError, match="one language"):
        read([english, spanish])
    with pytest.raises(DataFileError, match="tel: was recorded by telephone"):
        read([english, telephone])


def test_what_is_written_is_read_back() -> None:
    values = {
        "pace.articulation_rate": Usual(4.625, "syllables/s", spread=0.25, recordings=3),
        "pitch.median": Usual(203.5, "Hz"),
    }
    for telephone in (False, True):
        own = Baseline("en", telephone, values, 'take 3, a "reading" of 22 November', READ)
        assert parse(render(own), "take 3") == own


def test_reading_aloud_makes_a_band_for_the_voice_and_none_for_the_pace() -> None:
    own = baseline(pace_articulation_rate=Usual(5.0, "syllables/s"), pitch_spread=Usual(10.0, "semitones"))
    own = replace(own, task=READ)
    before = pace(4.0, low=3.8, high=4.2)
    found = one(before, own)
    assert (found.low, found.high, found.baseline) == (3.8, 4.2, None)
    assert "when you read aloud it was 5, this is -20 %" in found.reason
    spread = one(made.measure("pitch.spread", 5.0, "semitones"), own)
    assert (spread.low, spread.high) == (6.0, None)
    assert spread.reason.startswith("when you read aloud it was 10, this is -50 %")


def test_reading_and_talking_are_not_mixed(tmp_path: Path) -> None:
    talking, reading = tmp_path / "talking", tmp_path / "reading"
    talking.write_text(OWN, encoding="utf-8")
    reading.write_text(f"task: read\n{OWN}", encoding="utf-8")
    assert read([reading]).task == READ
    with pytest.raises(DataFileError, match="is of read speech"):
        read([talking, reading])


def test_of_values_at_hand_those_of_the_same_language_and_line_are_taken(coach: pipeline.Coach) -> None:
    kinds = [("es", False), ("en", True), ("en", False)]
    stored = tuple(Baseline(*kind, {}, str(kind)) for kind in kinds)
    ready = replace(coach, settings=replace(coach.settings, stored=stored))
    assert ready.own_values("en", telephone=False) == stored[2]
    assert ready.own_values("en", telephone=True) == stored[1]
    assert ready.own_values("ja", telephone=False) is None
    named = baseline(pitch_median=Usual(120.0, "Hz"))
    assert replace(ready, own=named).own_values("en", telephone=False) == named


def test_the_scorecard_takes_the_own_band() -> None:
    card = load_scorecard("service-call")
    turns = (made.turn("agent", 0.0, 60.0, "Good morning."),)

    def status(measure: Measure) -> tuple[str, str]:
        scores = score(
            card, (), (measure,), grades={}, turns=turns, separate=True, language="en", unbacked=()
        )
        return next((c.status, c.reason) for c in scores.criteria if "easy pace" in c.name)

    own = baseline(pace_articulation_rate=Usual(6.5, "syllables/s"))
    assert status(pace(6.4))[0] == "missed"
    met, why = status(one(pace(6.4), own))
    assert met == "met"
    assert "around your own 6.5" in why
    assert status(one(pace(5.0), own))[0] == "missed"


def test_a_recording_compared_with_itself(coach: pipeline.Coach, tmp_path: Path) -> None:
    sample = Path(__file__).parent.parent / "samples" / "agent_alone.flac"
    analysis = pipeline.analyse(sample, coach=coach)
    path = reports.write(tmp_path / "mine", "json", [analysis])
    again = pipeline.analyse(sample, coach=replace(coach, own=read([path])))
    compared = {m.id: m for m in again.measures if m.baseline is not None}
    assert {
        m.id for m in analysis.measures if m.value is not None and definitions().entries[m.id].own
    } == set(compared)
    for measure in compared.values():
        assert measure.value == pytest.approx(measure.baseline, abs=0.001)
        assert measure.low is None or measure.low <= measure.value
        assert measure.high is None or measure.high >= measure.value
    assert "yours was" in reports.FORMATS["text"].render([again])
    assert again.provenance["baseline"] == str(path)
    assert analysis.provenance["baseline"] is None
