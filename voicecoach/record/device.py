"""The sound devices of this machine, and the one of a name or number."""

from __future__ import annotations

from dataclasses import dataclass

from voicecoach.errors import LoudspeakerError, MicrophoneError
from voicecoach.i18n import _, fill
from voicecoach.record import portaudio


@dataclass(frozen=True, slots=True)
class Device:
    """A sound device as PortAudio lists it: number, name, sound system, channels, its own rate."""

    index: int
    name: str
    api: str
    inputs: int
    outputs: int
    rate: int
    default_input: bool
    default_output: bool
    loopback: bool = False  # gives back what the computer plays, going by its name


def devices() -> tuple[Device, ...]:
    """Return all sound devices of this machine, in PortAudio's order.

    Raises
    ------
    MicrophoneError
        sounddevice or PortAudio is not installed, or PortAudio cannot list devices.
    """
    sounddevice = portaudio.module()
    try:
        with portaudio.quiet():
            listed = sounddevice.query_devices()
            systems = sounddevice.query_hostapis()
            default_input, default_output = sounddevice.default.device
    except sounddevice.PortAudioError as error:
        raise MicrophoneError(
            fill("PortAudio cannot list the sound devices ({error}); check the sound system", error=error)
        ) from None
    words = portaudio.facts().mapping()["loopback"].texts()
    return tuple(
        Device(
            index=k,
            name=" ".join(str(one["name"]).split()),
            api=str(systems[one["hostapi"]]["name"]),
            inputs=int(one["max_input_channels"]),
            outputs=int(one["max_output_channels"]),
            rate=round(one["default_samplerate"]),
            default_input=k == default_input,
            default_output=k == default_output,
            loopback=bool(one["max_input_channels"]) and any(word in one["name"].lower() for word in words),
        )
        for k, one in enumerate(listed)
    )


def microphones() -> tuple[Device, ...]:
    """Return the inputs of this machine, the default one first.

    Raises
    ------
    MicrophoneError
        There is none, or recording is not installed.
    """
    found = sorted((one for one in devices() if one.inputs), key=lambda one: not one.default_input)
    if not found:
        raise MicrophoneError(_("no microphone found; plug one in or allow access to it"))
    return tuple(found)


def find_input(name: str | None = None) -> Device:
    """Return the microphone of this number, or with this in its name; the default one when not given.

    Raises
    ------
    MicrophoneError
        There is none, or several have this in their names.
    """
    return _find(name, microphones(), "microphone")


def find_output(name: str | None = None) -> Device:
    """Return the loudspeaker of this number, or with this in its name; the default one when not given.

    Raises
    ------
    LoudspeakerError
        There is none, or several have this in their names.
    MicrophoneError
        Sound is not installed at all.
    """
    found = sorted((one for one in devices() if one.outputs), key=lambda one: not one.default_output)
    if not found:
        raise LoudspeakerError(_("no loudspeaker found; plug one in, or go on in text alone"))
    return _find(name, tuple(found), "loudspeaker")


def _find(name: str | None, known: tuple[Device, ...], kind: str) -> Device:
    if name is None:
        return known[0]
    if name.isdecimal():
        found = [one for one in known if one.index == int(name)]
    else:
        found = [one for one in known if one.name.lower() == name.lower()]
        found = found or [one for one in known if name.lower() in one.name.lower()]
    if found and len({one.name for one in found}) == 1:
        return found[0]  # the same device may be listed by several sound systems
    listed = ", ".join(f"{one.index} {one.name}" for one in found or known)
    what = f"{name!r} is in the names of several {kind}s" if found else f"no {kind} {name!r}"
    error = MicrophoneError if kind == "microphone" else LoudspeakerError
    raise error(f"{what}; choose one by its number: {listed}")
