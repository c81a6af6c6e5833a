"""Engine computes, store remembers, app joins: read from the syntax trees, so that no import can hide."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("app", "engine", "store")
FORBIDDEN = {
    "engine": ("app", "store", "gradio", "sqlite_utils", "sqlite3", "fastapi", "click"),
    "store": ("app", "torch", "onnxruntime", "gradio", "fastapi", "click", "transformers"),
    "app": (),
}
FILES = [path for folder in OURS for path in sorted((ROOT / folder).rglob("*.py"))]


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path):
    package = path.relative_to(ROOT).parts[0]
    for name in imported(path):
        assert name.split(".")[0] not in FORBIDDEN[package], f"{path} imports {name}"
        if package == "store" and name.startswith("engine"):
            assert name.startswith("engine.types."), f"{path} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_one_idea_a_file(path):
    tree = ast.parse(path.read_text())
    assert len(path.read_text().splitlines()) <= 250
    assert ast.get_docstring(tree), "a module says what it decides"


def test_naming_a_folders_plugins_imports_none():
    import subprocess
    import sys

    code = "import sys; from engine import plugins; plugins.names('students'); print('torch' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    assert out.strip() == "False"
