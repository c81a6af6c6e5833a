// Do more corrections pay: each student's agreement with people, with its interval, over how many corrections it was taught.

import { AXES, make, number } from "../axes.js";
import { chart } from "../chart.js";

function panel({ key, name }, axis, points) {
  const counts = points.map(({ corrections }) => corrections);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const room = Math.max(1, 0.08 * (most - least));
  const lowest = Math.floor(5 * Math.min(0, ...points.map(({ low, ccc }) => (low ?? ccc)[axis]))) / 5;
  const drawing = chart({ x: [least - room, most + room], y: [lowest, 1], xTicks: [...new Set([least, most])].map((count) => [count, String(count)]),
    yTicks: [lowest, 0, 0.5, 1].filter((tick, place, all) => all.indexOf(tick) === place).map((tick) => [tick, number(tick, 1)]), label: `${name}: CCC to people over corrections` });
  drawing.line(points.map(({ corrections, teacher_ccc: teacher }) => [corrections, teacher?.[axis] ?? null]), "teacher");
  drawing.line(points.map(({ corrections, ccc }) => [corrections, ccc[axis]]), `trend ${key}`);
  for (const { name: student, corrections, n, ccc, low, high, live } of points) {
    const ends = low ? ` [${number(low[axis])}, ${number(high[axis])}]` : "";
    if (low) drawing.interval(corrections, low[axis], high[axis], `ends ${key}`);
    drawing.dot(corrections, ccc[axis], `point ${key}${live ? " live" : ""}`, `${student}: ${number(ccc[axis])}${ends} on ${n} clips, ${corrections} corrections`);
  }
  return make("figure", { class: key }, make("figcaption", {}, make("b", {}, name)), drawing.node);
}

export function progress({ points, sentence }) {
  const told = points.length ? make("p", { class: "small" }, "A dot a student: CCC to people on the corrected clips that were held back when it was trained, of voices that it knows, over how many corrections it was taught. A ring is live; dashed is the teacher on the same clips. Each student has other clips, since more are held back the more is corrected.") : null;
  return make("section", { class: "progress" }, make("h4", {}, "Do more corrections pay?"), make("p", { class: "verdict" }, sentence), told,
    points.length ? make("div", { class: "charts" }, ...AXES.map((axis, place) => panel(axis, place, points))) : null);
}
