"""Every file is either read or refused with a sentence, and nothing else."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from engine.sound import audio
from tests import damage


def outcome(path: Path) -> str:
    try:
        return f"read {audio.transcode(path, path.parent / 'library' / f'{path.name}.flac').duration_s}"
    except audio.AudioError as error:
        return str(error)


def test_damaged_files(tmp_path: Path) -> None:
    paths = damage.make(tmp_path)
    (tmp_path / "library").mkdir()
    with ThreadPoolExecutor(4) as pool:
        outcomes = dict(zip(paths, pool.map(outcome, paths), strict=True))
    assert len(outcomes) >= 200
    for path, said in outcomes.items():
        heard = said.startswith("read ")
        assert heard or re.fullmatch(r"[A-Z][^\n]+[\w)]\.", said), (path.name, said)
        assert path.name.startswith("maybe") or heard == path.name.startswith("good"), (path.name, said)
    kept = {path.name for path in (tmp_path / "library").iterdir()}
    assert kept == {f"{path.name}.flac" for path, said in outcomes.items() if said.startswith("read ")}


def test_damage_is_the_same_each_time(tmp_path: Path) -> None:
    once, again = damage.make(tmp_path / "a"), damage.make(tmp_path / "b")
    assert [path.name for path in once] == [path.name for path in again]
    random = [path for path in once if "random" in path.name]
    assert random and all(path.read_bytes() == (tmp_path / "b" / path.name).read_bytes() for path in random)
