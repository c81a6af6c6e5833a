import json

import pytest

from tests import taught


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """What the first step of a student leaves behind, in small: crops of voices that the loudness teacher answered."""
    work = taught.folder(tmp_path_factory.mktemp("work"), train=60, dev=20, test=20)
    for name in ("test.npz", "test.i16"):
        (work / f"test_cries{name[4:]}").write_bytes((work / name).read_bytes())
    row = {"path": "x.wav", "corpus": "ravdess", "language": "en", "sex": "female", "category": "anger"}
    for part, count in (("train", 60), ("dev", 20), ("test", 20), ("test_cries", 20)):
        corpora = ["ravdess" if number % 2 else "hedgewars_voices" for number in range(count)]
        rows = [{**row, "corpus": c, "speaker": f"s{number % 4}"} for number, c in enumerate(corpora)]
        (work / f"{part}.json").write_text(json.dumps(rows))
    return work
