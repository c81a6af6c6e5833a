"""Components of our own: an empty `gr.HTML` that a script in assets/front fills and draws in."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import gradio as gr

Of = TypeVar("Of")


def front(path: str, events: tuple[str, ...], functions: Sequence[Callable[[Any], Any]] = (), **props: Any) -> gr.HTML:
    """The component that `assets/front/FOLDER/NAME.js` mounts; it sends `events`, gets its value as `props.value`.

    Of `functions` each is asked as `server.NAME(one object)` and answers at once, beside Gradio's queue.
    """
    name = path.rpartition("/")[2]
    given = "{ props, trigger, watch, server }" if functions else "{ props, trigger, watch }"
    script = f"""import("/front/{path}.js").then((script) => script.mount(element, {given}));"""
    return gr.HTML(
        None,
        html_template=f'<div class="{name}"></div>',
        js_on_load=f"// sends {list(events)}\n{script}",  # Gradio takes the names of events from this text
        apply_default_css=False,
        elem_id=name,
        server_functions=list(functions) or None,
        **props,
    )


def served(of: Of, answer: Callable[[Of, dict[str, Any]], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    """A function of a component that answers what `answer` does of a store or the like, or `error` with a sentence."""

    def serve(asked: Any) -> dict[str, Any]:
        try:
            return answer(of, asked if isinstance(asked, dict) else {})
        except ValueError as error:
            return {"error": str(error)}

    serve.__name__ = answer.__name__
    return serve


def told(event: gr.EventData) -> dict[str, Any]:
    """What a component sent with an event; the sender may be anybody, so every field is still to be checked."""
    return event._data if isinstance(event._data, dict) else {}
