// The clip that was picked in the library, in the same player as Listen's.

import { make } from "../axes.js";
import { player } from "../player/player.js";

export function mount(element, { props, watch }) {
  const hint = make("p", { class: "small hint" }, "Pick a clip to hear it and to see what the teacher says.");
  const shown = make("div");
  element.replaceChildren(hint, shown);
  const view = player(shown);

  function show() {
    hint.hidden = Boolean(props.value);
    if (props.value) view.show(props.value, true);
    else view.hide();
  }

  watch("value", show);
  show();
}
