// All students, each with its agreement beside the ridge's, which one is live, and what came of which. Events: "pick", "back".

import { AXES, bytes, make, number } from "../axes.js";
import { lineage } from "./lineage.js";

const RIDGE = "A ridge regression on log-mel statistics that learnt from the same teacher: the least that a student must beat";
const day = (seconds) => new Date(1000 * seconds).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

function agreement({ ccc, low, high, beside }, axis) {
  if (!ccc) return make("td", { class: "ccc" }, "–");
  const ends = low ? `${number(low[axis])} to ${number(high[axis])}` : "one speaker: no interval";
  return make("td", { class: `ccc ${AXES[axis].key}`, "data-axis": AXES[axis].name }, make("b", {}, number(ccc[axis])), make("span", { class: "small" }, ends),
    make("span", { class: "small ridge", title: RIDGE }, `ridge ${number(beside?.[axis] ?? null)}`));
}

export function mount(element, { props, trigger, watch }) {
  const body = make("tbody");
  const heads = ["Student", "Size", ...AXES.map(({ name }) => name), "Measured on"];
  const back = make("button", { type: "button", class: "quiet", onclick: () => trigger("back", {}) });
  const alert = make("p", { class: "alert", role: "alert", hidden: true });
  const tree = make("div", { class: "family" });
  const box = make("section", { class: "graduates", hidden: true },
    make("header", {}, make("h3", {}, "Students"), back), alert, tree,
    make("p", { class: "small" }, "CCC to the teacher on voices that were not taught, with 95 % intervals over speakers. Choose one to see more."),
    make("div", { class: "scroller" }, make("table", {}, make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))), body)));
  element.replaceChildren(box);
  let picked = null;

  function pick(name) {
    picked = name;
    show();
    trigger("pick", { name });
  }

  function row(student) {
    const on = student.n ? `${student.n} clips of ${student.speakers} ${student.speakers === 1 ? "speaker" : "speakers"}` : "–";
    return make("tr", { class: student.name === picked ? "picked" : "", tabindex: 0, "data-student": student.name, onclick: () => pick(student.name), onkeydown: (event) => { if (event.key === "Enter") pick(student.name); } },
      make("td", { class: "name" }, make("b", {}, student.name, student.name === props.value.live ? make("i", { class: "badge" }, "live") : null),
        make("span", { class: "small" }, student.title), make("span", { class: "small" }, student.made_s ? day(student.made_s) : "comes with Etude"),
        student.note ? make("span", { class: "small note" }, student.note) : null,
        student.same_as ? make("span", { class: "small" }, `made of the very same as ${student.same_as}`) : null),
      make("td", {}, student.bytes ? bytes(student.bytes) : "–"), ...AXES.map((_, axis) => agreement(student, axis)),
      make("td", { class: "small" }, on, make("span", { class: "small" }, student.teacher ? `taught by ${student.teacher}` : "")));
  }

  function show() {
    box.hidden = !props.value;
    if (!props.value) return;
    const { students, embedded, live, before, refusal } = props.value;
    back.hidden = before === null;
    back.textContent = `Roll back to ${before}`;
    alert.textContent = refusal ?? "";
    alert.hidden = !refusal;
    tree.replaceChildren(lineage(embedded[0].name, students, live, pick));
    tree.hidden = !students.length;
    body.replaceChildren(...[...students, ...embedded].map(row));
  }

  watch("value", show);
  show();
}
