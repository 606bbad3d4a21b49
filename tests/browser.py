"""A browser for tests, one for a session: headless Chromium that must not ask anything of a network.

``python -m tests.browser PAGE.html FOLDER`` writes pictures of a page at 1280 and 390 pixels, light and dark.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

REQUIRED = "VOICECOACH_REQUIRE_BROWSER"  # set where a missing browser is a failure, as in CI
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
DRIVERS = ("chromedriver",)
WIDE, NARROW = (1280, 900), (390, 844)  # a desk and a phone
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--autoplay-policy=no-user-gesture-required",
)
HERE = ("file", "data", "blob", "about", "chrome")  # what a page that needs nothing from elsewhere asks for


@dataclass(frozen=True)
class Browser:
    """A running Chromium with what tests ask of it; ``driver`` is selenium's."""

    driver: Any

    def open(
        self,
        page: Path,
        *,
        fragment: str = "",
        size: tuple[int, int] = WIDE,
        dark: bool = False,
        reduced_motion: bool = False,
    ) -> None:
        """Open a page of the disk anew, as a screen of ``size`` pixels shows it."""
        self.driver.get("about:blank")
        self.size(size)
        features = {
            "prefers-color-scheme": "dark" if dark else "light",
            "prefers-reduced-motion": "reduce" if reduced_motion else "no-preference",
        }
        self.media(**features)
        for kind in ("browser", "performance"):
            self.driver.get_log(kind)
        self.driver.get(page.resolve().as_uri() + (f"#{fragment}" if fragment else ""))

    def size(self, size: tuple[int, int]) -> None:
        """Show the page as a screen of so many pixels does; below 600 as a phone, touched with fingers."""
        width, height = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        touch = {"enabled": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", touch)

    def media(self, **features: str) -> None:
        """Set media features such as prefers-color-scheme; dashes may be written as underscores."""
        wanted = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": wanted})

    def run(self, script: str, *arguments: object) -> Any:
        """Return what a script returns."""
        return self.driver.execute_script(script, *arguments)

    def until(self, script: str, *arguments: object, limit: float = 10.0) -> Any:
        """Return the first true value of a script; the test fails where none comes in ``limit`` s."""
        return _until(lambda: self.run(script, *arguments), script, limit)

    def complaints(self) -> list[str]:
        """Errors and warnings of the console since the page was opened, breaches of its policy among them."""
        logged = self.driver.get_log("browser")
        return [entry["message"] for entry in logged if entry["level"] in ("SEVERE", "WARNING")]

    def outside(self) -> list[str]:
        """Addresses asked for since the page was opened that are not on this machine."""
        found = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated"):
                url = message["params"].get("request", message["params"])["url"]
                if url.partition(":")[0] not in HERE:
                    found.append(url)
        return found

    def sideways(self) -> int:
        """Return by how many pixels the page is wider than its screen."""
        wide = self.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return int(wide)

    def picture(self, file: Path, *, whole: bool = True) -> Path:
        """Write a PNG of the page, or of the part that is seen."""
        shot = {"format": "png", "captureBeyondViewport": whole}
        if whole:
            size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
            height = min(size["height"], 16000)
            shot["clip"] = {"x": 0, "y": 0, "width": size["width"], "height": height, "scale": 1}
        found = self.driver.execute_cdp_cmd("Page.captureScreenshot", shot)
        file.write_bytes(base64.b64decode(found["data"]))
        return file


def _until(ask: Callable[[], Any], what: str, limit: float) -> Any:
    end = time.monotonic() + limit
    while True:
        found = ask()
        if found:
            return found
        if time.monotonic() > end:
            pytest.fail(f"not in {limit:g} s: {what}")
        time.sleep(0.02)


def _program(names: tuple[str, ...]) -> str | None:
    return next((found for name in names if (found := shutil.which(name))), None)


@contextmanager
def running(folder: Path) -> Iterator[Browser]:
    """A browser with its profile in a folder of its own; it ends with the context.

    Raises
    ------
    FileNotFoundError
        There is no Chromium or no driver for it.
    """
    program, driver = _program(PROGRAMS), _program(DRIVERS)
    if program is None or driver is None:
        raise FileNotFoundError("no chromium with chromedriver on this machine; apt install chromium-driver")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*FLAGS, f"--user-data-dir={folder}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield Browser(started)
    finally:
        started.quit()


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests; without one they are left out, or fail where it is required."""
    try:
        with running(tmp_path_factory.mktemp("browser")) as found:
            yield found
    except FileNotFoundError as error:
        (pytest.fail if os.environ.get(REQUIRED) else pytest.skip)(str(error))


def pictures(page: Path, folder: Path, found: Browser) -> list[Path]:
    """Write pictures of a page, wide and narrow, light and dark: PAGE-1280-light.png and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for size in (WIDE, NARROW):
        for dark in (False, True):
            found.open(page, size=size, dark=dark, reduced_motion=True)
            time.sleep(1.0)  # what is drawn late is drawn
            theme = "dark" if dark else "light"
            written.append(found.picture(folder / f"{page.stem}-{size[0]}-{theme}.png"))
            lines = [*found.complaints(), *found.outside()]
            if found.sideways() > 0:
                lines.append(f"{found.sideways()} pixels too wide")
            sys.stderr.writelines(f"{size[0]} {theme}: {line}\n" for line in lines)
    return written


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory(prefix="voicecoach-browser-") as profile,
        running(Path(profile)) as ready,
    ):
        for picture in pictures(Path(sys.argv[1]), Path(sys.argv[2]), ready):
            sys.stdout.write(f"{picture}\n")
