// The manikin: a figure that shows how far along an axis somebody is, 0..1. After the idea of Bradley and Lang's
// Self-Assessment Manikin (1994); the drawing is ours. Arousal opens the eyes and bursts in the chest, dominance is
// size, valence is in the mouth.

import { svg } from "../svg.js";

const SIDE = 60;
const SPIKES = 11;

const mix = (low, high, part) => low + (high - low) * part;
const points = (list) => list.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");

// A star around the heart: nothing but a dot when calm.
function burst(at, part) {
  const [inner, outer] = [mix(1.2, 5, part), mix(1.4, 12.5, part)];
  const corners = Array.from({ length: 2 * SPIKES }, (_, i) => {
    const radius = i % 2 ? inner : outer * (i % 4 ? 0.82 : 1);
    const angle = (Math.PI * i) / SPIKES - Math.PI / 2;
    return [at[0] + radius * Math.cos(angle), at[1] + radius * Math.sin(angle)];
  });
  return `M${points(corners)}Z`;
}

function eyes(figure, y, open) {
  for (const x of [25, 35]) {
    if (open < 0.12) svg("path", { d: `M${x - 2.6} ${y}q2.6 2.2 5.2 0`, class: "line" }, figure);
    else svg("ellipse", { cx: x, cy: y, rx: mix(1.5, 2.5, open), ry: mix(0.7, 3.4, open), class: "ink" }, figure);
  }
}

// A smile of so much: -1 is a mouth drawn down.
function mouth(figure, y, smile) {
  svg("path", { d: `M23.5 ${y - 1.6 * smile}Q30 ${y + 5.6 * smile} 36.5 ${y - 1.6 * smile}`, class: "line" }, figure);
}

function body(figure) {
  svg("path", { d: "M10 60C10 43 19 36.5 30 36.5S50 43 50 60Z", class: "body" }, figure);
}

function head(figure, radius = 13, y = 21) {
  svg("circle", { cx: 30, cy: y, r: radius, class: "body" }, figure);
}

const DRAW = {
  arousal(figure, part) {
    body(figure);
    head(figure);
    eyes(figure, 19.5, part);
    svg("path", { d: `M27 27.5Q30 ${mix(27.5, 29.5, part)} 33 27.5`, class: "line" }, figure);
    svg("path", { d: burst([30, 49], part), class: "heart" }, figure);
  },
  dominance(figure, part) {
    const size = mix(0.3, 1.06, part);
    const whole = svg("g", { transform: `translate(30 58) scale(${size.toFixed(3)}) translate(-30 -58)`, "stroke-width": (1.7 / size ** 0.6).toFixed(2) }, figure);
    body(whole);
    head(whole);
    eyes(whole, 20, 0.42);
    mouth(whole, 27, 0.05);
  },
  valence(figure, part) {
    const smile = 2 * part - 1;
    head(figure, 23, 32);
    const face = svg("g", { transform: "translate(30 32) scale(1.45) translate(-30 -22.5)", "stroke-width": 1.25 }, figure);
    eyes(face, 19.5, 0.5);
    mouth(face, 29, smile);
  },
};

export function manikin(axis, part) {
  const figure = svg("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, class: "manikin", "aria-hidden": "true", "stroke-width": 1.7 });
  DRAW[axis](figure, part);
  return figure;
}
