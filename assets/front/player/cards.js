// What teacher and student are: time, size, licence, and their sizes drawn to scale.

import { bytes, make, thousands } from "../axes.js";

const SIDE = 72; // px of the larger square

const badge = (value, text) => make("li", {}, make("b", {}, value), ` ${text}`);

function badges(model, duration_s) {
  const times = duration_s / model.took_s;
  return make("ul", { class: "badges" },
    badge(`${(1000 * model.took_s).toFixed(model.took_s < 0.01 ? 1 : 0)} ms`, `for ${duration_s.toFixed(1)} s of sound`),
    badge(`${times.toFixed(times < 10 ? 1 : 0)} ×`, "real time"),
    badge(bytes(model.size_bytes), model.size_bytes === null ? "" : "on disk"),
    model.parameters ? badge(thousands(model.parameters), "parameters") : null);
}

function card(who, model, duration_s, side) {
  const square = make("i", { class: `square ${who}`, style: `width:${side}px;height:${side}px`, title: "Area in proportion to the file's size" });
  return make("section", { class: `card ${who}` },
    make("div", { class: "scale", "aria-hidden": "true" }, square),
    make("div", { class: "about" },
      make("h4", {}, make("span", { class: "who" }, who), ` ${model.title}`),
      badges(model, duration_s),
      make("p", { class: "small" }, `One point has heard ${model.trace.window_s} s, a new one every ${model.trace.hop_s} s. Licence: ${model.licence}`)));
}

function compared({ teacher, student }) {
  const speed = teacher.took_s / student.took_s;
  const faster = speed >= 1 ? `${speed.toFixed(1)} times as fast` : `${(1 / speed).toFixed(1)} times as slow`;
  if (!teacher.size_bytes || !student.size_bytes) return `The student was ${faster}.`;
  return `The student's file is ${Math.round(teacher.size_bytes / student.size_bytes)} times smaller, and it was ${faster}.`;
}

export function cards(root, clip) {
  const { teacher, student, duration_s } = clip;
  const largest = Math.max(teacher?.size_bytes ?? 0, student?.size_bytes ?? 0, 1);
  const side = (model) => Math.max(2, SIDE * Math.sqrt((model.size_bytes ?? 0) / largest));
  const parts = [["teacher", teacher], ["student", student]].filter(([, model]) => model?.took_s);
  root.replaceChildren(...parts.map(([who, model]) => card(who, model, duration_s, side(model))));
  if (parts.length === 2) root.append(make("p", { class: "compared" }, compared(clip)));
  root.hidden = !parts.length;
}
