"""A batch on a real cluster of two worker processes, with the model.

Where s3fs and moto are installed, results go to an S3 server, too; VOICECOACH_REQUIRE_S3=1 makes it a failure
when they are not.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

import tests.bucket
from voicecoach import audio
from voicecoach.batch import work
from voicecoach.batch.cluster import Cluster
from voicecoach.batch.progress import Progress
from voicecoach.batch.run import run
from voicecoach.batch.store import Store
from voicecoach.batch.types import Job
from voicecoach.errors import UsageError
from voicecoach.pipeline import Settings

SAMPLES = Path(__file__).parent.parent / "samples"
SETTINGS = Settings(language="en", beam_size=1)
S3 = all(importlib.util.find_spec(name) for name in ("s3fs", "moto", "flask"))
PLACES = ["bucket", *(["s3"] if S3 or os.environ.get("VOICECOACH_REQUIRE_S3") == "1" else [])]


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six short recordings, one of them in a folder with an odd name, and one that is none."""
    folder = tmp_path_factory.mktemp("calls")
    (folder / "März #1").mkdir()
    whole = audio.load(SAMPLES / "agent_alone.flac")
    for k in range(6):
        path = folder / ("März #1" if k == 3 else "") / f"call {k}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(16000)
            file.writeframes(whole.samples[0, : (4 + k) * 16000].tobytes())
    (folder / "broken.wav").write_bytes(b"this is no sound")
    return folder


GOOD = {*(f"call {k}.wav" for k in (0, 1, 2, 4, 5)), "März #1/call 3.wav"}


def workers() -> list[psutil.Process]:
    """The worker processes of a cluster of this process."""
    return [
        child
        for child in psutil.Process().children(recursive=True)
        if "spawn_main" in " ".join(child.cmdline())
    ]


def test_a_worker_killed_in_mid_run_loses_nothing(calls: Path, tmp_path: Path) -> None:
    killed: list[int] = []
    seen: list[Progress] = []

    def progress(found: Progress) -> None:
        seen.append(found)
        if found.files_done >= 1 and len(found.now) == 2 and not killed:
            worker = workers()[0]
            killed.append(worker.pid)
            worker.kill()

    out = tmp_path / "out"
    done = run([calls], out, SETTINGS, engine=Cluster(workers=2), progress=progress)
    assert killed
    assert done.lost == ()
    assert [name for name, _ in done.failed] == ["broken.wav"]
    assert sorted(record.relative for record in done.records) == sorted([*GOOD, "broken.wav"])
    assert {record.relative for record in done.records if record.analysis} == GOOD
    written = [json.loads(path.read_text(encoding="utf-8")) for path in (out / "calls").glob("*.json")]
    assert sorted(Path(one["source"]["path"]).name for one in written) == [f"call {k}.wav" for k in range(6)]
    assert all(one["turns"] for one in written)
    assert not list((out / ".voicecoach").glob("cluster-*"))
    assert max(len(found.now) for found in seen) <= 3  # two, and the one that waits to be given again
    again = run([calls], out, SETTINGS, engine=Cluster(workers=2))
    assert again.records == ()
    assert workers() == []


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an object store, reached by all processes."""
    if request.param == "bucket":
        (tmp_path / "bucket").mkdir()
        monkeypatch.setenv(tests.bucket.PLACE, str(tmp_path / "bucket"))
        yield "bucket://b"
        return
    import s3fs

    port = 5000 + os.getpid() % 1000
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
    }.items():
        monkeypatch.setenv(name, value)
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], stderr=subprocess.DEVNULL
    )
    try:
        files = s3fs.S3FileSystem(skip_instance_cache=True)
        for _ in range(100):
            try:
                files.mkdir("bucket")
                break
            except OSError:
                time.sleep(0.2)
        yield "s3://bucket/some where"
    finally:
        server.kill()
        server.wait()


def test_recordings_and_results_may_be_in_an_object_store(calls: Path, place: str) -> None:
    source = Store(f"{place}/in")
    for path in sorted(calls.rglob("*.wav"))[:3]:
        source.write_bytes(path.relative_to(calls).as_posix(), [path.read_bytes()])
    time.sleep(2 * tests.bucket.LATE)
    out = tests.bucket.BucketStore(f"{place}/out")
    how = partial(work.perform, out=out, settings=SETTINGS)
    done = run([source.url], out.url, SETTINGS, engine=Cluster(workers=2), work=how)
    assert done.lost == ()
    assert len(done.records) == 3
    assert sum(record.analysis is not None for record in done.records) == 2
    time.sleep(2 * tests.bucket.LATE)
    written = [name for name in out.names("calls") if name.endswith(".json")]
    assert len(written) == 2
    found = json.loads(out.read_bytes(f"calls/{written[0]}"))
    assert found["source"]["path"].startswith(f"{source.url}/")
    assert found["turns"]
    again = run([source.url], out.url, SETTINGS, engine=Cluster(workers=2), work=how)
    assert again.records == ()


def test_a_worker_that_cannot_do_the_work_is_told_before_any(calls: Path, tmp_path: Path) -> None:
    """Here, because the model is a folder that is gone when the workers look for it."""
    job = Job(str(calls / "call 0.wav"), "call 0.wav", "call", "k")
    how = partial(work.perform, out=Store(str(tmp_path)), settings=Settings(model=str(tmp_path / "none")))
    with pytest.raises(UsageError, match=r"worker tcp://127\.0\.0\.1:\d+: no model called"):
        list(_Blind(workers=1).run([job], how))


class _Blind(Cluster):
    """An engine that does not look for the weights itself."""

    def _count(self, jobs: int, needs: object) -> int:
        return 1
