// The raters: who they are, how far they agree, how their answers are fused, drift, and progress. Events: "fuse", "ask".

import { make } from "../axes.js";
import { drift } from "./drift.js";
import { forest } from "./forest.js";
import { fusion } from "./fusion.js";
import { progress } from "./progress.js";

const HEADS = ["Rater", "Clips", "Accepted", "Corrected", "Rejected", "Blind", "Time a clip"];

function people(rows) {
  const line = ({ rater, n, accept, correct, reject, blind, seconds }) => make("tr", {}, make("th", { scope: "row" }, rater),
    ...[n, accept, correct, reject, `${Math.round((100 * blind) / n)} %`, seconds === null ? "–" : `${seconds.toFixed(1)} s`].map((value) => make("td", {}, String(value))));
  return make("div", { class: "scroller" }, make("table", { class: "people" }, make("thead", {}, make("tr", {}, ...HEADS.map((head) => make("th", { scope: "col" }, head)))),
    make("tbody", {}, ...rows.map(line))));
}

function student({ student: name, unasked, asking }, ask) {
  if (asking !== null) return make("p", { class: "asking small", role: "status" }, `${name} answers the rated clips: ${Math.floor(100 * asking)} %`);
  if (!unasked) return null;
  const clips = unasked === 1 ? "one rated clip" : `${unasked} rated clips`;
  return make("p", { class: "asking small" }, `The live student has not answered ${clips} yet.`, make("button", { type: "button", class: "quiet", onclick: ask }, `Ask ${name}`));
}

export function mount(element, { props, trigger, watch }) {
  const box = make("div", { class: "raters" });
  element.replaceChildren(box);
  let drawn = "";

  function body(value) {
    const open = box.querySelector(".fusion details")?.open ?? false;
    const who = value.people.length === 1 ? "one person" : `${value.people.length} people`;
    return [
      make("section", {}, make("h3", {}, "Raters"), make("p", { class: "small" }, `${value.clips} clips rated by ${who}; accepts in bulk, which nobody listened to, aside.`), people(value.people)),
      make("section", { class: "agree" }, make("h4", {}, "How far they agree"), student(value, () => trigger("ask", {})), forest(value),
        make("p", { class: "small" }, `1 is the same, 0 is no agreement; 95 % intervals, drawing ${value.over}; last the number of clips, pale where fewer than 10. An accept is the teacher’s own answer and raises agreement with it: blind answers, given before any other was seen, tell more.`)),
      fusion(value.fusion, open, (name) => trigger("fuse", { name })),
      value.drift.length ? drift(value.drift) : null,
      progress(value.progress)];
  }

  function show() {
    const value = props.value;
    const next = JSON.stringify(value ?? null);
    if (!value || next === drawn) return;
    drawn = next;
    const alert = value.refusal ? make("p", { class: "alert", role: "alert" }, value.refusal) : null;
    const nobody = [make("p", { class: "small hint" }, "Nobody has rated a clip yet: open the Curate tab, say who you are, and begin."), progress(value.progress)];
    box.replaceChildren(...[alert, ...(value.people.length ? body(value) : nobody)].filter(Boolean));
  }

  watch("value", show);
  show();
}
