"""The page: header, tabs and theme around components that draw themselves."""

from importlib.metadata import version
from typing import Any

import gradio as gr
from gradio.themes.utils.fonts import LocalFont

from app import named
from app.front import front
from app.live.sessions import Sessions
from app.routes import FRONT
from app.tabs import agreement, bits, compare, curate, library, listen, live, search, students, train
from app.takes import Takes
from app.uploads import Uploads
from store.db import Store

STYLES = (
    "base",
    "listen/listen",
    "player/player",
    "live/live",
    "library/library",
    "library/filters",
    "library/health",
    "library/exchange",
    "curate/desk",
    "raters/agreement",
    "train/train",
    "search/search",
    "train/comparison",
    "students/students",
    "students/bits",
)
HEAD = "\n".join(
    (
        *(f'<link rel="stylesheet" href="/front/{name}.css">' for name in STYLES),
        f'<script defer src="/front/plotly.min.js?v={version("plotly")}"></script>',
        *(
            f'<link rel="modulepreload" href="/front/{name}.js">'
            for name in ("listen/listen", "player/player", "player/traces", "live/live")
        ),
    )
)


def theme() -> gr.themes.Base:
    """Slate, one blue, thin borders, and a font that Gradio itself brings along."""
    chosen = gr.themes.Default(
        primary_hue="blue",
        secondary_hue="slate",
        neutral_hue="slate",
        radius_size="md",
        font=[LocalFont("IBM Plex Sans", weights=(400, 700)), "system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )
    return chosen.set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        block_shadow="none",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
    )


def build(store: Store, takes: Takes, sent: Uploads, sessions: Sessions) -> gr.Blocks:
    """The page of one store, not served yet."""
    blocks = gr.Blocks(title="Etude", analytics_enabled=False, delete_cache=(600, 3600))
    with blocks:
        front("header", ())
        with gr.Tabs() as tabs:
            with gr.Tab("Listen", id="listen"):
                listened = listen.build(store, takes, blocks)
            with gr.Tab("Live", id="live"):
                live.build(sessions)
            with gr.Tab("Library", id="library"):
                library.build(store, blocks)
            with gr.Tab("Curate", id="curate"):
                curate.build(store)
            with gr.Tab("Raters", id="raters") as opened:
                agreement.build(store, opened)
            with gr.Tab("Train", id="train"):
                train.build(store, blocks)
                compare.build(store, blocks, tabs, listened)
            with gr.Tab("Students", id="students"):
                students.build(store, blocks)
                bits.build(store, blocks)
            with gr.Tab("Search", id="search"):
                search.build(store, blocks)
        named.build(store, sent)
    return blocks


def dress() -> dict[str, Any]:
    """How the page looks: arguments of `gr.mount_gradio_app`."""
    return {"theme": theme(), "head": HEAD, "footer_links": [], "favicon_path": str(FRONT / "favicon.png")}
