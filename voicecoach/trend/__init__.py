"""How a person's takes go: each value over time, sentences that wear, and one thing to try.

Pure functions over the points a history holds; thresholds and texts stand in trend.yaml.
"""

from voicecoach.trend.about import MARKER, About, Definitions, definitions, threshold
from voicecoach.trend.progress import Progress, Suggestion, figure, progress, wanted
from voicecoach.trend.slope import Slope, groups, slope, spread, student
from voicecoach.trend.verdict import (
    FALLING,
    RISING,
    STEADY,
    UNKNOWN,
    Change,
    Decay,
    Learning,
    Trend,
    learning,
    trend,
)
from voicecoach.trend.worn import Worn, worn

__all__ = [
    "FALLING",
    "MARKER",
    "RISING",
    "STEADY",
    "UNKNOWN",
    "About",
    "Change",
    "Decay",
    "Definitions",
    "Learning",
    "Progress",
    "Slope",
    "Suggestion",
    "Trend",
    "Worn",
    "definitions",
    "figure",
    "groups",
    "learning",
    "progress",
    "slope",
    "spread",
    "student",
    "threshold",
    "trend",
    "wanted",
    "worn",
]
