"""The page's libraries: all that it asks for is named, and without them nothing is made or served."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import fangxian
from fangxian.web.libraries import LIBRARIES, STATIC

PACKAGE = Path(fangxian.__file__).parent
COMMAND = "from fangxian.cli.app import main; main()"


def test_every_library_that_the_page_asks_for_is_looked_for():
    asking = [*(STATIC.parent / "templates").rglob("*.html"), *(path for path in STATIC.rglob("*.js") if "vendor" not in path.parts)]
    asked = {name for path in asking for name in re.findall(r"/static/(vendor/[\w.-]+)", path.read_text("utf-8"))}
    assert asked == set(LIBRARIES)


def test_the_demonstration_is_refused_before_it_is_made_where_a_library_is_missing(tmp_path: Path):
    shutil.copytree(PACKAGE, tmp_path / "src" / "fangxian", ignore=shutil.ignore_patterns("vendor", "__pycache__"))
    command = [sys.executable, "-c", COMMAND, "demo", "--people", "500", "--dir", str(tmp_path / "demo")]
    ended = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path / "src"), "COLUMNS": "300"}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert "The page's libraries are not in" in ended.stderr
    assert "make demo" in ended.stderr
    assert not (tmp_path / "demo").exists()
