"""What every page of HTML is made of: templates, styles, scripts, and what a page may do.

A page is one file that asks for nothing elsewhere: styles and scripts stand in it, and its
Content-Security-Policy lets only these run, each by its SHA-256. Whatever is written into a template is
escaped; characters that reorder or steer text are taken out first, and text of people stands in ``<bdi>``, so
that it turns nothing beside it. Texts, numbers and days are in the current language of ``i18n``; what people
said or wrote in another language is marked with it (``spoken``), as browsers choose glyphs and voices by it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voicecoach import i18n
from voicecoach.i18n import _
from voicecoach.reports.html import language
from voicecoach.reports.page import clock

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent
REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
UNSAFE = ("Cc", "Cs", "Zl", "Zp")  # Unicode categories without a shape that no text of people needs


def page(
    template: str,
    *,
    styles: Sequence[str] = ("base.css",),
    scripts: Sequence[str] = (),
    policy: Mapping[str, Sequence[str]] | None = None,
    **values: Any,
) -> str:
    """Return a page made from a template of this folder; ends with a newline.

    Parameters
    ----------
    template
        Name of the template. It extends ``page.html.j2``, which writes the head, the styles and the scripts.
    styles, scripts
        Names of files of this folder that are written into the page, in this order.
    policy
        What the page may do beyond its own styles and scripts: sources by directive, such as
        ``{"media-src": ["data:"]}``. With ``'unsafe-inline'`` for ``style-src`` no hashes are given there, as
        a browser would then heed only these.
    values
        What the template writes.
    """
    more = {name: tuple(sources) for name, sources in (policy or {}).items()}
    css, js = "\n".join(map(text, styles)), [text(name) for name in scripts]
    if "'unsafe-inline'" not in more.get("style-src", ()):
        more["style-src"] = (*more.get("style-src", ()), digest(css))
    more["script-src"] = (*more.get("script-src", ()), *map(digest, js))
    allowed = {"default-src": ("'none'",), "base-uri": ("'none'",), "form-action": ("'none'",), **more}
    rules = "; ".join(f"{name} {' '.join(sources)}" for name, sources in allowed.items() if sources)
    written = environment().get_template(template)
    made = written.render(css=css, js=js, policy=rules, language=language.tag(i18n.current()), **values)
    return f"{made.rstrip()}\n"


@cache
def environment() -> Environment:
    """Return the templates of this folder: everything is escaped, and an unknown name is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_written,
    )
    made.globals.update(_=_, ngettext=i18n.ngettext, number=i18n.number, spoken=language.spoken)
    made.filters.update(data=data, clock=clock, clean=clean)
    made.filters.update({one.__name__: one for one in language.FILTERS})
    return made


@cache
def text(name: str) -> str:
    """Return a file of this folder."""
    return (FOLDER / name).read_text(encoding="utf-8")


def digest(content: str) -> str:
    """Return what a Content-Security-Policy calls a style or script of this content."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def data(value: Any) -> str:
    """Return a value for ``<script type="application/json">``: nothing in it ends the script or begins a tag.

    JSON of ASCII alone, with ``<``, ``>`` and ``&`` escaped; numbers that do not exist are null. As every
    character of it is harmless where it stands, it is not escaped again.
    """
    from markupsafe import Markup

    from voicecoach.reports.json import plain

    found = json.dumps(plain(value), separators=(",", ":"), allow_nan=False)
    for sign in "<>&":
        found = found.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(found)  # noqa: S704 - escaped above


def clean(found: str) -> str:
    """The text without characters that steer or reorder; a lone surrogate stands as U+FFFD."""
    if found.isprintable():
        return found
    return "".join(map(_character, found))


def _character(found: str) -> str:
    if found in REORDERING:
        return ""
    if found.isspace():
        return found if found in "\n\t" else " "
    category = unicodedata.category(found)
    return "\ufffd" if category == "Cs" else "" if category in UNSAFE else found


def _written(value: object) -> object:
    """What a template writes for a value."""
    from markupsafe import Markup

    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value
