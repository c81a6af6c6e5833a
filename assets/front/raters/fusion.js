// How several answers become one: the methods to choose from, what each would change, and how much each rater would count.

import { AXES, make, number } from "../axes.js";

function apart({ apart: means, most }, reach) {
  return make("div", { class: "aparts" }, ...AXES.map(({ key, name }, axis) => make("div", { class: key, title: `${name}: by ${number(means[axis], 3)} on average, by ${number(most[axis])} at most` },
    make("i", { style: `--part:${means[axis] / reach}` }), make("span", { class: "small" }, number(means[axis], 3)))));
}

function card(method, clips, reach, choose) {
  const { name, title, about, chosen, changed } = method;
  const effect = chosen ? "chosen" : clips ? `would change ${changed} of ${clips} clips` : "nothing to fuse yet";
  return make("button", { type: "button", class: chosen ? "method chosen" : "method", role: "radio", "aria-checked": String(chosen), "data-method": name, onclick: () => chosen || choose(name) },
    make("b", {}, title), make("span", { class: "effect small" }, effect), make("span", { class: "small" }, about), chosen || !clips ? null : apart(method, reach));
}

function weights(rows) {
  const bar = (value, { key }) => make("td", { class: key }, make("i", { style: `--part:${value}` }), make("span", {}, number(value)));
  return make("details", {}, make("summary", {}, "How much each would count if weighted"), make("div", { class: "scroller" }, make("table", { class: "weights" },
    make("thead", {}, make("tr", {}, ...["", ...AXES.map(({ name }) => name)].map((head) => make("th", { scope: "col" }, head)))),
    make("tbody", {}, ...rows.map(({ rater, axes }) => make("tr", {}, make("th", { scope: "row" }, rater), ...AXES.map((axis, place) => bar(axes[place], axis))))))),
    make("p", { class: "small" }, "Correlation with the mean of the others on the clips that they share; a negative one counts as 0, and who shares fewer than 10 clips like the average of the rest."));
}

export function fusion({ clips, methods, weights: rows }, open, choose) {
  const reach = Math.max(0.001, ...methods.flatMap((method) => method.apart));
  const several = clips === 1 ? "One clip was" : `${clips} clips were`;
  const counted = rows.length > 1 ? weights(rows) : null;
  if (counted) counted.open = open;
  return make("section", { class: "fusion" }, make("h4", {}, "How several answers become one"),
    make("p", { class: "small" }, `${several} rated by several people and not rejected. A clip is rejected if half of those who decided reject it; an accept stands for the teacher’s answer. Bars: by how much the answer would change, on average.`),
    make("div", { class: "methods", role: "radiogroup", "aria-label": "Fusion" }, ...methods.map((method) => card(method, clips, reach, choose))), counted);
}
