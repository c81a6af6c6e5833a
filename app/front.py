"""Components of our own: an empty `gr.HTML` that a script in assets/front fills and draws in."""

from typing import Any

import gradio as gr


def front(name: str, events: tuple[str, ...], **props: Any) -> gr.HTML:
    """The component that `assets/front/NAME.js` mounts; it sends `events`, and gets its value as `props.value`."""
    script = f"""import("/front/{name}.js").then((script) => script.mount(element, {{ props, trigger, watch }}));"""
    return gr.HTML(
        None,
        html_template=f'<div class="{name}"></div>',
        js_on_load=f"// sends {list(events)}\n{script}",  # Gradio takes the names of events from this text
        apply_default_css=False,
        elem_id=name,
        **props,
    )


def told(event: gr.EventData) -> dict[str, Any]:
    """What a component sent with an event; the sender may be anybody, so every field is still to be checked."""
    return event._data if isinstance(event._data, dict) else {}
