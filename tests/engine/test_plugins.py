"""A folder is a registry."""

import subprocess
import sys

import pytest

from engine import plugins

KINDS = [path.parent.name for path in sorted(plugins.ROOT.glob("*/__init__.py"))]


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_the_files(kind: str) -> None:
    names = plugins.names(kind)
    assert names == sorted(names) and "__init__" not in names
    assert all((plugins.ROOT / kind / f"{name}.py").is_file() for name in names)


def test_listing_imports_nothing() -> None:
    code = (
        "import sys; from engine import plugins; before = set(sys.modules); "
        "[plugins.names(kind) for kind in ('teachers', 'students', 'corpora')]; print(set(sys.modules) - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_name_loads_its_file() -> None:
    assert plugins.load("corpora", "folder").__file__ == str(plugins.ROOT / "corpora" / "folder.py")


def test_what_follows_a_colon_is_the_files_own_affair() -> None:
    assert plugins.load("students", "timm:anything:at/all").__file__ == str(plugins.ROOT / "students" / "timm.py")
    assert plugins.names("students").count("timm") == 1


@pytest.mark.parametrize("name", ["nobody", "", "__init__", "../types", "folder.rows", "nobody:folder", ":folder"])
def test_an_unknown_name_is_answered_with_the_known_ones(name: str) -> None:
    with pytest.raises(ValueError, match=r"metadata_csv") as refused:
        plugins.load("corpora", name)
    assert repr(name) in str(refused.value)
