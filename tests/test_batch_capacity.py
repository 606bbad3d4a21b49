"""As many workers as fit the cores, the memory and the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicecoach.batch import capacity
from voicecoach.batch.capacity import cores, fitting, free_memory

WEIGHTS = 145_000_000
GIB = 1 << 30


@pytest.mark.parametrize(
    ("found", "memory", "files", "asked", "expected"),
    [
        (8, 64 * GIB, 1000, None, (8, 1)),
        (8, 64 * GIB, 3, None, (3, 2)),
        (8, 4 * GIB, 1000, None, (4, 2)),
        (2, GIB // 4, 1000, None, (1, 2)),  # one is always begun
        (2, 64 * GIB, 1000, 5, (5, 1)),
        (1, 64 * GIB, 1, None, (1, 1)),
    ],
)
def test_how_many(
    found: int,
    memory: int,
    files: int,
    asked: int | None,
    expected: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(capacity, "cores", lambda: found)
    monkeypatch.setattr(capacity, "free_memory", lambda: memory)
    assert fitting(files, WEIGHTS, workers=asked) == expected


def group(tmp_path: Path, **files: str) -> tuple[Path, Path]:
    inner = tmp_path / "cgroup" / "pod" / "box"
    inner.mkdir(parents=True)
    for name, text in files.items():
        (inner / name.replace("_", ".", 1)).write_text(text)
    own = tmp_path / "own"
    own.write_text("0::/pod/box\n")
    return tmp_path / "cgroup", own


def test_a_container_may_have_less(tmp_path: Path) -> None:
    where = group(
        tmp_path,
        cpu_max="50000 100000\n",
        memory_max="1000\n",
        memory_current="400\n",
        memory_stat="inactive_file 100\n",
    )
    assert cores(*where) == 1
    assert free_memory(*where) == 700


def test_no_limit_is_none(tmp_path: Path) -> None:
    where = group(tmp_path, cpu_max="max 100000\n", memory_max="max\n", memory_current="400\n")
    nowhere = (tmp_path / "none", tmp_path / "none")
    assert cores(*where) == cores(*nowhere) >= 1
    assert free_memory(*where) > 1_000_000
