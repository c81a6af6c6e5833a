// What the library's table is asked for: text and lists always, ranges and the plane where somebody wants them.

import { AXES, make } from "../axes.js";
import { brush } from "./brush.js";

const PAUSE_MS = 250; // of typing, before the filter is asked for
const VERDICTS = [["", "Any verdict"], ["none", "Not rated"], ["accept", "Accepted"], ["correct", "Corrected"], ["reject", "Rejected"], ["skip", "Skipped"]];
const ORDERS = [["newest", "Newest first"], ["doubt", "Most doubtful first"]];
const RANGES = [...AXES.map(({ key, name }) => [key, name, key]), ["doubt", "Doubt", ""]]; // and the class of its colour

// Left alone while nothing changes, so that a list somebody has opened stays open.
function offer(select, pairs, chosen) {
  const wanted = JSON.stringify([pairs, chosen]);
  if (select.dataset.offered === wanted) return;
  select.dataset.offered = wanted;
  select.replaceChildren(...pairs.map(([value, name]) => make("option", { value, selected: value === chosen }, name)));
}

const named = (first, names) => [["", first], ...names.map((name) => [name, name])];

export function filters(changed) {
  let wait = 0;
  const soon = () => { clearTimeout(wait); wait = setTimeout(changed, PAUSE_MS); };
  const choose = (label) => make("select", { "aria-label": label, onchange: changed });
  const end = (name, which, hint) => make("input", { type: "number", min: 0, max: 1, step: 0.05, placeholder: hint, "aria-label": `${name} ${which}`, oninput: soon });

  const text = make("input", { type: "search", placeholder: "Filter by name", "aria-label": "Filter by name", oninput: soon });
  const lists = { corpus: choose("Corpus"), speaker: choose("Speaker"), language: choose("Language"), rater: choose("Rater"), verdict: choose("Verdict"), order: choose("Order") };
  const ranges = Object.fromEntries(RANGES.map(([key, name]) => [key, [end(name, "from", "0"), end(name, "to", "1")]]));
  const plane = brush((drawn) => { for (const [axis, ends] of Object.entries(drawn)) set(axis, ends); changed(); });
  const chip = make("span", { class: "chip", hidden: true });
  const toggle = make("button", { type: "button", class: "quiet", "aria-expanded": "false", onclick: () => { open(panel.hidden); changed(); } }, "More");
  const rows = RANGES.map(([key, name, colour]) => make("div", { class: `range ${colour}` }, make("b", {}, name), ranges[key][0], make("span", {}, "to"), ranges[key][1]));
  const panel = make("div", { class: "more", hidden: true }, plane.node, make("div", { class: "choices" }, lists.language, lists.rater, lists.verdict, lists.order, ...rows));
  const node = make("div", {}, make("div", { class: "filters" }, text, lists.corpus, lists.speaker, toggle, chip), panel);
  let group = ""; // of the health report, whose clips alone are shown

  function open(wanted) {
    panel.hidden = !wanted;
    toggle.setAttribute("aria-expanded", String(wanted));
  }

  function read(key) {
    const [low, high] = ranges[key].map(({ value }) => value.trim());
    return low === "" && high === "" ? null : [low === "" ? 0 : Number(low), high === "" ? 1 : Number(high)];
  }

  function set(key, ends) {
    ranges[key].forEach((input, which) => { input.value = ends ? ends[which] : ""; });
  }

  // Whoever asks for a group asks for all of it: what was filtered before is gone.
  function gather(value) {
    const { group: asked = "", title = "" } = value;
    chip.hidden = !asked;
    chip.replaceChildren(title, make("button", { type: "button", "aria-label": `Show more than ${title}`, onclick: () => { group = ""; changed(); } }, "×"));
    if (asked && asked !== group) {
      text.value = value.text ?? "";
      for (const [key] of RANGES) set(key, value[key]);
    }
    group = asked;
  }

  return {
    node,
    panel,
    get asked() {
      const chosen = Object.fromEntries(Object.entries(lists).map(([name, select]) => [name, select.value]));
      const held = Object.fromEntries(RANGES.map(([key]) => [key, read(key)]));
      return { text: text.value.trim(), ...chosen, ...held, group, plane: !panel.hidden };
    },
    get any() {
      const { order, plane: shown, ...held } = this.asked;
      return Object.values(held).some(Boolean);
    },
    show(value) {
      offer(lists.corpus, named("All corpora", value.corpora ?? []), value.corpus ?? "");
      offer(lists.speaker, named("All speakers", value.speakers ?? []), value.speaker ?? "");
      offer(lists.language, named("All languages", value.languages ?? []), value.language ?? "");
      offer(lists.rater, named("Any rater", value.raters ?? []), value.rater ?? "");
      offer(lists.verdict, VERDICTS, value.verdict ?? "");
      offer(lists.order, ORDERS, value.order ?? "newest");
      lists.language.hidden = !value.languages?.length;
      lists.rater.hidden = !value.raters?.length;
      gather(value);
      plane.show(value.cells, { valence: read("valence"), arousal: read("arousal") });
    },
  };
}
