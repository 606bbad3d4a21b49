"""Whisper weights: find them, check them, list them, fetch them.

Sizes are bytes unless megabytes is said (10^6 bytes). Weights are data: they are compared with the SHA-256 in
``models/manifest.toml`` before they are used, and no code that came with them is imported. Only ``get`` opens
a connection.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import importlib.metadata
import json
import os
import shutil
import tempfile
import threading
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import platformdirs

from voicecoach.errors import MissingModelError, ModelError, OutputError
from voicecoach.i18n import _, fill

_CHUNK = 1 << 20
_NEEDED = ("model.bin", "config.json", "tokenizer.json")  # without the last, faster-whisper would ask the hub
_WANTED = (*_NEEDED, "vocabulary.txt", "vocabulary.json", "preprocessor_config.json")
_RECEIPT = "fetched.json"  # what the hub said of a fetched model
_TIMEOUT = 10.0  # s without an answer from the hub


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a file as an installed package holds it."""

    package: str
    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class WeightFile:
    """A file of a model and the bytes it must be."""

    name: str
    size: int
    sha256: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A model as the manifest knows it."""

    name: str
    aliases: tuple[str, ...]
    repository: str
    revision: str
    licence: str
    languages: tuple[str, ...]
    megabytes: int
    install: str  # command that installs it as packages, or empty
    files: tuple[WeightFile, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """Where weights are looked for, in this order, where fetched ones go, and where checks are remembered."""

    folders: tuple[Path, ...]
    user: Path
    cache: Path

    @classmethod
    def usual(cls) -> Places:
        """``models`` in the working folder and beside a checkout; the platform's data and cache folders."""
        user = platformdirs.user_data_path("voicecoach", appauthor=False) / "models"
        checkout = Path(__file__).resolve().parent.parent / "models"
        beside = (checkout,) if (checkout / "manifest.toml").is_file() else ()
        cached = platformdirs.user_cache_path("voicecoach", appauthor=False)
        return cls(folders=(Path("models").absolute(), *beside, user), user=user, cache=cached)


@dataclass(frozen=True, slots=True)
class Model:
    """Weights that were found and are the bytes they should be.

    ``languages`` is empty where it is not known. ``sha256`` is that of model.bin.
    """

    name: str
    files: Mapping[str, tuple[Path, ...]]  # file name -> the paths whose bytes, joined, are that file
    where: str  # in words: "installed packages", or the folder
    languages: tuple[str, ...]
    licence: str
    source: str
    revision: str
    sha256: str
    cache: Path = field(repr=False)

    def load_arguments(self) -> tuple[str, dict[str, bytes] | None]:
        """What to call ``WhisperModel(path, files=files)`` with: a folder and None, or a name and the bytes.

        Weights that come in parts are joined once in the user's cache folder, which loads in half the time
        and memory; where that folder cannot be written, the bytes of each file are handed over instead.
        """
        folders = {paths[0].parent for paths in self.files.values()}
        if len(folders) == 1 and all(len(paths) == 1 for paths in self.files.values()):
            return str(folders.pop()), None
        try:
            return str(self._joined()), None
        except OSError:
            return self.name, {
                name: b"".join(p.read_bytes() for p in paths) for name, paths in self.files.items()
            }

    @property
    def joined_folder(self) -> Path:
        """Where weights that come in parts are kept joined."""
        return self.cache / "models" / f"{self.name}-{self.sha256[:16]}"

    def _joined(self) -> Path:
        target = self.joined_folder
        if self._is_joined(target):
            return target
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".joining-") as made:
            for name, paths in self.files.items():
                with (Path(made) / name).open("wb") as joined:
                    for path in paths:
                        with path.open("rb") as part:
                            shutil.copyfileobj(part, joined, _CHUNK)
            if _hash(Path(made) / "model.bin") != self.sha256:
                raise ModelError(
                    fill(
                        "{name}: its parts do not join to the right bytes; run: voicecoach models verify",
                        name=self.name,
                    )
                )
            if target.exists():
                shutil.rmtree(target, ignore_errors=True)
            target.mkdir(exist_ok=True)
            for name in self.files:
                (Path(made) / name).replace(target / name)
        return target

    def _is_joined(self, target: Path) -> bool:
        sizes = {name: sum(path.stat().st_size for path in paths) for name, paths in self.files.items()}
        if any(
            not (target / n).is_file() or (target / n).stat().st_size != size for n, size in sizes.items()
        ):
            return False
        return digest(target / "model.bin", self.cache) == self.sha256


@dataclass(frozen=True, slots=True)
class Listed:
    """A model of the manifest, and either where it is or why it cannot be used."""

    entry: Entry
    model: Model | None
    reason: str
    missing: bool = False  # whether it is not on this machine at all


