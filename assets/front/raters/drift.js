// Whether somebody's scale moves: how far each rater lies from the others, or the teacher, in the order in which they rated.

import { AXES, make, number, signed } from "../axes.js";
import { chart } from "../chart.js";

function panel({ rater, from, n, places, axes, sentence }, reach) {
  const ticks = [-reach, 0, reach].map((value) => [value, value ? signed(value) : "0"]);
  const drawing = chart({ x: [1, n], y: [-reach, reach], xTicks: [[places[0], String(Math.round(places[0]))], [places.at(-1), String(Math.round(places.at(-1)))]], yTicks: ticks, label: `${rater}: ${sentence}` });
  AXES.forEach(({ key, name }, axis) => {
    drawing.line(places.map((place, at) => [place, axes[axis][at]]), `trend ${key}`);
    places.forEach((place, at) => axes[axis][at] !== null && drawing.dot(place, axes[axis][at], `point ${key}`, `${name} ${number(axes[axis][at])} around rating ${Math.round(place)}`));
  });
  return make("figure", {}, make("figcaption", {}, make("b", {}, rater), make("span", { class: "small" }, ` less ${from === "others" ? "the others" : "the teacher"}, ${n} ratings`)),
    drawing.node, make("p", { class: "small" }, sentence));
}

export function drift(lines) {
  const reach = Math.ceil(10 * Math.max(0.1, ...lines.flatMap(({ axes }) => axes.flat().map((value) => Math.abs(value ?? 0))))) / 10;
  return make("section", { class: "drift" }, make("h4", {}, "Drift"),
    make("p", { class: "small" }, "Difference in the order of rating, mean of successive stretches: a line that climbs or falls is a scale that moves. ", ...AXES.map(({ key, name }) => make("span", { class: `key ${key}` }, name))),
    make("div", { class: "charts" }, ...lines.map((line) => panel(line, reach))));
}
