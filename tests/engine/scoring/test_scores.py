import json
from pathlib import Path

import numpy as np
import pytest

from engine.onnx_model import ASSETS
from engine.scoring import scores
from engine.scoring.measure import ccc, interval, mae, paired, pearson
from engine.types import CorpusRow

STORED = {"corpus", "n", "speakers", "no_speech", "ccc", "low", "high"}  # an entry in the shipped contracts
KEYS = STORED | {
    "by", "name", "pearson", "pearson_low", "pearson_high", "mae", "mae_low", "mae_high",
}  # fmt: skip


def rows_of(clips=120):
    """Two corpora of two languages, six speakers; the second corpus states no sex of its last speaker."""
    who = [("ours", "ada", "female", "en"), ("ours", "bob", "male", "en"), ("ours", "eve", "female", "en")]
    who += [("theirs", "ada", "female", "pl"), ("theirs", "jan", "male", "pl"), ("theirs", "ola", "", "pl")]
    return [
        CorpusRow(Path(f"{number}.wav"), corpus=corpus, speaker=speaker, sex=sex, language=language)
        for number, (corpus, speaker, sex, language) in enumerate(who * (clips // 6))
    ]


def answers(clips=120, seed=0):
    """What a model says and what it should have said; it hears nobody in the clips 0 and 4."""
    rng = np.random.default_rng(seed)
    truth = (0.5 + 0.15 * rng.standard_normal((clips, 3))).astype(np.float32)
    said = (0.7 * truth + 0.2 + 0.05 * rng.standard_normal((clips, 3))).astype(np.float32)
    said[[0, 4]] = np.nan
    return said, truth


def people(rows):
    return [f"{row.corpus}/{row.speaker}" for row in rows]


def test_scores_have_the_form_of_the_shipped_contracts():
    entries = scores.scores(*answers(), rows_of())
    for stored in json.loads((ASSETS / "teacher.json").read_text())["metrics"]["test"], entries:
        assert [set(entry) for entry in stored] == [STORED] * len(stored)
        assert stored[-1]["corpus"] == "all"
    assert [(entry["corpus"], entry["n"], entry["speakers"], entry["no_speech"]) for entry in entries] == [
        ("ours", 59, 3, 1),
        ("theirs", 59, 3, 1),
        ("all", 118, 6, 2),  # ada of theirs is not ada of ours
    ]


def test_a_report_tells_what_scores_tell_and_more():
    said, truth, rows = *answers(), rows_of()
    report = scores.report(said, truth, rows)
    assert all(set(entry) == KEYS for entry in report)
    plain = [{key: entry[key] for key in STORED} for entry in report if entry["by"] in ("corpus", "all")]
    assert plain == scores.scores(said, truth, rows)
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_a_report_is_cut_by_what_is_stated():
    report = scores.report(*answers(), rows_of())
    assert [(entry["by"], entry["name"], entry["corpus"], entry["n"], entry["speakers"]) for entry in report] == [
        ("corpus", "ours", "ours", 59, 3),
        ("corpus", "theirs", "theirs", 59, 3),
        ("sex", "female", "all", 59, 3),
        ("sex", "male", "all", 39, 2),
        ("language", "en", "all", 59, 3),
        ("language", "pl", "all", 59, 3),
        ("all", "all", "all", 118, 6),
    ]


@pytest.mark.parametrize("by", ["corpus", "sex", "language", "all"])
def test_its_numbers_are_those_of_the_clips_it_names(by):
    said, truth, rows = *answers(), rows_of()
    entry = next(each for each in scores.report(said, truth, rows) if each["by"] == by)
    here = [
        place
        for place, row in enumerate(rows)
        if place not in (0, 4) and (by == "all" or getattr(row, by) == entry["name"])
    ]
    who = people([rows[place] for place in here])
    for statistic, ends in ((ccc, ""), (pearson, "pearson_"), (mae, "mae_")):
        low, high = interval(said[here], truth[here], who, statistic)
        assert entry[statistic.__name__] == pytest.approx(statistic(said[here], truth[here]), abs=6e-4)
        assert entry[f"{ends}low"] == pytest.approx(low, abs=6e-4)
        assert entry[f"{ends}high"] == pytest.approx(high, abs=6e-4)


def test_where_the_truth_is_silent_there_is_nothing_to_agree_with():
    said, truth = answers()
    truth[7] = np.nan
    assert scores.report(said, truth, rows_of())[-1]["no_speech"] == 3


def test_beside_a_simpler_model_it_says_by_how_much_it_leads():
    said, truth, rows = *answers(), rows_of()
    simple = (said * 0.5 + 0.25).astype(np.float32)
    simple[5] = np.nan
    entry = scores.report(said, truth, rows, simple)[-1]
    both = [place for place in range(len(rows)) if place not in (0, 4, 5)]
    ours, theirs = (ccc(each[both], truth[both]) for each in (said, simple))
    assert entry["n"] == 118  # its own figures are still of all that it answers
    assert entry["beside"] == pytest.approx(theirs, abs=6e-4)
    assert entry["lead"] == pytest.approx(ours - theirs, abs=6e-4)
    ends = paired(said[both], simple[both], truth[both], people([rows[place] for place in both]))
    assert [entry["lead_low"], entry["lead_high"]] == [pytest.approx(end, abs=6e-4) for end in ends]
    assert min(entry["lead_low"]) > 0


def test_beside_itself_it_leads_by_nothing():
    said, truth = answers()
    for entry in scores.report(said, truth, rows_of(), said):
        assert entry["beside"] == entry["ccc"]
        assert entry["lead"] == entry["lead_low"] == entry["lead_high"] == [0, 0, 0]


def test_one_speaker_has_no_interval_and_no_clips_no_numbers():
    said, truth, rows = *answers(), rows_of()
    alone = [place for place, row in enumerate(rows) if row.corpus == "ours" and row.speaker == "bob"]
    entry = scores.report(said[alone], truth[alone], [rows[place] for place in alone], said[alone])[-1]
    assert (entry["n"], entry["speakers"], entry["low"], entry["mae_high"], entry["lead_low"]) == (20, 1) + (None,) * 3
    assert entry["ccc"] == pytest.approx(ccc(said[alone], truth[alone]), abs=6e-4)
    for none in ([0], []):
        entry = scores.report(said[none], truth[none], [rows[place] for place in none], said[none])[-1]
        assert (entry["n"], entry["no_speech"], entry["speakers"]) == (0, len(none), 0)
        assert {entry[key] for key in ("ccc", "pearson", "mae", "low", "lead", "beside")} == {None}


def test_clips_without_a_speaker_count_as_one_of_their_corpus():
    said, truth = answers(60)
    rows = [CorpusRow(Path("x.wav"), corpus=corpus) for corpus in ("a", "b") * 30]
    assert [entry["speakers"] for entry in scores.scores(said, truth, rows)] == [1, 1, 2]


def test_the_shipped_contracts_make_the_tables_of_their_cards():
    stored = json.loads((ASSETS / "teacher.json").read_text())["metrics"]
    assert scores.table("test, this file", stored["test"]) in (ASSETS / "teacher.md").read_text()


def test_a_table_of_any_statistic():
    said, truth, rows = *answers(), rows_of()
    report = scores.report(said, truth, rows, said)
    lines = scores.table("test", report).splitlines()
    assert lines[0] == "| test | clips | speakers | arousal | dominance | valence |"
    assert lines[2].startswith("| ours | 59 | 3 | 0.")
    assert [line.split(" | ")[0] for line in lines[4:6]] == ["| female", "| male"]
    errors = report[-1]["mae"][2], report[-1]["mae_low"][2], report[-1]["mae_high"][2]
    wanted = "{:.2f} [{:.2f}, {:.2f}] |".format(*errors)
    assert scores.table("test", report, "mae").endswith(wanted)
    assert scores.table("test", report, "lead").endswith("| 0.00 [0.00, 0.00] | 0.00 [0.00, 0.00] |")


def test_a_table_leaves_out_what_there_is_not():
    said, truth, rows = *answers(6), rows_of(6)
    (one, _) = scores.scores(said[1:2], truth[1:2], rows[1:2])
    assert scores.table("", [one]).endswith("| ours | 1 | 1 | 0.00 | 0.00 | 0.00 |")
    none = scores.scores(said[:1], truth[:1], rows[:1])
    assert scores.table("", none[:1]).endswith("| ours | 0 | 0 |  |  |  |")
