"""A machine with virtual sound: PulseAudio with three null sinks, in folders of its own, for one session.

What is played into the sink "microphone" is heard by the default input, what is played into "caller" by the
device "caller", and the default output is "loudspeaker", whose monitor is the device "monitor".
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

NEEDED = ("pulseaudio", "paplay", "pactl")
REQUIRED = "VOICECOACH_REQUIRE_SOUND"  # set where a missing program is a failure, as in CI
_SINKS = ("microphone", "caller", "loudspeaker")


@pytest.fixture(scope="session")
def virtual_sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """The environment of a process that is to hear and play; the server ends with the session."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        packages = "pulseaudio pulseaudio-utils libportaudio2 libasound2-plugins"
        text = f"no {', '.join(missing)} on this machine; apt install {packages}"
        (pytest.fail if os.environ.get(REQUIRED) else pytest.skip)(text)
    folder = tmp_path_factory.mktemp("sound")
    folder.chmod(0o700)
    socket = folder / "native"
    lines = [f"load-module module-native-protocol-unix socket={socket} auth-anonymous=1"]
    lines += [f"load-module module-null-sink sink_name={name} rate=16000 channels=1" for name in _SINKS]
    lines += ["set-default-sink loudspeaker", "set-default-source microphone.monitor", ""]
    (folder / "pulse.conf").write_text("\n".join(lines))
    (folder / ".asoundrc").write_text(
        "pcm.!default { type pulse }\nctl.!default { type pulse }\n"
        'pcm.caller { type pulse device caller.monitor hint { show on description "Caller" } }\n'
        'pcm.monitor { type pulse device loudspeaker.monitor hint { show on description "Monitor" } }\n'
    )
    environment = {
        **os.environ,
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
        "PULSE_RUNTIME_PATH": str(folder),
        "PULSE_SERVER": f"unix:{socket}",
        "PYTHONPATH": str(Path(__file__).parent.parent),
        "VOICECOACH_HISTORY": str(folder / "history"),
    }
    command = ["pulseaudio", "-n", "-F", str(folder / "pulse.conf"), "--daemonize=no", "--exit-idle-time=-1"]
    with (folder / "pulse.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "--use-pid-file=no"], env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        _wait(server, environment, folder / "pulse.log")
        yield environment
    finally:
        server.terminate()
        server.wait(10)


def _wait(server: subprocess.Popen[bytes], environment: Mapping[str, str], log: Path) -> None:
    sources = [str(shutil.which("pactl")), "list", "short", "sources"]
    for _ in range(100):
        asked = subprocess.run(sources, env=environment, capture_output=True)
        if b"loudspeaker.monitor" in asked.stdout:
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"PulseAudio did not start: {log.read_text(errors='replace')[-500:]}")
