"""The call page in a real browser: a click on a finding, a word, a curve hears that second."""

from __future__ import annotations

import itertools
import time
import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests import make_analysis as made
from tests.browser import NARROW, WIDE, Browser, browser
from voicecoach.reports import html
from voicecoach.reports.html import charts, sound
from voicecoach.types import Analysis, Contours

__all__ = ["browser"]  # a fixture

LEAD = charts.settings().lead_in
HEARD = "const s = document.getElementById('sound'); return [s.currentTime, s.paused, s.duration]"
HOSTILE = '</script><script>window.hacked=1</script><img src=x onerror="window.hacked=1">\u202e"\'`${1}{{1}}'


def voice(seconds: float, shift: float = 0.0) -> Contours:
    frames = round(seconds * 100)
    at = np.arange(frames) / 100
    talks = (at + shift) % 4 < 2
    return Contours(
        hop=0.01,
        f0=np.where(talks, 200 * 2 ** (np.sin(at * 3) / 3), np.nan).astype(np.float32),
        level=np.where(talks, -22 + 4 * np.sin(at * 9), -75.0).astype(np.float32),
        voice=talks,
        hnr=np.full(frames, 12.0, np.float32),
        nuclei=np.empty(0, np.float32),
    )


def sounding(analysis: Analysis) -> Analysis:
    """The analysis with contours as long as it is."""
    seconds = analysis.source.duration
    names = [speaker.name for speaker in analysis.source.speakers]
    return replace(analysis, contours={name: voice(seconds, 2.0 * k) for k, name in enumerate(names)})


def recording(path: Path, seconds: float = 52.0) -> Path:
    """A tone that is a WAV file."""
    at = np.arange(round(seconds * 16000)) / 16000
    tone = (3000 * np.sin(2 * np.pi * 300 * at)).astype(np.int16)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(tone.tobytes())
    return path


def write(folder: Path, analysis: Analysis, heard: sound.Sound | None, name: str = "call.html") -> Path:
    page = folder / name
    page.write_text(html.call_page(analysis, sound=heard), encoding="utf-8")
    return page


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a good call with its sound in it."""
    folder = tmp_path_factory.mktemp("page")
    return write(folder, sounding(made.good()), sound.embed(recording(folder / "call.wav")))


@pytest.fixture(autouse=True)
def quiet(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test does, nothing is asked of a network and the console has nothing to complain of."""
    yield
    found: Browser = request.getfixturevalue("browser")
    assert found.outside() == []
    assert [line for line in found.complaints() if "ERR_FILE_NOT_FOUND" not in line] == []


def drawn(found: Browser) -> None:
    state = found.until(
        "const c = document.getElementById('charts').dataset; return c.drawn && [c.drawn, c.why]"
    )
    assert state == ["yes", None]


def stands(found: Browser, second: float, within: float = 1.5) -> None:
    """The sound plays from a second on, of which some may have gone by."""
    found.until(f"{HEARD.replace('return', 'return !s.seeking && !s.paused && ')}")
    at, _, _ = found.run(HEARD)
    found.run("document.getElementById('sound').pause()")
    assert second - 0.05 <= at <= second + within


