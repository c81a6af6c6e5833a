"""The README is run: every block, every command, every link."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.jobs import work
from store.db import Store

ROOT = Path(__file__).parent.parent
ADDRESS = "http://127.0.0.1:7860"  # in the README; the tests' server takes any free port
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(.*?)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
LINES = [
    line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines() if shlex.split(line, comments=True)
]
MAKE = [
    "make",
    "--no-print-directory",
    "-o",
    f"{sys.prefix}/.installed",
    f"VENV={sys.prefix}",
]  # what is installed is not tested here


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the bundled samples and a library of its own, which all blocks share."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "assets" / "samples", folder / "assets" / "samples")
    return folder


def environment(place: Path) -> dict[str, str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    outer = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return outer | {"PATH": path, "ETUDE_DATA": str(place / "data"), "BROWSER": "true"}


def test_every_block_is_of_a_kind_that_is_run() -> None:
    assert {kind for kind, _ in BLOCKS} == {"sh", "python"}
    assert README.count("```") == 2 * len(BLOCKS)
    assert {line.split()[0] for line in LINES} == {"make", "etude", "curl"}


@pytest.mark.parametrize("line", [line for line in LINES if line.startswith("etude")])
def test_a_command_does_what_it_says(place: Path, line: str) -> None:
    command = shlex.split(line, comments=True)
    done = subprocess.run(command, cwd=place, env=environment(place), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    if "--json" in command:
        assert all(isinstance(json.loads(answer), dict) for answer in done.stdout.splitlines())


@pytest.mark.parametrize("code", [text for kind, text in BLOCKS if kind == "python"])
def test_python_runs_where_the_samples_are(place: Path, running: dict[str, str], code: str) -> None:
    command = [sys.executable, "-c", code.replace(ADDRESS, running["url"])]
    done = subprocess.run(command, cwd=place, env=environment(place), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "arousal" in done.stdout


@pytest.fixture(scope="module")
def running(place: Path) -> Iterator[dict[str, str]]:
    """What `make run` says of the server that it starts, with the samples in its library."""
    with Store(place / "data") as store:
        list(work.import_folder(store, place / "assets" / "samples"))
    command = [*MAKE, "run", "ARGS=--port 0 --json"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(place), stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as server:
        assert server.stdout is not None
        assert "etude serve --open" in server.stdout.readline()
        yield json.loads(server.stdout.readline())
        os.killpg(server.pid, signal.SIGINT)
        assert "Traceback" not in server.communicate(timeout=60)[0]


def test_make_run_opens_a_page_that_answers(place: Path, running: dict[str, str]) -> None:
    assert any(shlex.split(line, comments=True) == ["make", "run"] for line in LINES)
    page = httpx.get(running["url"], timeout=60)
    assert (page.status_code, "Etude" in page.text) == (200, True)
    assert running["data"] == str(place / "data")


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not here")
def test_what_curl_asks_for_it_gets(place: Path, running: dict[str, str]) -> None:
    for line in (line for line in LINES if line.startswith("curl")):
        command = [*shlex.split(line.replace(ADDRESS, running["url"])), "--no-progress-meter"]
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=True)
        assert "error" not in json.loads(done.stdout) or not json.loads(done.stdout)["error"], done.stdout


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:^|`)make (\w+)", README, re.MULTILINE))))
def test_what_make_is_asked_for_it_knows(target: str) -> None:
    done = subprocess.run([*MAKE, "-n", target], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert target != "test" or "python -m pytest" in done.stdout


@pytest.mark.parametrize("link", re.findall(r"\]\((?!http)(.*?)\)", README))
def test_every_link_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()
