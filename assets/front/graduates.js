// The students that were trained here, each with its agreement beside the ridge's. Event: "pick".

import { AXES, bytes, make, number } from "./axes.js";

const RIDGE = "A ridge regression on log-mel statistics that learnt from the same teacher: the least that a student must beat";
const day = (seconds) => new Date(1000 * seconds).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

function agreement({ ccc, low, high, beside }, axis) {
  if (!ccc) return make("td", { class: "ccc" }, "–");
  const ends = low ? `${number(low[axis])} to ${number(high[axis])}` : "one speaker: no interval";
  return make("td", { class: `ccc ${AXES[axis].key}` }, make("b", {}, number(ccc[axis])), make("span", { class: "small" }, ends),
    make("span", { class: "small ridge", title: RIDGE }, `ridge ${number(beside?.[axis] ?? null)}`));
}

export function mount(element, { props, trigger, watch }) {
  const body = make("tbody");
  const heads = ["Student", "Size", ...AXES.map(({ name }) => name), "Measured on"];
  const box = make("section", { class: "graduates", hidden: true }, make("h3", {}, "Trained here"),
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
      make("td", { class: "name" }, make("b", {}, student.name), make("span", { class: "small" }, student.title), make("span", { class: "small" }, day(student.made_s))),
      make("td", {}, student.bytes ? bytes(student.bytes) : "–"), ...AXES.map((_, axis) => agreement(student, axis)),
      make("td", { class: "small" }, on, make("span", { class: "small" }, student.teacher ? `taught by ${student.teacher}` : "")));
  }

  function show() {
    const { students = [] } = props.value ?? {};
    box.hidden = !students.length;
    body.replaceChildren(...students.map(row));
  }

  watch("value", show);
  show();
}
