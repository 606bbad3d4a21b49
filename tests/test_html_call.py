"""The call page: what stands on it, in which order, readable by everybody; hostile text stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import make_analysis as made
from tests.test_html import Parsed
from voicecoach.batch.types import Who
from voicecoach.measures.definitions import definitions
from voicecoach.reports import html, text, wording
from voicecoach.reports.html import environment
from voicecoach.reports.html.about import about, sources
from voicecoach.reports.html.call import call
from voicecoach.reports.html.transcript import Said, transcript
from voicecoach.types import Analysis, Event, Finding, NotMeasured, Turn, Word

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x=\'',
    "' autofocus onfocus='alert(1)",
    "javascript:alert(1)",
    "--><!--<![CDATA[&lt;&#60;{{ 7 * 7 }}{% raw %}",
    "</style></title></textarea></svg><base href=//x>",
    "\u202egnp.exe\u2066\u2069 \x00\x1b[31m \ud800 \u2028 \ufeff",
)
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def everywhere(analysis: Analysis, said: str) -> Analysis:
    """The analysis with ``said`` in every text that comes from people, files or packs."""
    turns = tuple(
        replace(t, text=" ".join([said] * 3), words=tuple(replace(w, text=said) for w in t.words[:3]))
        for t in analysis.turns
    )
    findings = tuple(
        replace(
            f, quote=said, message=said, advice=said, source=said, evidence=replace(f.evidence, reason=said)
        )
        for f in analysis.findings
    )
    criteria = tuple(
        replace(c, name=said, reason=said, source=said, tip=said) for c in analysis.scores.criteria
    )
    notes = {
        f.name: replace(note, text=said, quote=said, suggestion=said)
        for f in fields(analysis.coaching)
        if f.name != "reason" and (note := getattr(analysis.coaching, f.name)) is not None
    }
    return replace(
        analysis,
        source=replace(
            analysis.source,
            path=f"{said}.wav",
            container=said,
            codec=said,
            speakers=tuple(replace(s, channel_name=said, reason=said) for s in analysis.source.speakers),
        ),
        warnings=(said,),
        language=said,
        turns=turns,
        measures=tuple(replace(m, unit=said, reason=said) for m in analysis.measures),
        events=tuple(replace(e, detail=said) for e in analysis.events),
        phases=tuple(replace(p, reason=said) for p in analysis.phases),
        findings=findings,
        unbacked=findings[:1],
        scores=replace(analysis.scores, reason=said, criteria=criteria, scorecard=said),
        coaching=replace(analysis.coaching, reason=said, **notes),
        not_measured=tuple(replace(n, id=said, reason=said) for n in analysis.not_measured),
        provenance={"model": {"name": said}, "told": said},
    )


def page_of(analysis: Analysis, **more: Any) -> Parsed:
    return Parsed(html.call_page(analysis, **more))


def shape(page: Parsed) -> set[tuple[str, str]]:
    """Which attributes each element has on a page, and which elements there are."""
    return {(tag, name) for tag, attributes in page.tags for name in ("", *attributes)}


ORDINARY = set[tuple[str, str]]()


def ordinary() -> set[tuple[str, str]]:
    """Everything an ordinary page is made of."""
    if not ORDINARY:
        for case in made.ALL.values():
            doubtful = replace(case(), unbacked=case().findings[:1], warnings=("cut",))
            for language in ("en", "de"):
                spoken = replace(doubtful, language=language)
                ORDINARY.update(shape(page_of(spoken, back="../index.html", who=Who("Dana"))))
    return ORDINARY


def check_harmless(page: Parsed, said: str) -> None:
    assert shape(page) <= ordinary() | {("bdi", ""), ("span", "title")}, said
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name != "style", (tag, name)
            if name in ("href", "src"):
                assert value is not None
                assert re.fullmatch(r"#[\w-]+|\.\./index\.html", value), value


# --- hostile text -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", HOSTILE)
@pytest.mark.parametrize("name", ["good", "poor"])
def test_hostile_text_adds_nothing_to_the_page(name: str, said: str) -> None:
    who = Who(said, said, said, said)
    page = page_of(everywhere(made.ALL[name](), said), back="../index.html", who=who)
    check_harmless(page, said)
    shown = "".join(page.words)
    assert environment.clean(said) in shown
    assert not set("\x00\x1b\ud800") & set(shown)
    assert not environment.REORDERING & set(shown)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.sampled_from("<>\"'&/=;{}%!-\\ \t\n\x00\u202e\u2028\ud800scriptoneraq"), min_size=1))
def test_no_text_adds_to_the_page(said: str) -> None:
    check_harmless(page_of(everywhere(made.poor(), said)), said)


def test_text_of_people_turns_nothing_beside_it() -> None:
    page = html.call_page(made.analysis(path="\u05d0\u05d1\u05d2 call.wav"))
    assert "<h1><bdi>\u05d0\u05d1\u05d2 call.wav</bdi></h1>" in page


@pytest.mark.parametrize("name", made.ALL)
def test_a_page_asks_for_nothing_elsewhere(name: str) -> None:
    page = html.call_page(made.ALL[name]())
    check_harmless(Parsed(page), name)
    for style in Parsed(page).content["style"]:
        assert "@import" not in style
        assert "url(" not in style


# --- what stands on it --------------------------------------------------------------------------------------


def test_coaching_stands_before_the_player_and_both_before_the_rest() -> None:
    page = html.call_page(made.poor())
    ids = ("coaching", "listen", "findings", "judged", "course", "measures", "transcript", "missing", "made")
    places = [page.index(f'<section id="{one}"') for one in ids]
    assert places == sorted(places)
    shown = " ".join("".join(Parsed(page).words).split())
    order = [shown.index(title) for title in ("What worked", "Try next", "60-second drill")]
    assert order == sorted(order)


@pytest.mark.parametrize("name", made.ALL)
def test_what_the_page_says_is_what_is_known(name: str) -> None:
    case = made.ALL[name]()
    shown = " ".join("".join(page_of(case).words).split())
    for finding in case.findings:
        assert finding.message in shown
        assert finding.quote in shown
        assert finding.source in shown
    for criterion in case.scores.criteria:
        assert criterion.name in shown
        assert criterion.source in shown
    for measure in case.measures:
        if measure.value is not None:
            assert text.value(measure) in shown
        assert measure.reason[1:] in shown
    for turn in case.turns:
        assert all(word.text in shown for word in turn.words)
    assert case.source.sha256 in shown
    assert case.provenance["model"]["sha256"] in shown


def test_every_threshold_stands_with_its_source() -> None:
    shown = " ".join("".join(page_of(made.good()).words).split())
    found = [one for every in sources().values() for one in every]
    assert len(found) > len(definitions().sources)
    assert all(one.source and one.source in shown for one in found)
    assert {" ".join(s.split()) for s in definitions().sources.values()} <= {one.source for one in found}


def test_every_measure_has_a_name_and_a_place_as_on_the_terminal() -> None:
    names = {key: name for group in about().measures.values() for key, name in group.items()}
    assert set(names) == set(definitions().entries)
    for known in (wording.FEW_MEASURES, wording.NOTABLE_MEASURES, wording.OTHER_MEASURES):
        for key, name in known.items():
            assert about().name(key) == name


def test_where_nothing_could_be_found_the_page_says_why() -> None:
    reason = "two voices on one channel"
    missing = (NotMeasured("courtesy", reason), NotMeasured("talk.share", "another reason"))
    page = html.call_page(replace(made.two_voices(), not_measured=missing))
    assert f"Nothing was looked for: <bdi>{reason}</bdi>." in page
    assert "Nothing of this kind was found" not in page
    assert "Nothing was looked for: <bdi>nothing was said</bdi>." in html.call_page(made.silent())
    assert "Nothing was looked for" not in html.call_page(made.poor())
    assert "Nothing of this kind was found" in html.call_page(made.good())


def test_points_are_not_shown_while_a_must_is_open() -> None:
    case = made.poor()
    assert case.scores.passed is False
    assert "of 100 points" not in html.call_page(case)
    assert "of 100 points" in html.call_page(made.good())


def test_words_that_are_not_backed_are_told_apart_in_words() -> None:
    turn = made.turn("agent", 0.0, 5.0, "Thank you for waiting")
    doubtful = replace(turn, words=(replace(turn.words[0], backed=False), *turn.words[1:]))
    page = html.call_page(made.analysis((doubtful,), ()))
    assert re.search(r'class="w unbacked"[^>]*title="not backed by the sound">Thank<', page)
    assert page.count('class="w unbacked"') == 1
    assert "dotted</span>: not backed by the sound" in page
    unknown = replace(turn, words=tuple(replace(word, backed=None) for word in turn.words))
    assert "not checked against the sound" in html.call_page(made.analysis((unknown,), ()))


def test_the_band_of_a_measure_is_drawn_and_the_bounds_of_its_error_are_not() -> None:
    band = made.measure("pauses.within_clause_rate", 4.0, "per min", "heard as hesitant", high=8.0)
    error = made.measure("pace.speech_rate", 4.5, "syllables/s", "likely range; x", low=4.0, high=5.0)
    own = replace(error, id="pace.articulation_rate", baseline=4.4)
    rows = {
        row.measure.id: row
        for group in call(made.analysis(measures=(band, error, own))).measures.values()
        for row in group
    }
    assert rows["pace.speech_rate"].bar is None
    assert rows["pace.articulation_rate"].bar == (16.7, 83.3, 50.0)
    bar = rows["pauses.within_clause_rate"].bar
    assert bar is not None
    assert bar[0] == 0.0
    assert bar[0] < bar[2] < bar[1]


# --- the transcript -----------------------------------------------------------------------------------------


def said_in(analysis: Analysis) -> Iterator[Said]:
    findings = [(f"f{at}", finding) for at, finding in enumerate(analysis.findings)]
    for part in transcript(analysis, findings):
        yield from (one for one in part.said if isinstance(one, Said))


@given(st.data())
def test_marks_cut_the_text_and_lose_none_of_it(data: st.DataObject) -> None:
    words = data.draw(st.lists(st.sampled_from(["thank", "you", "thank you,", "a", "No."]), min_size=1))
    turn = made.turn("agent", 0.0, 9.0, " ".join(words))
    spans = st.tuples(st.integers(0, len(turn.text)), st.integers(0, len(turn.text)))
    places = [sorted(place) for place in data.draw(st.lists(spans, max_size=5))]
    findings = tuple(made.finding("courtesy.thanks", (turn,), 0, turn.text[a:b]) for a, b in places)
    pause = Event("pause", "agent", 3.0, 4.5)
    (one,) = said_in(replace(made.analysis((turn,), findings), events=(pause,)))
    assert "".join(piece.text for run in one.runs for piece in run.pieces) == turn.text
    assert sum(piece.event == pause for run in one.runs for piece in run.pieces) == 1
    shown = [id_ for run in one.runs for id_, _ in run.ends] + [id_ for id_, _ in one.others]
    assert sorted(shown) == sorted(f"f{at}" for at in range(len(findings)))


def test_marks_hold_whole_words_with_what_ends_them() -> None:
    turn = made.turn("agent", 0.0, 8.0, "Well, thank you. Goodbye.")
    found = made.finding("courtesy.thanks", (turn,), 0, "thank you")
    (one,) = said_in(made.analysis((turn,), (found,)))
    assert ["".join(piece.text for piece in run.pieces) for run in one.runs if run.polarity] == ["thank you."]


def test_of_equal_words_those_said_when_it_was_found_are_marked() -> None:
    turn = made.turn("agent", 0.0, 8.0, "thank you and thank you")
    late = made.finding("courtesy.thanks", (turn,), 0, "thank you", 4.8)
    (one,) = said_in(made.analysis((turn,), (late,)))
    marked = ["".join(piece.text for piece in run.pieces) for run in one.runs if run.polarity]
    assert marked == ["thank you"]
    assert one.runs[0].polarity == ""


def test_findings_may_overlap_and_the_one_to_try_again_is_seen() -> None:
    (one,) = [one for one in said_in(made.poor()) if one.number == 2]
    assert one.runs[0].polarity == "negative"
    assert [f.rule for run in one.runs for _, f in run.ends][:1] == ["courtesy.dismissive"]
    assert {f.rule for run in one.runs for _, f in run.ends} == {
        "courtesy.dismissive",
        "listening.interruption",
        "listening.unacknowledged_problem",
    }


def test_silences_stand_between_turns_and_long_pauses_between_words() -> None:
    turn = Turn("agent", "one two", 0.0, 5.0, (Word("one", 0, 1, 0.9, True), Word("two", 3, 5, 0.9, True)))
    other = made.turn("customer", 9.0, 10.0, "yes")
    events = (
        Event("pause", "agent", 1.0, 3.0),
        Event("pause", "agent", 4.0, 4.3),
        Event("silence", "agent", 5.0, 9.0, "not announced"),
        Event("filler", "agent", 5.2, 5.6),
        Event("backchannel", "customer", 9.0, 9.5),
    )
    (part,) = transcript(replace(made.analysis((turn, other), ()), events=events), ())
    first, silence, second = part.said
    assert silence == events[2]
    assert isinstance(first, Said)
    assert isinstance(second, Said)
    pieces = [piece.event or piece.text for run in first.runs for piece in run.pieces]
    assert pieces == ["one", " ", events[0], "two", events[3]]
    assert not any(piece.event for run in second.runs for piece in run.pieces)


def test_a_long_call_costs_so_many_bytes_a_word() -> None:
    turns = tuple(
        made.turn(
            "agent" if k % 2 else "customer", 10.0 * k, 10.0 * k + 9, "one of the many words of it " * 3
        )
        for k in range(200)
    )
    short, long = (len(html.call_page(made.analysis(t, ())).encode()) for t in (turns[:100], turns))
    words = sum(len(turn.words) for turn in turns[100:])
    assert (long - short) / words < 120


# --- for everybody ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", made.ALL)
def test_headings_are_in_order_and_everything_named_is_there(name: str) -> None:
    page = page_of(made.ALL[name](), back="../index.html")
    levels = [int(tag[1]) for tag, _ in page.tags if tag in HEADINGS]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.tags:
        href = attributes.get("href") or ""
        assert not href.startswith("#") or href[1:] in ids
        for wanted in (attributes.get("aria-labelledby") or "").split():
            assert wanted in ids


def test_the_page_has_its_language_landmarks_and_a_way_past_them() -> None:
    page = page_of(made.good())
    tags = [tag for tag, _ in page.tags]
    assert next(a for tag, a in page.tags if tag == "html")["lang"] == "en"
    assert {"header", "nav", "main", "footer"} <= set(tags)
    first = next(attributes for tag, attributes in page.tags if tag == "a")
    assert first["href"] == "#coaching"


def test_everything_that_can_be_pressed_is_a_button_with_a_name() -> None:
    page = html.call_page(made.poor())
    seeks = re.findall(
        r'<button type="button" class="seek" data-start="([\d.]+)"([^>]*)>([^<]*)</button>', page
    )
    assert len(seeks) == page.count('class="seek"') > 20
    for start, rest, shown in seeks:
        assert shown == text.clock(float(start))
        assert "aria-label=" in rest


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def themes() -> Mapping[str, Mapping[str, str]]:
    blocks = re.findall(r":root \{(.*?)\}", environment.text("base.css"), re.DOTALL)
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in blocks[:2])
    return {"light": light, "dark": {**light, **dark}}


WRITTEN = (  # text on its ground
    *((ink, ground) for ink in ("text", "muted", "accent") for ground in ("ground", "surface", "sunken")),
    *((ink, "surface") for ink in ("good", "again", "note", "agent", "customer")),
    *((tone, f"{tone}-ground") for tone in ("good", "again", "note")),
    *(("text", f"{tone}-ground") for tone in ("good", "again", "note", "accent")),
    ("muted", "accent-ground"),
    ("accent", "accent-ground"),
    ("on-accent", "accent"),
    ("again", "ground"),
)
DRAWN = tuple(
    (line, ground) for line in ("edge", "focus", "good", "again") for ground in ("ground", "surface")
)


def test_contrast_is_that_of_black_on_white_where_it_is_known() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_can_be_read_in_both_themes(theme: str) -> None:
    colours = themes()[theme]
    low = {pair: contrast(*(colours[name] for name in pair)) for pair in WRITTEN}
    assert {pair: round(value, 2) for pair, value in low.items() if value < 4.5} == {}
    lines = {pair: contrast(*(colours[name] for name in pair)) for pair in DRAWN}
    assert {pair: round(value, 2) for pair, value in lines.items() if value < 3.0} == {}


def test_findings_of_one_rule_are_told_once_with_all_their_moments() -> None:
    groups = call(made.poor()).groups["negative"]
    rules = [group.first.rule for group in groups]
    assert len(rules) == len(set(rules))
    moments = [moment.finding for group in groups for moment in group.moments]
    wanted: list[Finding] = [f for f in made.poor().findings if f.polarity == "negative"]
    assert sorted(moments, key=str) == sorted(wanted, key=str)


def test_what_is_open_on_the_scorecard_stands_first() -> None:
    shown = [judged.status for judged in call(made.poor()).criteria]
    order = ["open", "partly", "met", "does not apply", "not measured"]
    assert shown == sorted(shown, key=order.index)
    assert len(set(shown)) > 2
    assert len(shown) == len(made.poor().scores.criteria)
