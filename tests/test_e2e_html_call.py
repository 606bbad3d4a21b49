"""The call page in a real browser for everybody: any words, small screens, keyboard, both themes, paper."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests import make_analysis as made
from tests.browser import NARROW, WIDE, Browser, browser
from tests.test_html_call import HOSTILE, everywhere
from voicecoach.reports import html
from voicecoach.types import Word

__all__ = ["browser"]  # a fixture

# text too faint for the ground it stands on, as WCAG 2.2 computes it; from 24 px on a ratio of 3 is enough
FAINT = """
const parts = c => c.match(/[\\d.]+/g).map(Number);
const light = c => parts(c).slice(0, 3).map(v => v / 255)
  .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0);
const ground = e => {
  for (; e; e = e.parentElement) {
    const found = getComputedStyle(e).backgroundColor, alpha = parts(found)[3];
    if (alpha === undefined || alpha === 1) return found;
  }
  return 'rgb(255, 255, 255)';
};
const found = [];
let looked = 0;
for (const e of document.querySelectorAll('body *')) {
  const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  if (!own || e.matches('script, .hidden, option') || !e.getClientRects().length) continue;
  const style = getComputedStyle(e), a = light(style.color), b = light(ground(e));
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  looked += 1;
  if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5) && !e.disabled)
    found.push(`${e.tagName}.${e.className} ${ratio.toFixed(2)}`);
}
return [looked, found];
"""


def write(folder: Path, page: str) -> Path:
    path = folder / "call.html"
    path.write_text(page, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page on which everything is: all kinds of findings, a warning, words that are not backed."""
    case = made.poor()
    first = case.turns[0]
    unsure = tuple(replace(word, backed=False) for word in first.words)
    case = replace(
        case,
        turns=(replace(first, words=unsure), *case.turns[1:]),
        findings=(*case.findings, made.finding("courtesy.thanks", case.turns, 6, "Well")),
        unbacked=case.findings[:1],
        warnings=("the file ends early",),
    )
    return write(tmp_path_factory.mktemp("page"), html.call_page(case, back="../index.html"))


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("said", ["x" * 400, "/".join(HOSTILE)], ids=["long", "hostile"])
def test_no_word_makes_the_page_wider_than_its_screen(
    browser: Browser, tmp_path: Path, said: str, size: tuple[int, int]
) -> None:
    browser.open(write(tmp_path, html.call_page(everywhere(made.poor(), said))), size=size)
    assert browser.sideways() <= 0
    assert browser.complaints() == []
    assert browser.outside() == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_all_text_can_be_read(browser: Browser, page: Path, size: tuple[int, int], dark: bool) -> None:
    browser.open(page, size=size, dark=dark)
    browser.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    looked, faint = browser.run(FAINT)
    assert looked > 300
    assert faint == []


def test_what_a_finger_meets_is_large_enough(browser: Browser, page: Path) -> None:
    browser.open(page, size=NARROW, reduced_motion=True)
    small = browser.run(
        """return [...document.querySelectorAll('button, select, summary')].filter(e => {
             const box = e.getBoundingClientRect();
             if (!box.height) return false;
             const more = parseFloat(getComputedStyle(e, '::after').top) || 0;
             return box.height - 2 * Math.min(more, 0) < 43.9;
           }).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert small == []
    above = browser.run(
        """const e = document.querySelector('#findings .seek'); e.scrollIntoView({block: 'center'});
           const box = e.getBoundingClientRect();
           return document.elementFromPoint(box.x + box.width / 2, box.y - 4) === e"""
    )
    assert above


def test_the_keyboard_skips_to_the_coaching_and_shows_where_it_is(browser: Browser, page: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.open(page, reduced_motion=True)
    keys = browser.driver.switch_to
    keys.active_element.send_keys(Keys.TAB)
    first = "const a = document.activeElement; return [a.className, a.getBoundingClientRect().top >= 0]"
    assert browser.run(first) == ["skip", True]
    keys.active_element.send_keys(Keys.ENTER)
    keys.active_element.send_keys(Keys.TAB)
    inside, ring = browser.run(
        """const a = document.activeElement;
           return [!!a.closest('#coaching'), getComputedStyle(a).outlineStyle]"""
    )
    assert inside
    assert ring == "solid"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_paper_is_white_and_has_nothing_to_press(browser: Browser, page: Path, dark: bool) -> None:
    browser.open(page, dark=dark)
    features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": features})
    style = browser.run(
        "const s = getComputedStyle(document.body); return [s.color, s.backgroundColor, s.fontSize]"
    )
    assert style[:2] == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    shown = browser.run(
        """return [...document.querySelectorAll('nav, .player, .tools, .skip, #coaching, #transcript .turn')]
             .filter(e => e.getClientRects().length).map(e => e.id || e.className.split(' ')[0])"""
    )
    assert set(shown) == {"coaching", *(f"turn-{k}" for k in range(1, len(made.POOR_TURNS) + 1))}
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_a_call_of_two_hours_lays_out_only_what_is_seen(browser: Browser, tmp_path: Path) -> None:
    turns = tuple(
        made.turn("agent" if k % 2 else "customer", 9.0 * k, 9.0 * k + 8, "some words of many " * 5)
        for k in range(800)
    )
    browser.open(write(tmp_path, html.call_page(made.analysis(turns, ()))))
    assert sum(len(turn.words) for turn in turns) == browser.run(
        "return document.querySelectorAll('#transcript .w').length"
    )
    visible = "return document.querySelector('#turn-800 .w').checkVisibility({contentVisibilityAuto: true})"
    assert not browser.run(visible)
    browser.run("document.querySelector('#turn-800').scrollIntoView({behavior: 'instant'})")
    assert browser.until(visible)


def test_a_link_from_a_finding_leads_to_its_words_and_back(browser: Browser, page: Path) -> None:
    browser.open(page, reduced_motion=True)
    browser.run("document.querySelector('#findings .words-link[href=\"#turn-3\"]').click()")
    seen = """const box = document.querySelector(':target').getBoundingClientRect();
              return box.top < innerHeight && box.bottom > 0"""
    assert browser.until(seen)
    assert browser.run("return document.querySelector(':target').id") == "turn-3"
    browser.run("document.querySelector('#turn-3 .ref').click()")
    assert browser.until(seen)
    assert browser.run("return !!document.querySelector(':target').closest('#findings')")


def test_words_of_another_direction_turn_nothing_beside_them(browser: Browser, tmp_path: Path) -> None:
    hebrew = "\u05e9\u05dc\u05d5\u05dd"
    turn = made.turn("agent", 0.0, 2.0, f"{hebrew} {hebrew}")
    turn = replace(turn, words=tuple(Word(hebrew, k, k + 1.0, 0.9, True) for k in range(2)))
    browser.open(write(tmp_path, html.call_page(made.analysis((turn,), (), path=f"{hebrew}!.wav"))))
    assert browser.run("return getComputedStyle(document.querySelector('#turn-1 .words')).direction") == "rtl"
    assert browser.run("return getComputedStyle(document.querySelector('main')).direction") == "ltr"
    browser.run("document.querySelector('#turn-1').scrollIntoView({behavior: 'instant'})")
    browser.until(
        "return document.querySelector('#turn-1 .w').checkVisibility({contentVisibilityAuto: true})"
    )
    places = browser.run(
        "return [...document.querySelectorAll('#turn-1 .w')].map(e => e.getBoundingClientRect().left)"
    )
    assert places[0] > places[1]