@cache
def _manifest_data() -> Mapping[str, Any]:
    found = files("voicecoach") / "manifest.toml"  # put there when a wheel is built
    if not found.is_file():
        found = Path(__file__).resolve().parent.parent / "models" / "manifest.toml"
    return tomllib.loads(found.read_text(encoding="utf-8"))


def manifest() -> tuple[Entry, ...]:
    """Every model the manifest knows, in its order."""
    data = _manifest_data()
    return tuple(_entry(model, tuple(data["multilingual"])) for model in data["model"])


def _entry(model: Mapping[str, Any], multilingual: tuple[str, ...]) -> Entry:
    return Entry(
        name=model["name"],
        aliases=tuple(model["aliases"]),
        repository=model["repository"],
        revision=model["revision"],
        licence=model["licence"],
        languages=multilingual if model["languages"] == "multilingual" else tuple(model["languages"]),
        megabytes=model["megabytes"],
        install=model.get("install", ""),
        files=tuple(
            WeightFile(f["name"], f["size"], f["sha256"], tuple(Part(**part) for part in f.get("parts", ())))
            for f in model.get("file", ())
        ),
    )


def entry(name: str) -> Entry | None:
    """The manifest's entry for a name, an alias or a repository on the hub."""
    for known in manifest():
        if name in (known.name, known.repository, *known.aliases):
            return known
    return None


def find(name: str | os.PathLike[str], *, places: Places | None = None) -> Model:
    """Find weights and check their bytes.

    Parameters
    ----------
    name : a name, alias or repository of the manifest, or a folder that holds model.bin
    places : where to look; the usual places by default

    Raises
    ------
    ModelError
        Not found, incomplete, or not the bytes they should be.
    """
    places = places or Places.usual()
    text = os.fspath(name)
    known = entry(text)
    if known is None:
        folder = Path(text).expanduser()
        if folder.is_file() and folder.name == "model.bin":
            folder = folder.parent
        if folder.is_dir():
            return _in_folder(folder, folder.resolve().name, None, places)
    short = known.name if known else text
    if os.sep not in short:
        for parent in places.folders:
            if (parent / short / "model.bin").is_file():
                return _in_folder(parent / short, short, known, places)
    if known is None:
        near = difflib.get_close_matches(text, [n for e in manifest() for n in (e.name, *e.aliases)], 1)
        hint = fill("did you mean {near!r}? ", near=near[0]) if near else ""
        raise ModelError(
            fill("no model called {text!r}; {hint}see: voicecoach models list", text=text, hint=hint)
        )
    packaged = _in_packages(known, places)
    if packaged is None:
        raise MissingModelError(
            fill(
                "model {name!r} is not on this machine; run: {how_to_get}",
                name=known.name,
                how_to_get=_how_to_get(known),
            )
        )
    return packaged


def listing(*, places: Places | None = None) -> tuple[Listed, ...]:
    """Every model of the manifest with where it is, or what to do to have it."""
    listed = []
    for known in manifest():
        try:
            listed.append(Listed(known, find(known.name, places=places), ""))
        except MissingModelError as error:
            listed.append(Listed(known, None, str(error), missing=True))
        except ModelError as error:
            listed.append(Listed(known, None, str(error)))
    return tuple(listed)


def _how_to_get(known: Entry) -> str:
    """The command that brings a model."""
    return known.install or f"voicecoach models get {known.name}"


def verified(names: Iterable[str] = (), *, places: Places | None = None) -> Iterator[tuple[str, str, str]]:
    """Read models again, by name or all that are here: model, file name and SHA-256 of each file.

    Raises
    ------
    ModelError
        Nothing is here, or a file is not what it should be.
    """
    wanted = list(names)
    if not wanted:
        listed = listing(places=places)
        wanted = [one.entry.name for one in listed if not one.missing]
        if not wanted:
            raise ModelError(listed[0].reason)
    for name in wanted:
        model = find(name, places=places)
        for file, sha256 in verify(model):
            yield model.name, file, sha256


def verify(model: Model) -> tuple[tuple[str, str], ...]:
    """Read every byte of a model again: pairs of file name and SHA-256 as found.

    Raises
    ------
    ModelError
        A file is not what the manifest, or the hub when it was fetched, says.
    """
    known = entry(model.name)
    folder = next(iter(model.files.values()))[0].parent
    expected = {f.name: f for f in _expected(folder, known)}
    found = []
    for name, paths in model.files.items():
        read = _hash(*paths)
        if name in expected and expected[name].sha256 != read:
            raise _wrong(paths[0], _("they are other bytes than the manifest"), known)
        found.append((name, read))
    joined = model.joined_folder
    if (joined / "model.bin").is_file() and _hash(joined / "model.bin") != model.sha256:
        shutil.rmtree(joined)  # it is made again when it is next needed
    return tuple(found)


