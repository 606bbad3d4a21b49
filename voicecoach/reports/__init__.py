"""Reports: one file a format, all made from ``Analysis`` alone.

Every format has ``render(analyses, *, width=80, color=False) -> str``; formats that are not read on a
terminal take no notice of width and colour.
"""

from __future__ import annotations

from voicecoach.reports import json, text

FORMATS = {"text": text, "json": json}
