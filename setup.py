"""Build step: a wheel carries ``models/manifest.toml`` inside the package. The rest is in pyproject.toml."""

from __future__ import annotations

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithManifest(build_py):
    """Copies the manifest of the weights into the package; a checkout reads it where it is."""

    def run(self) -> None:
        """Build, then copy."""
        super().run()
        if not self.editable_mode:
            self.copy_file(
                str(Path("models", "manifest.toml")), str(Path(self.build_lib, "voicecoach", "manifest.toml"))
            )


setup(cmdclass={"build_py": BuildWithManifest})
