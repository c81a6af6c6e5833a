"""The process that fetches ends by itself when nobody reads what it says."""

import os
import subprocess
import sys

from engine.fetching import download, hub
from tests.hub import serving


def test_it_ends_when_its_reader_is_gone(tmp_path):
    with serving() as (endpoint, asked):
        given = {"HF_ENDPOINT": endpoint, "HF_HUB_CACHE": str(tmp_path), hub.VARIABLE: ""}
        environ = {key: value for key, value in os.environ.items() if key not in download.OFFLINE} | given
        command = [sys.executable, "-m", "engine.fetching.download", "audeering"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ) as it:
            it.stdout.close()
            assert it.wait() == 0
            assert it.stderr.read() == ""
    assert len(asked) >= 1
    assert list(tmp_path.glob("*/snapshots/*/model.safetensors")) == []
