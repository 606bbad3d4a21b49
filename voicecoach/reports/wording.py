"""What things are called in reports: measures, speakers, channels, kinds; in the current language."""

from __future__ import annotations

from voicecoach.i18n import _, fill, later

FEW_MEASURES = {
    "pace.articulation_rate": later("pace"),
    "pauses.within_clause_rate": later("pauses mid-sentence"),
    "fillers.heard_rate": later("fillers heard"),
    "talk.share": later("share of the talking"),
    "talk.longest_monologue": later("longest stretch"),
    "talk.response_latency": later("time to answer"),
    "talk.interruptions": later("interruptions"),
    "talk.unannounced_silence": later("unannounced silence"),
    "pitch.spread": later("pitch range"),
}
NOTABLE_MEASURES = {"pace.drift": later("change of pace")}  # told where they are outside their band
OTHER_MEASURES = {  # names of measures that are only mentioned where they are missing
    "loudness.range": later("range of loudness"),
    "quality.snr": later("signal-to-noise ratio"),
    "structure.phases": later("course of the call"),
}
LAYOUTS = {
    "mono": later("one channel"),
    "dual_mono": later("two channels with the same sound, read as one"),
    "none": later("a transcript without a recording"),
    "split": later("a channel for each speaker"),
    "bleed": later("a channel for each speaker, each faintly heard on the other"),
}
SPEAKERS = {"agent": later("You"), "customer": later("Customer"), "unknown": later("Unknown")}
CHANNELS = {"mono": later("mono"), "left": later("left"), "right": later("right")}
KINDS = {"must": later("must"), "plus": later("plus")}
FAMILIES = {  # of measures and markers
    "pace": later("pace"),
    "pauses": later("pauses"),
    "fillers": later("fillers"),
    "pitch": later("pitch"),
    "loudness": later("loudness"),
    "voice": later("voice"),
    "talk": later("talk"),
    "quality": later("quality"),
    "courtesy": later("courtesy"),
    "listening": later("listening"),
    "structure": later("structure"),
    "delivery": later("delivery"),
}
OPEN = {"missed": later("open"), "partly": later("partly")}  # status of a criterion, as shown


def speaker_name(name: str) -> str:
    """A speaker as the reader, who is the agent, is addressed."""
    return _(SPEAKERS[name]) if name in SPEAKERS else name.capitalize().replace("Speaker", _("Speaker"))


def channel_name(name: str) -> str:
    """A channel in words, numbered where it is neither left nor right."""
    return _(CHANNELS[name]) if name in CHANNELS else name.replace("channel", _("channel"))


def told(what: str, why: str) -> str:
    """What is said, and why or of what; either may be empty."""
    return fill("{what}: {why}", what=what, why=why) if what and why else what or why


def measure_name(identifier: str) -> str:
    """A measure, a marker or a family of them in words, from its id."""
    known = FEW_MEASURES | OTHER_MEASURES | FAMILIES
    return _(known.get(identifier) or identifier.replace(".", " ").replace("_", " "))


def family(identifier: str) -> str:
    """The family of a measure or marker in words."""
    name = identifier.split(".")[0]
    return _(FAMILIES.get(name, name))
