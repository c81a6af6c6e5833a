"""The API through Gradio: five named endpoints for gradio_client; a refusal is a gr.Error with a sentence.

No other endpoint of the page is public. They go past Gradio's queue, which is the page's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import gradio as gr
from gradio.events import api as offer

from app import api, models
from app.uploads import Uploads
from store.db import Store


def build(store: Store, uploads: Uploads) -> None:
    """Add the endpoints to the page that is being built. Gradio shows their docstrings and types to programs."""

    def predict(sound: dict[str, Any], student: str = "", teacher: str = "") -> dict[str, Any]:
        """Arousal, dominance and valence of a sound file, by a student or a teacher. The file is not kept."""
        with _told(), uploads.taken(sound) as (path, name):
            return api.predict(store, path, name, str(student or ""), str(teacher or ""))

    def label(teacher: str = models.TEACHER) -> dict[str, int]:
        """Queue the labelling of the library's clips; gives the job's number."""
        with _told():
            return api.label(store, str(teacher))

    def retrain(order: dict[str, Any] = {}) -> dict[str, int]:  # noqa: B006  # read only; Gradio shows it to programs
        """Queue a training; gives the job's number."""
        with _told():
            return api.retrain(store, order)

    def status(job: int) -> dict[str, Any]:
        """How a job is: its state, progress (0..1), message, error and result."""
        with _told():
            return api.status(store, job)

    def download(student: str) -> dict[str, Any]:
        """A student's bundle, a zip."""
        with _told():
            made = api.download(store, str(student), uploads.folder)
        named = uploads.folder / uuid4().hex / f"{student}.zip"  # gradio_client keeps the name
        named.parent.mkdir()
        return {"path": str(made.rename(named)), "meta": {"_type": "gradio.FileData"}}

    for endpoint in (predict, label, retrain, status, download):
        offer(endpoint, api_name=endpoint.__name__, queue=False)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise gr.Error(str(error), print_exception=False) from None
