// Where a student's bits go: each layer's loss when it alone is rounded, as bars. Events: "look", "measure", "halt".

import { bytes, make, number } from "../axes.js";
import { GOING, progress } from "../job.js";

const GRIDS = ["8 bits", "4 bits"];

function bar(lost, most, grid) {
  const value = `CCC lost at ${GRIDS[grid]}: ${number(lost, 4)}`;
  const fill = make("i", { class: grid ? "coarse" : "fine", style: `width: ${100 * Math.max(0, lost) / most}%` });
  return make("div", { class: "bar", title: value }, fill, make("span", { class: "small" }, number(lost, 4)));
}

function table({ layers }) {
  const most = Math.max(...layers.flatMap(({ lost }) => lost), 1e-6);
  const heads = ["Layer", "Weights", "CCC lost when it alone has 8 bits, and 4", "Bits it gets"];
  return make("table", {}, make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))),
    make("tbody", {}, ...layers.map(({ name, weights, lost, bits }) => make("tr", {},
      make("th", { scope: "row" }, name), make("td", {}, weights.toLocaleString("en")),
      make("td", {}, ...lost.map((value, grid) => bar(value, most, grid))), make("td", {}, String(bits))))));
}

export function mount(element, { props, trigger, watch }) {
  const choice = make("select", { "aria-label": "Student to measure", onchange: () => trigger("look", { student: choice.value }) });
  const begin = make("button", { type: "button", class: "quiet", onclick: () => trigger("measure", { student: choice.value }) }, "Where its bits go");
  const halt = make("button", { type: "button", class: "quiet", onclick: () => trigger("halt", { job: props.value.job.id }) }, "Cancel");
  const { track, tell } = progress();
  const note = make("p", { class: "small message", role: "status" });
  const found = make("div", { class: "found" });
  const box = make("section", { class: "measured" }, make("header", {}, make("h3", {}, "Bits"), choice, begin, halt), track, note, found);
  element.replaceChildren(box);

  function show() {
    if (!props.value) return;
    const { students, student, job, found: result } = props.value;
    const going = Boolean(job) && GOING.has(job.state);
    choice.replaceChildren(...students.map((name) => make("option", { value: name, selected: name === student }, name)));
    box.dataset.state = job ? job.state : "";
    begin.disabled = going;
    halt.hidden = track.hidden = !going;
    note.hidden = !job || job.state === "done";
    if (job) {
      tell(job.progress);
      note.textContent = job.state === "cancelled" ? "Cancelled." : job.message;
    }
    found.replaceChildren(...(result ? [
      make("p", { class: "small" }, `Measured on ${result.n} ${result.on}, the worst axis of each. As few bits as are foretold to pass the gate: `
        + `${bytes(result.bytes)} of weights, CCC to the student in float32 ${result.ccc.map((value) => number(value, 3)).join(" / ")}.`),
      make("div", { class: "scroller" }, table(result))] : []));
  }

  watch("value", show);
  show();
}
