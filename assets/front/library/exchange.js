// Labels and corrections out to a file and in from one, over plain requests. No events: the table repaints by itself.

import { make } from "../axes.js";

const ELSEWHERE = [["low", "Scale from", "1"], ["high", "to", "7"], ["arousal", "Arousal is called", "arousal"],
  ["dominance", "Dominance", "dominance"], ["valence", "Valence", "valence"], ["clip", "Column of the file", "file"], ["rater", "Rater", "gold"]];

export function mount(element, { props, watch }) {
  const form = make("select", { "aria-label": "Format", onchange: about });
  const link = make("a", { class: "quiet", download: "" }, "Download");
  const kind = make("span", { class: "small" });
  const input = make("input", { type: "file", hidden: true, onchange: () => { give(input.files[0]); input.value = ""; } });
  const again = make("button", { type: "button", class: "quiet", hidden: true, onclick: () => give(last) }, "Take it in now");
  const zone = make("div", { class: "drop slim" }, input, make("span", {}, "Drop a file of labels or ratings here"),
    make("button", { type: "button", class: "quiet", onclick: () => input.click() }, "Choose a file"));
  const fields = ELSEWHERE.map(([name, label, hint]) => make("label", { class: name }, label, make("input", { name, placeholder: hint, autocomplete: "off", spellcheck: "false" })));
  const told = make("p", { class: "outcome", "aria-live": "polite" });
  const refused = make("details", { hidden: true });
  let last = null;

  element.replaceChildren(make("details", { class: "checks exchange" },
    make("summary", {}, make("b", {}, "Labels in and out"), make("span", { class: "small" }, "CSV, Parquet, Hugging Face, audformat, Label Studio")),
    make("div", { class: "checkup" },
      make("div", { class: "row" }, form, link, kind), zone,
      make("details", { class: "elsewhere" }, make("summary", {}, "Ratings from elsewhere: their scale and columns"), make("div", { class: "fields" }, ...fields)),
      make("div", { class: "row" }, told, again), refused)));
  const elsewhere = element.querySelector(".elsewhere");

  for (const [event, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    zone.addEventListener(event, (dragged) => {
      dragged.preventDefault();
      zone.classList.toggle("over", over);
      if (event === "drop") give(dragged.dataTransfer.files[0]);
    });
  }

  function about() {
    const chosen = (props.value?.formats ?? []).find(({ name }) => name === form.value);
    link.href = `/labels/${form.value}`;
    kind.textContent = chosen?.about ?? "";
  }

  async function give(file) {
    if (!file) return;
    last = file;
    say(`Reading ${file.name}…`);
    const asked = new URLSearchParams({ name: file.name });
    for (const field of fields) {
      const { name, value } = field.querySelector("input");
      if (value.trim()) asked.set(name, value.trim());
    }
    try {
      const answer = await fetch(`/labels?${asked}`, { method: "POST", body: file });
      const came = await answer.json();
      if (came.error) fail(came.error);
      else say(`${file.name}: ${came.told}`, came);
    } catch {
      fail("The file could not be sent; is Etude still running?");
    }
  }

  // What a table of others lacks can be said now, and the file is still at hand.
  function fail(why) {
    say(why);
    told.classList.add("alert");
    elsewhere.open = true;
    again.hidden = false;
  }

  function say(text, { refused: lines = [], refused_count: count = 0 } = {}) {
    told.textContent = text;
    told.classList.remove("alert");
    again.hidden = true;
    refused.hidden = !count;
    const rest = count - lines.length;
    refused.replaceChildren(make("summary", {}, `${count} refused, and why`), make("ul", {},
      ...lines.map(({ line, reason }) => make("li", {}, make("code", {}, `line ${line}`), ` ${reason}`)), rest ? make("li", {}, `and ${rest} more`) : null));
  }

  function show() {
    form.replaceChildren(...(props.value?.formats ?? []).map(({ name, title }) => make("option", { value: name }, title)));
    about();
  }

  watch("value", show);
  show();
}
