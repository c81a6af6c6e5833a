// What came of which: each student hangs from the one that was live when it was made; the embedded one is the root.

import { make } from "../axes.js";

const STEP = 24; // px: a row's height, and how far a child stands to the right
const svg = (tag, props) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(props)) node.setAttribute(name, value);
  return node;
};

// The students in the order of the tree, each with its depth and its parent's row.
function rows(root, students) {
  const found = [];
  function hang(name, depth, parent) {
    const place = found.push({ name, depth, parent }) - 1;
    students.filter((student) => student.parent === name).reverse().forEach((child) => hang(child.name, depth + 1, place));
  }
  hang(root, 0, null);
  return found;
}

export function lineage(root, students, live, pick) {
  const found = rows(root, students);
  const [x, y] = [(row) => 10 + STEP * row.depth, (place) => STEP * (place + 0.5)];
  const width = 20 + STEP * Math.max(...found.map(({ depth }) => depth));
  const drawing = svg("svg", { width, height: STEP * found.length, viewBox: `0 0 ${width} ${STEP * found.length}`, "aria-hidden": "true" });
  found.forEach((row, place) => {
    if (row.parent !== null) drawing.append(svg("path", { d: `M${x(found[row.parent])} ${y(row.parent)}V${y(place)}H${x(row)}` }));
  });
  found.forEach((row, place) => drawing.append(svg("circle", { cx: x(row), cy: y(place), r: 5, class: row.name === live ? "live" : "" })));
  return make("div", { class: "lineage" }, drawing, make("ul", {}, ...found.map((row) => make("li", { class: row.name === live ? "live" : "" },
    make("button", { type: "button", onclick: () => pick(row.name) }, row.name)))));
}
