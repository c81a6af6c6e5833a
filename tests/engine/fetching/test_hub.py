"""Where weights lie, which they are, and how they are fetched: from a server on this machine that speaks the hub's
language."""

from dataclasses import replace

import pytest
from huggingface_hub import constants

from engine.fetching import hub
from engine.teachers import audeering, vox_profile
from tests import checkpoints
from tests.hub import COMMIT, FILES, serving

SOURCE = replace(audeering.SOURCE, repository="somebody/something", revision=COMMIT)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.delenv(hub.VARIABLE, raising=False)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    return tmp_path


def test_it_is_fetched_once_at_its_commit_and_found_from_then_on(cache):
    told = []
    with serving() as (endpoint, asked):
        assert hub.find(SOURCE) is None
        here = hub.fetch(SOURCE, told.append, endpoint)
        assert {path.name: path.read_bytes() for path in here.iterdir()} == FILES
        assert all(f"/resolve/{COMMIT}/" in path and token is None for path, token in asked)
    assert told == sorted(told) and told[-1] == sum(map(len, FILES.values()))
    assert hub.where(SOURCE) == here and hub.revision(SOURCE) == COMMIT
    assert hub.find(replace(SOURCE, revision=COMMIT[::-1])) is None


def test_it_is_cut_off_and_goes_on_later(cache):
    def cut(came):
        if came > 1000:
            raise KeyboardInterrupt

    with serving() as (endpoint, _):
        with pytest.raises(KeyboardInterrupt):
            hub.fetch(SOURCE, cut, endpoint)
        assert hub.find(SOURCE) is None
        here = hub.fetch(SOURCE, lambda _: None, endpoint)
    assert (here / "model.safetensors").read_bytes() == FILES["model.safetensors"]


def test_no_network_is_a_sentence(cache, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ValueError, match="could not be fetched") as told:
        hub.fetch(SOURCE, lambda _: None)
    assert "\n" not in str(told.value) and "network" in str(told.value)


def test_without_a_commit_nothing_is_fetched(cache):
    assert not vox_profile.SOURCE.pinned
    with serving() as (endpoint, asked):
        with pytest.raises(ValueError, match="does not fetch it"):
            hub.fetch(vox_profile.SOURCE, lambda _: None, endpoint)
        assert asked == []


def test_a_folder_comes_before_the_cache_and_its_revision_follows_its_files(cache, monkeypatch):
    with serving() as (endpoint, _):
        hub.fetch(SOURCE, lambda _: None, endpoint)
    monkeypatch.setenv(hub.VARIABLE, str(cache))
    assert hub.revision(SOURCE) == COMMIT
    folder = checkpoints.audeering(cache)
    assert hub.where(SOURCE) == folder
    seen = {hub.revision(SOURCE), COMMIT}
    checkpoints.restated(folder, something="else")
    seen.add(hub.revision(SOURCE))
    (folder / "model.safetensors").write_bytes(b"other")
    seen.add(hub.revision(SOURCE))
    assert len(seen) == 4 and all(len(each) == hub.REVISION for each in seen)
    (folder / "model.safetensors").unlink()
    assert hub.find(SOURCE) is None and hub.revision(SOURCE) == COMMIT  # a spec can be read all the same


def test_sizes_in_words():
    assert (hub.size(661_377_852), hub.size(1_274_500_000)) == ("661 MB", "1.27 GB")
