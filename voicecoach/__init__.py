"""voicecoach: a voice-practice speech analyser for people who talk to customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Analysis", "__version__", "analyse"]

if TYPE_CHECKING:
    from voicecoach.pipeline import analyse
    from voicecoach.types import Analysis


def __getattr__(name: str) -> Any:
    """Import on first use, so that ``voicecoach --help`` needs no model and no numpy."""
    if name == "analyse":
        from voicecoach.pipeline import analyse

        return analyse
    if name == "Analysis":
        from voicecoach.types import Analysis

        return Analysis
    raise AttributeError(f"module 'voicecoach' has no attribute {name!r}")
