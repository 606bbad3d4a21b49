"""JSON, as ``analysis.schema.json`` in this folder describes it.

Times are seconds in the original recording, rounded to milliseconds. A number that does not exist is
null, never NaN. Contours are not in it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from voicecoach.types import Analysis, Layout

SUFFIX = ".json"
SCHEMA_VERSION = "1.2"
DECIMALS = 3
FINE_DECIMALS = {"clipping": 6, "dc_offset": 6}  # shares of full scale, where a thousandth is a lot


def render(
    analyses: Sequence[Analysis], *, several: bool = False, width: int = 80, color: bool = False
) -> str:
    """One analysis as a JSON document, or an array where several were asked for; ends with a newline."""
    documents = [document(analysis) for analysis in analyses]
    found = documents[0] if len(documents) == 1 and not several else documents
    return json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def document(analysis: Analysis) -> dict[str, Any]:
    """An analysis as plain dicts, lists, strings, numbers and None."""
    return {
        "schema_version": SCHEMA_VERSION,
        "source": _plain(analysis.source),
        "quality": _plain(analysis.quality),
        "warnings": _plain(analysis.warnings),
        "language": analysis.language,
        "turns": _plain(analysis.turns),
        "measures": _plain(analysis.measures),
        "events": _plain(analysis.events),
        "phases": _plain(analysis.phases),
        "findings": _plain(analysis.findings),
        "unbacked": _plain(analysis.unbacked),
        "scores": _plain(analysis.scores),
        "coaching": _plain(analysis.coaching),
        "not_measured": _plain(analysis.not_measured),
        "curves": _plain(analysis.curves),
        "timings": _plain(analysis.timings),
        "provenance": _plain(analysis.provenance),
    }


def _layout(layout: Layout) -> dict[str, Any]:
    pairs = [
        {"from": layout.names[a], "to": layout.names[b], "db": _number(level, DECIMALS)}
        for (a, b), level in sorted(layout.bleed.items())
    ]
    return {
        "kind": layout.kind,
        "channels": list(layout.names),
        "used": [int(index) for index in layout.used],
        "empty": [int(index) for index in layout.empty],
        "bleed": pairs,
    }


def _plain(value: Any, decimals: int = DECIMALS) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()  # a file name may hold bytes that are no text
    if isinstance(value, Layout):
        return _layout(value)
    if is_dataclass(value):
        return {
            f.name: _plain(getattr(value, f.name), FINE_DECIMALS.get(f.name, DECIMALS)) for f in fields(value)
        }
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, Sequence):
        return [_plain(entry, decimals) for entry in value]
    return _number(value, decimals)


def _number(value: Any, decimals: int) -> float | int | bool | None:
    number = value.item() if hasattr(value, "item") else value  # a numpy scalar
    if isinstance(number, bool | int):
        return number
    found = round(float(number), decimals)
    return found if math.isfinite(found) else None