# --- on this machine ----------------------------------------------------------------------------------------


def _in_folder(folder: Path, name: str, known: Entry | None, places: Places) -> Model:
    missing = [need for need in _NEEDED if not (folder / need).is_file()]
    if missing:
        raise ModelError(
            fill(
                "{folder}: {missing} missing; name a folder with CTranslate2 Whisper weights",
                folder=folder,
                missing=" and ".join(missing),
            )
        )
    present = [folder / wanted for wanted in _WANTED if (folder / wanted).is_file()]
    for file in _expected(folder, known):
        path = folder / file.name
        if not path.is_file():
            raise _wrong(path, _("it is missing; it should be there by the manifest"), known)
        _check(path, file.size, file.sha256, known, places)
    receipt = _receipt(folder)
    return Model(
        name=name,
        files={path.name: (path,) for path in present},
        where=str(folder),
        languages=known.languages if known else (),
        licence=known.licence if known else "",
        source=receipt.get("repository") or (known.repository if known else str(folder)),
        revision=receipt.get("revision") or (known.revision if known and known.files else ""),
        sha256=digest(folder / "model.bin", places.cache),
        cache=places.cache,
    )


def _in_packages(known: Entry, places: Places) -> Model | None:
    found: dict[str, tuple[Path, ...]] = {}
    for file in known.files:
        paths = []
        for part in file.parts:
            try:
                path = Path(str(importlib.metadata.distribution(part.package).locate_file(part.path)))
            except importlib.metadata.PackageNotFoundError:
                return None
            if not path.is_file():
                raise _wrong(path, _("it is missing; it should be there by the manifest"), known)
            _check(path, part.size, part.sha256, known, places)
            paths.append(path)
        if not paths:
            return None
        found[file.name] = tuple(paths)
    if not found:
        return None
    whole = next(file for file in known.files if file.name == "model.bin")
    return Model(
        name=known.name,
        files=found,
        where="installed packages",
        languages=known.languages,
        licence=known.licence,
        source=known.repository,
        revision=known.revision,
        sha256=whole.sha256,
        cache=places.cache,
    )


def _expected(folder: Path, known: Entry | None) -> Iterable[WeightFile]:
    if known is not None and known.files:
        return known.files
    return [WeightFile(name, f["size"], f["sha256"]) for name, f in _receipt(folder).get("files", {}).items()]


def _receipt(folder: Path) -> Mapping[str, Any]:
    try:
        read: Mapping[str, Any] = json.loads((folder / _RECEIPT).read_text(encoding="utf-8"))
        return read
    except (OSError, ValueError):
        return {}


def _check(path: Path, size: int, sha256: str, known: Entry | None, places: Places) -> None:
    actual = path.stat().st_size
    if actual != size:
        what = fill("{actual} bytes instead of the {size} of the manifest", actual=actual, size=size)
        raise _wrong(path, what, known)
    if digest(path, places.cache) != sha256:
        raise _wrong(path, _("they are other bytes than the manifest"), known)


def _wrong(path: Path, what: str, known: Entry | None) -> ModelError:
    again = _("fetch the model again")
    if known is not None and known.install and "site-packages" in path.parts:
        command = known.install.replace("install", "install --force-reinstall", 1)
        again = fill("install it again: {command}", command=command)
    elif known is not None:
        again = fill("delete {folder} and run: {command}", folder=path.parent, command=_how_to_get(known))
    return ModelError(fill("{path}: {what}; {again}", path=path, what=what, again=again))


# --- digests ------------------------------------------------------------------------------------------------


def digest(path: Path, folder: Path) -> str:
    """SHA-256 of a file, remembered in ``folder`` until the file's size or time of change differs."""
    stamp = [path.stat().st_size, path.stat().st_mtime_ns]
    remembered = _remembered(folder)
    known = remembered.get(str(path.resolve()))
    if isinstance(known, list) and known[:2] == stamp:
        return str(known[2])
    read = _hash(path)
    remembered[str(path.resolve())] = [*stamp, read]
    draft = folder / f".verified-{os.getpid()}-{threading.get_ident()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(remembered), encoding="utf-8")
        draft.replace(folder / "verified.json")
    except OSError:  # then the next run reads the bytes again
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
    return read


def _hash(*paths: Path) -> str:
    """SHA-256 of files as if they were one."""
    whole = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                whole.update(chunk)
    return whole.hexdigest()


