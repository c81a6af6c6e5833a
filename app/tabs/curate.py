"""The Curate tab: the desk, at which people say what they hear.

The page decides at once and tells afterwards, over functions of its component rather than Gradio's queue: that takes
milliseconds, and the page itself knows what has arrived. All of them are public endpoints, so all is checked here.
"""

from typing import Any

from app.front import front, served
from app.rating import answers, desk
from store.db import Store

ACTS = 50  # at once
PICTURES = 8  # at once
MOST_RATERS = 9  # wanted for each clip

Plain = dict[str, Any]


def send(store: Store, asked: Plain) -> Plain:
    """Do what a page has to tell, in its order: `settled` are the tokens that need not be told again."""
    settled, refused = list[Any](), list[Plain]()
    acts = asked.get("acts")
    for said in acts[:ACTS] if isinstance(acts, list) else []:
        said = said if isinstance(said, dict) else {}
        try:
            answers.act(store, said)
        except ValueError as error:
            refused.append({"token": said.get("token"), "why": str(error)})
        settled.append(said.get("token"))
    return enter(store, asked) | {"settled": settled, "refused": refused}


def enter(store: Store, asked: Plain) -> Plain:
    """What the rater `rater` has before them; without a name, who has rated so far."""
    if not asked.get("rater"):
        return desk.people(store)
    return desk.entry(store, answers.rater(asked["rater"]), asked.get("blind") is True)


def look(store: Store, asked: Plain) -> Plain:
    """The pictures of `clips`."""
    ids = asked.get("clips")
    wanted = [answers.clip(each) for each in ids[:PICTURES]] if isinstance(ids, list) else []
    return {"pictures": desk.look(store, answers.rater(asked.get("rater")), asked.get("blind") is True, wanted)}


def past(store: Store, asked: Plain) -> Plain:
    """What was answered of `clip`."""
    rater, clip = answers.rater(asked.get("rater")), answers.clip(asked.get("clip"))
    return {"clip": clip, "history": desk.history(store, rater, asked.get("blind") is True, clip)}


def settle(store: Store, asked: Plain) -> Plain:
    """Choose how many raters each clip shall have, for everybody."""
    wanted = asked.get("overlap")
    if type(wanted) is not int or not 1 <= wanted <= MOST_RATERS:
        raise ValueError(f"A clip can have 1 to {MOST_RATERS} raters.")
    store.choices.set("overlap", wanted)
    return enter(store, asked)


def build(store: Store) -> None:
    """Wire the tab."""
    front("curate/desk", (), tuple(served(store, answer) for answer in (enter, send, look, past, settle)))
