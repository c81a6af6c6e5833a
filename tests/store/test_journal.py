from store.db import Store


def test_a_stage_adds_up_and_the_last_one_is_where_the_job_is(store: Store) -> None:
    job_id = store.jobs.add("train", {})
    for stage, seconds, left_s in (("label", 1.0, None), ("distil", 2.0, 60.0), ("label", 0.5, 30.0)):
        store.journal.spend(job_id, stage, seconds, left_s)
    found = store.journal.stages(job_id)
    assert [(each.name, each.seconds, each.left_s) for each in found] == [("distil", 2.0, 60.0), ("label", 1.5, 30.0)]
    assert store.journal.stages(store.jobs.add("train", {})) == []


def test_the_log_gives_its_last_lines_oldest_first(store: Store) -> None:
    job_id, other = store.jobs.add("train", {}), store.jobs.add("train", {})
    for number in range(5):
        store.journal.note(job_id, f"line {number}")
        store.journal.note(other, "of another job")
    assert [each.line for each in store.journal.log(job_id, 3)] == ["line 2", "line 3", "line 4"]
