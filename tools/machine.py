"""What only the machine can provide: Java for Spark, Chromium for the page tests, a font with Chinese letters."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

OLDEST_JAVA: Final = 17


def has_java() -> bool:
    """Say whether a Java that Spark 4.0 runs on is there: 17 or newer."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    if java is None:
        return False
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    version = re.search(r'version "(\d+)', said.stderr + said.stdout)
    return version is not None and int(version[1]) >= OLDEST_JAVA


def has_chromium() -> bool:
    """Say whether a Chromium is there that the page tests can drive."""
    return any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))


def has_chinese_font() -> bool:
    """Say whether fontconfig knows a font with Chinese letters; macOS has them without it."""
    fc_list = shutil.which("fc-list")
    if fc_list is None:
        return sys.platform == "darwin"
    return bool(subprocess.run([fc_list, ":lang=zh"], capture_output=True, text=True, check=False).stdout.strip())


@dataclass(frozen=True, kw_only=True)
class Need:
    """Something the machine may lack: what is skipped without it, and the packages that bring it."""

    name: str
    skipped: str
    is_there: Callable[[], bool]
    debian: str
    macos: str


NEEDS: Final = (
    Need(
        name="Java 17",
        skipped="tests on Spark",
        is_there=has_java,
        debian="openjdk-17-jre-headless",
        macos="openjdk@17",
    ),
    Need(name="Chromium", skipped="tests of the pages in a browser", is_there=has_chromium, debian="chromium", macos="--cask chromium"),
    Need(
        name="a font with Chinese letters",
        skipped="nothing; pictures of the pages show boxes",
        is_there=has_chinese_font,
        debian="fontconfig fonts-noto-cjk",
        macos="--cask font-noto-sans-cjk",
    ),
)


def missing() -> tuple[Need, ...]:
    """Return what this machine lacks."""
    return tuple(need for need in NEEDS if not need.is_there())


def say_what_is_missing() -> None:
    """Print what this machine lacks, what is skipped without it and how to get it; nothing where nothing lacks."""
    lacking = missing()
    if not lacking:
        return
    print("Not on this machine:")
    for need in lacking:
        print(f"  {need.name} (skipped without it: {need.skipped})")
    print(f"  Debian, Ubuntu:  sudo apt install {' '.join(need.debian for need in lacking)}")
    for need in lacking:
        print(f"  macOS:           brew install {need.macos}")


if __name__ == "__main__":
    print(" ".join(need.debian for need in missing()))
