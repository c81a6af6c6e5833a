// Who is rating, and how: chosen on entry, kept in this browser.

import { make } from "../axes.js";

const KEYS = { rater: "etude-rater", blind: "etude-blind" };
const PROMISE = "The machine’s answer is shown only after yours, and you may change it then.";

export const remembered = () => ({ rater: localStorage.getItem(KEYS.rater) ?? "", blind: localStorage.getItem(KEYS.blind) === "yes" });

export function remember({ rater, blind }) {
  localStorage.setItem(KEYS.rater, rater);
  localStorage.setItem(KEYS.blind, blind ? "yes" : "no");
}

export const blindness = (onchange) => make("input", { type: "checkbox", "aria-label": "Blind first", onchange });

export function entrance(root, begin) {
  const name = make("input", { type: "text", maxlength: 40, required: true, autocomplete: "off", placeholder: "Your name", "aria-label": "Who is rating?", list: "known-raters" });
  const known = make("datalist", { id: "known-raters" });
  const offered = make("div", { class: "known" });
  const blind = blindness();
  const form = make("form", { class: "entrance", onsubmit: (event) => { event.preventDefault(); begin({ rater: name.value.trim(), blind: blind.checked }); } },
    make("h3", {}, "Who is rating?"), make("p", { class: "small" }, "Answers are kept under this name, so that people can be compared with each other and with themselves."),
    offered, make("div", { class: "row" }, name, known, make("button", { type: "submit", class: "choose" }, "Begin")),
    make("label", { class: "switch" }, blind, make("span", {}, make("b", {}, "Blind first"), make("span", { class: "small" }, PROMISE))));
  root.append(form);
  return {
    form,
    show(raters, me) {
      if (!name.value) name.value = me.rater;
      blind.checked = me.blind;
      known.replaceChildren(...raters.map((rater) => make("option", { value: rater })));
      offered.replaceChildren(...raters.map((rater) => make("button", { type: "button", class: "quiet", onclick: () => begin({ rater, blind: blind.checked }) }, rater)));
    },
  };
}
