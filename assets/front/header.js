// The header: who this is, what it promises, where the data are, and light or dark.

import { make } from "./axes.js";
import { rememberTab } from "./tabs.js";
import { setTheme, watchTheme } from "./theme.js";

const LOCK = '<svg viewBox="0 0 16 16" aria-hidden="true"><rect x="3" y="7" width="10" height="7" rx="1.5"/><path d="M5 7V5a3 3 0 0 1 6 0v2"/></svg>';
const MOON = '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 2a6 6 0 1 0 6 6 4.6 4.6 0 0 1-6-6z"/></svg>';

function icon(markup) {
  const span = make("span", { class: "icon" });
  span.innerHTML = markup;
  return span;
}

export function mount(element) {
  watchTheme();
  rememberTab();
  element.replaceChildren(make("header", { class: "masthead" },
    make("span", { class: "wordmark" }, "Etude"),
    make("span", { class: "promise" }, "A large model hears feeling in a voice. A tiny one learns to hear the same."),
    make("span", { class: "private" }, icon(LOCK), "data stay on this machine"),
    make("button", { type: "button", class: "icon-button", title: "Light or dark", "aria-label": "Light or dark", onclick: () => setTheme(!document.body.classList.contains("dark")) }, icon(MOON))));
}
