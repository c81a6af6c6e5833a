from store.db import Store


def test_the_last_choice_is_kept(store: Store) -> None:
    assert store.choices.get("overlap", 1) == 1
    for value in (2, {"method": "mean"}, None):
        store.choices.set("overlap", value)
        assert store.choices.get("overlap", 1) == value