def _remembered(folder: Path) -> dict[str, Any]:
    try:
        read = json.loads((folder / "verified.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


# --- from the hub -------------------------------------------------------------------------------------------


def get(
    name: str,
    *,
    hub: str | None = None,
    places: Places | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Model:
    """Fetch a model of the manifest from the hub into the user's model folder, or check the one there.

    Parameters
    ----------
    hub : address of the hub; that of the manifest by default
    progress : called with file name, bytes so far and bytes in all

    Raises
    ------
    ModelError
        An unknown name, the hub cannot be reached, or it sent other bytes than it or the manifest announced.
    OutputError
        The model folder cannot be written.
    """
    import http.client
    import urllib.error

    places = places or Places.usual()
    known = entry(name)
    if known is None:
        return find(name, places=places)  # a folder, or the error that says what is known
    target = places.user / known.name
    if (target / "model.bin").is_file():
        return _in_folder(target, known.name, known, places)
    if known.install and (packaged := _in_packages(known, places)) is not None:
        return packaged
    hub = (hub or _hub()).rstrip("/")
    try:
        revision, announced = _announced(hub, known)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetching-") as made:
            folder = Path(made) / known.name
            folder.mkdir()
            fetched = {}
            for file, (size, sha256) in announced.items():
                address = f"{hub}/{known.repository}/resolve/{revision}/{file}"
                read = _fetch(address, folder / file, size, progress)
                if sha256 not in (None, read):
                    raise ModelError(
                        fill(
                            "{name}: {file} came damaged from {hub}; run the command again",
                            name=known.name,
                            file=file,
                            hub=hub,
                        )
                    )
                fetched[file] = {"size": (folder / file).stat().st_size, "sha256": read}
            receipt = {"repository": known.repository, "revision": revision, "files": fetched}
            (folder / _RECEIPT).write_text(json.dumps(receipt, indent=1), encoding="utf-8")
            _in_folder(folder, known.name, known, Places((), places.user, places.cache))
            folder.rename(target)
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", None) or error
        other = f"; or run: {known.install}" if known.install else ""
        raise ModelError(
            fill(
                "{name}: {hub} cannot be reached ({reason}); try again later{other}",
                name=known.name,
                hub=hub,
                reason=reason,
                other=other,
            )
        ) from None
    except OSError as error:
        raise OutputError(
            fill(
                "{target}: cannot be written: {error}; free space or mend the folder",
                target=target,
                error=error.strerror or error,
            )
        ) from None
    return _in_folder(target, known.name, known, places)


def _hub() -> str:
    return str(_manifest_data()["hub"])


def _announced(hub: str, known: Entry) -> tuple[str, dict[str, tuple[int | None, str | None]]]:
    """Revision, and size and SHA-256 of each wanted file, as the hub says."""
    address = f"{hub}/api/models/{known.repository}/revision/{known.revision}?blobs=true"
    try:
        with _connect(address) as answer:
            found = json.load(answer)
        sizes = {
            file["rfilename"]: (file.get("size"), (file.get("lfs") or {}).get("sha256"))
            for file in found["siblings"]
            if file["rfilename"] in _WANTED
        }
        revision = str(found["sha"])
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(
            fill(
                "{name}: {hub} does not answer as a model hub does; check the address",
                name=known.name,
                hub=hub,
            )
        ) from error
    missing = [need for need in _NEEDED if need not in sizes]
    if missing:
        raise ModelError(
            fill(
                "{name}: {hub}/{repository} has no {missing}; choose another model",
                name=known.name,
                hub=hub,
                repository=known.repository,
                missing=", ".join(missing),
            )
        )
    return revision, sizes


def _connect(address: str) -> Any:
    import urllib.request

    if not address.startswith(("https://", "http://")):
        raise ModelError(
            fill("{address}: not a web address; give one that starts with https://", address=address)
        )
    request = urllib.request.Request(address, headers={"User-Agent": "voicecoach"})  # noqa: S310 - checked above
    return urllib.request.urlopen(request, timeout=_TIMEOUT)  # noqa: S310


def _fetch(
    address: str, path: Path, size: int | None, progress: Callable[[str, int, int], None] | None
) -> str:
    whole = hashlib.sha256()
    done = 0
    with _connect(address) as answer, path.open("wb") as file:
        while chunk := answer.read(_CHUNK):
            file.write(chunk)
            whole.update(chunk)
            done += len(chunk)
            if progress:
                progress(path.name, done, size or 0)
    if size is not None and done != size:
        raise ConnectionError(f"it ended after {done} of {size} bytes")
    return whole.hexdigest()