def click(found: Browser, element: object) -> None:
    found.run("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
    element.click()  # type: ignore[attr-defined]


def press(found: Browser, *keys: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(found.driver).send_keys(*keys).perform()


def at_chart(found: Browser, pane: int, second: float, y: float) -> None:
    """Click a pane of the charts at a second, ``y`` of its frame from the top (0..1)."""
    from selenium.webdriver.common.action_chains import ActionChains

    found.run("document.getElementById('drawing').scrollIntoView({block: 'start', behavior: 'instant'})")
    time.sleep(0.2)
    x, top = found.run(
        """const {views, range} = voicecoach.charts, view = views[arguments[0]], frame = view.frame.bbox;
        const box = view.el.getBoundingClientRect();
        const share = (arguments[1] - range.start) / (range.end - range.start);
        const [x, y] = [frame.left + share * frame.width, frame.top + arguments[2] * frame.height];
        return [box.left + x, box.top + y]""",
        pane,
        second,
        y,
    )
    action = ActionChains(found.driver, duration=20)
    action.w3c_actions.pointer_action.move_to_location(round(x), round(top))
    action.w3c_actions.pointer_action.click()
    action.perform()


def test_a_click_on_a_finding_hears_that_second(browser: Browser, page: Path) -> None:
    browser.open(page)
    start = next(f.start for f in made.GOOD_FINDINGS if f.rule == "structure.options")
    assert start is not None
    button = browser.run(f"return document.querySelector('#findings .seek[data-start=\"{start:.2f}\"]')")
    click(browser, button)
    stands(browser, start - LEAD)
    assert abs(browser.run(HEARD)[2] - 52.0) < 0.05


def test_a_click_on_a_word_hears_it(browser: Browser, page: Path) -> None:
    browser.open(page)
    word = made.GOOD_TURNS[4].words[5]
    click(browser, browser.run(f"return document.querySelector('.w[data-start=\"{word.start:.2f}\"]')"))
    stands(browser, round(word.start, 2))
    assert browser.run("return document.querySelector('.turn.now').id") == "turn-5"
    assert browser.run("return document.querySelector('.w.now') !== null")


@pytest.mark.parametrize("pane", [0, 1, 2, 3])
def test_a_click_on_a_curve_hears_that_second(browser: Browser, page: Path, pane: int) -> None:
    browser.open(page)
    drawn(browser)
    at_chart(browser, pane, 26.0, 0.9)
    stands(browser, 26.0 - 0.1)


def test_a_click_near_a_mark_hears_its_finding(browser: Browser, page: Path) -> None:
    browser.open(page)
    drawn(browser)
    row = browser.run(
        "const v = voicecoach.charts.views[0]; return 1 - v.model.tags[0].findings / v.model.y_range.end"
    )
    at_chart(browser, 0, 34.4, row)
    stands(browser, 34.2 - LEAD)


def test_the_address_may_name_the_second(browser: Browser, page: Path) -> None:
    browser.open(page, fragment="t=31.5")
    browser.until("const s = document.getElementById('sound'); return Math.abs(s.currentTime - 31.5) < 0.01")
    assert browser.run(HEARD)[1], "plays without being asked"
    assert browser.run("return document.getElementById('now').textContent") == "0:31.5"
    drawn(browser)
    style = browser.run(
        "const {style} = document.querySelector('.head'); return [style.visibility, style.transform]"
    )
    shown, x = style[0], float(style[1].removeprefix("translateX(").removesuffix("px)"))
    left, width = browser.run("const f = voicecoach.charts.views[0].frame.bbox; return [f.left, f.width]")
    assert shown == "visible"
    assert abs(x - (left + 31.5 / 52 * width)) < 3


def test_everything_works_by_keyboard(browser: Browser, page: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.open(page, fragment="t=20")
    drawn(browser)
    press(browser, Keys.ARROW_RIGHT)
    assert abs(browser.run(HEARD)[0] - 25) < 0.1
    press(browser, "j", "j")
    assert abs(browser.run(HEARD)[0] - 15) < 0.1
    press(browser, " ")
    browser.until("return !document.getElementById('sound').paused")
    press(browser, "k")
    browser.until("return document.getElementById('sound').paused")
    press(browser, "+", "+")
    wide = "const {range} = voicecoach.charts; return [range.start, range.end]"
    start, end = browser.run(wide)
    assert end - start == pytest.approx(13.0)
    assert start < 15 < end
    press(browser, "0")
    assert browser.run(wide) == [0, 52]
    for _ in range(200):  # by Tab to the first moment of a finding
        press(browser, Keys.TAB)
        if browser.run("return document.activeElement.matches('#findings .seek')"):
            break
    else:
        pytest.fail("no moment is reached by Tab")
    second = float(browser.run("return document.activeElement.dataset.start"))
    press(browser, Keys.ENTER)
    stands(browser, max(0.0, second - LEAD))


def test_keys_do_nothing_while_a_field_is_used(browser: Browser, page: Path) -> None:
    browser.open(page, fragment="t=20")
    browser.until("return document.getElementById('sound').readyState > 0")
    browser.run("document.getElementById('speed').focus()")
    press(browser, "j", "l", "l")
    assert abs(browser.run(HEARD)[0] - 20) < 0.1


def test_a_phone_scrolls_one_way_and_shows_the_charts(browser: Browser, page: Path) -> None:
    browser.open(page, size=NARROW)
    drawn(browser)
    assert browser.sideways() <= 0
    wide = browser.run("return voicecoach.charts.views[0].el.getBoundingClientRect().width")
    assert 250 < wide <= NARROW[0]
    for key in ("play", "back", "forward"):
        tall = browser.run("return document.getElementById(arguments[0]).getBoundingClientRect().height", key)
        assert tall >= 44
    assert browser.run("return voicecoach.charts.views[0].canvas.events_el.style.touchAction") == "pan-y"


def test_charts_follow_the_theme(browser: Browser, page: Path) -> None:
    browser.open(page, dark=True)
    drawn(browser)
    ground = "return voicecoach.charts.views.map((view) => view.model.background_fill_color)"
    surface = "return getComputedStyle(document.documentElement).getPropertyValue('--surface').trim()"
    dark = browser.run(surface)
    assert set(browser.run(ground)) == {dark}
    browser.media(prefers_color_scheme="light")
    light = browser.until(f"const now = (() => {{ {surface} }})(); return now !== arguments[0] && now", dark)
    assert set(browser.run(ground)) == {light}


def test_a_point_tells_its_value_with_its_unit(browser: Browser, page: Path) -> None:
    browser.open(page)
    drawn(browser)
    sources = browser.run(
        """return voicecoach.charts.views.slice(1).map((view) => view.model.renderers
        .map((one) => one.data_source.data.value?.find((text) => text)).find((text) => text))"""
    )
    assert [text.split(" ")[1] for text in sources] == ["syllables/s", "semitones", "dBFS"]


def test_what_people_say_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    turns = [replace(turn, text=f"{turn.text} {HOSTILE}") for turn in made.POOR_TURNS]
    findings = [replace(f, quote=HOSTILE, message=HOSTILE) for f in made.POOR_FINDINGS]
    hostile = replace(
        sounding(made.poor()),
        turns=tuple(turns),
        findings=tuple(findings),
        events=tuple(replace(event, detail=HOSTILE) for event in made.EVENTS),
    )
    hostile = replace(hostile, source=replace(hostile.source, path=f"/calls/{HOSTILE}.wav"))
    browser.open(write(tmp_path, hostile, None))
    drawn(browser)
    assert browser.run("return window.hacked === undefined && document.images.length === 0")
    assert "onerror" in browser.run("return document.body.innerText")


def test_without_sound_a_moment_is_still_shown(browser: Browser, tmp_path: Path) -> None:
    lost = sound.link(tmp_path / "gone.wav", tmp_path / "call.html")
    browser.open(write(tmp_path, sounding(made.good()), lost))
    drawn(browser)
    browser.until("return document.getElementById('play').disabled")
    assert "cannot be played" in browser.run("return document.getElementById('sound-note').textContent")
    word = made.GOOD_TURNS[2].words[0]
    click(browser, browser.run(f"return document.querySelector('.w[data-start=\"{word.start:.2f}\"]')"))
    assert browser.run("return document.querySelector('.turn.now').id") == "turn-3"
    assert browser.run("return document.querySelector('.head').style.visibility") == "visible"


def test_a_linked_recording_plays(browser: Browser, tmp_path: Path) -> None:
    odd = tmp_path / "a #1 call? 100% ü.wav"
    recording(odd)
    browser.open(write(tmp_path, sounding(made.good()), sound.link(odd, tmp_path / "call.html")))
    browser.until("return document.getElementById('sound').readyState > 0")
    browser.run("document.querySelector('.w[data-start]').click()")
    stands(browser, made.GOOD_TURNS[0].words[0].start)


def test_a_call_of_nothing_has_a_page(browser: Browser, tmp_path: Path) -> None:
    for name in ("silent", "alone", "two_voices"):
        browser.open(write(tmp_path, sounding(made.ALL[name]()), None, f"{name}.html"))
        drawn(browser)
        assert browser.run("return document.getElementById('play').disabled")


def test_the_play_head_follows_the_sound(browser: Browser, page: Path) -> None:
    browser.open(page, fragment="t=5")
    drawn(browser)
    place = "return new DOMMatrix(document.querySelector('.head').style.transform).e"
    before = browser.run(place)
    press(browser, "k")
    browser.until(f"{place} > arguments[0] + 2", before)
    seen = [browser.run(place) for _ in range(5)]
    press(browser, "k")
    assert all(first <= second for first, second in itertools.pairwise(seen))


def test_an_address_with_a_second_says_what_to_press(browser: Browser, page: Path) -> None:
    asks = "return document.getElementById('ask').textContent"
    for size in (WIDE, NARROW):
        browser.open(page, fragment="t=31.5", size=size)
        drawn(browser)
        assert browser.run(asks) == "Ready at 0:31.5: press Play, or the space bar."
        seen = browser.until(
            """const box = document.getElementById('play').getBoundingClientRect();
            return box.top >= 0 && box.bottom <= innerHeight"""
        )
        assert seen
        press(browser, " ")
        stands(browser, 31.5)
        assert browser.run(asks) == ""


def test_a_refused_play_is_told(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.until("return document.getElementById('sound').readyState > 0")
    browser.run(
        """HTMLMediaElement.prototype.play = () =>
        Promise.reject(new DOMException('a click comes first', 'NotAllowedError'))"""
    )
    second = made.GOOD_FINDINGS[9].start
    assert second is not None
    click(
        browser, browser.run(f"return document.querySelector('#findings .seek[data-start=\"{second:.2f}\"]')")
    )
    browser.until("return document.getElementById('ask').textContent.startsWith('Ready at 0:33.8')")


@pytest.fixture(scope="module")
def long_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A call of two hours, without its sound."""
    kind, turns, findings = made.good(), [], []
    for k in range(138):
        by, before = 52.0 * k, len(turns)
        for turn in kind.turns:
            words = tuple(replace(word, start=word.start + by, end=word.end + by) for word in turn.words)
            turns.append(replace(turn, start=turn.start + by, end=turn.end + by, words=words))
        for found in kind.findings:
            assert found.turn is not None
            assert found.start is not None
            assert found.end is not None
            findings.append(
                replace(found, turn=found.turn + before, start=found.start + by, end=found.end + by)
            )
    analysis = made.analysis(turns, findings)
    analysis = replace(analysis, source=replace(analysis.source, duration=7200.0))
    return write(tmp_path_factory.mktemp("long"), sounding(analysis), None)


def test_two_hours_without_sound_show_the_turn(browser: Browser, long_page: Path) -> None:
    for size in (WIDE, NARROW):
        browser.open(long_page, fragment="t=5420.5", size=size)
        drawn(browser)
        browser.until(
            """const box = document.querySelector('.turn.now')?.getBoundingClientRect();
            return box && box.top >= 0 && box.bottom <= innerHeight"""
        )
        assert browser.run("return document.getElementById('now').textContent") == "1:30:20.5"
        assert browser.sideways() <= 0


def test_many_findings_of_a_rule_are_folded_and_found(browser: Browser, long_page: Path) -> None:
    browser.open(long_page)
    assert browser.run("return document.querySelectorAll('.rest[open]').length") == 0
    folded = browser.run(
        """const inside = (a) => document.querySelector(a.getAttribute('href')).closest('.rest');
        const link = [...document.querySelectorAll('#transcript a.ref')].find(inside);
        link.click();
        return link.getAttribute('href').slice(1)"""
    )
    browser.until(
        """const one = document.getElementById(arguments[0]), box = one.getBoundingClientRect();
        return one.closest('details').open && box.height > 0 && box.top >= 0 && box.bottom <= innerHeight""",
        folded,
    )


def test_times_of_a_long_call_have_hours(browser: Browser, long_page: Path) -> None:
    browser.open(long_page)
    drawn(browser)
    labels = browser.run(
        "return [...voicecoach.charts.views.at(-1).model.below[0].major_label_overrides.values()]"
    )
    assert "1:00:00" in labels
    assert "60:00" not in labels


def test_the_curves_hold_no_focus_that_is_not_seen(browser: Browser, page: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.open(page)
    drawn(browser)
    browser.run("document.querySelector('[data-zoom=all]').focus()")
    press(browser, Keys.TAB)
    assert browser.run("return document.activeElement.tagName") == "SUMMARY"
