// The scales: three rows of nine manikins, words at both ends. Where they are shown, the teacher's value is a disc and
// the student's a ring below, and the points nearest to the teacher are marked; marked is not chosen.

import { AXES, clip01, make } from "../axes.js";
import { manikin } from "./manikin.js";

export const POINTS = 9;
const place = (value) => `${(100 * ((POINTS - 1) * clip01(value) + 0.5)) / POINTS}%`;
const nearest = (value) => (value === null || value === undefined ? 0 : 1 + Math.round((POINTS - 1) * clip01(value)));

function row(axis, index, { rate, choose }) {
  const buttons = Array.from({ length: POINTS }, (_, i) =>
    make("button", { type: "button", class: "point", "aria-pressed": "false", "aria-label": `${axis.name} ${i + 1} of ${POINTS}`, onclick: () => rate(index, i + 1) },
      manikin(axis.key, i / (POINTS - 1)), make("span", {}, String(i + 1))));
  const disc = make("i", { class: "disc", title: "teacher" });
  const ring = make("i", { class: "ring", title: "student" });
  const node = make("div", { class: `scale ${axis.key}`, role: "group", "aria-label": axis.name },
    make("button", { type: "button", class: "axis", title: `Choose ${axis.name.toLowerCase()} (${axis.key[0]})`, onclick: () => choose(index) }, make("b", {}, axis.name), make("kbd", {}, axis.key[0])),
    make("span", { class: "end" }, axis.low), make("div", { class: "points" }, ...buttons, make("div", { class: "said" }, disc, ring)), make("span", { class: "end" }, axis.high));

  function mark(dot, value) {
    dot.hidden = value === null || value === undefined;
    if (!dot.hidden) dot.style.left = place(value);
  }

  return {
    node,
    show(score, chosen, teacher, student) {
      node.classList.toggle("chosen", chosen);
      const near = nearest(teacher);
      buttons.forEach((button, i) => {
        button.setAttribute("aria-pressed", String(score === i + 1));
        button.classList.toggle("near", near === i + 1);
      });
      mark(disc, teacher);
      mark(ring, student);
    },
  };
}

export function scales(root, does) {
  const rows = AXES.map((axis, index) => row(axis, index, does));
  root.append(make("div", { class: "scales" }, ...rows.map(({ node }) => node)));
  return (raw, chosen, teacher, student) => rows.forEach((each, axis) => each.show(raw[axis], chosen === axis, teacher?.[axis], student?.[axis]));
}
