// Points of one model in the order of time: found by moment, and drawn a few at a time. Teacher solid, student dotted;
// pale where nobody spoke and a value was held.

import { AXES, clip01 } from "../axes.js";

const DOTS = [0.1, 4.5]; // px; round ends make dots of it
const PALE = 0.35;
const NEAR_S = 0.06;

export function line(dotted) {
  const points = []; // [t, arousal, dominance, valence, held] each

  // The place of the first point after t.
  function after(t) {
    let [low, high] = [0, points.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (points[middle][0] > t) high = middle; else low = middle + 1;
    }
    return low;
  }

  function stroke(pen, from, to, axis, { x, y }) {
    pen.globalAlpha = points[to][4] ? PALE : 1;
    if (dotted) pen.lineDashOffset = x(points[from][0]) % (DOTS[0] + DOTS[1]);
    pen.beginPath();
    for (let i = from; i <= to; i += 1) pen.lineTo(x(points[i][0]), y(clip01(points[i][axis + 1]), axis));
    pen.stroke();
  }

  return {
    points,
    get last() { return points.at(-1) ?? null; },
    clear() { points.length = 0; },
    // Takes in what is new; gives how many.
    add(rows) {
      const before = points.length;
      for (const row of rows) if (!points.length || row[0] > points.at(-1)[0]) points.push(row);
      return points.length - before;
    },
    at(t, near = NEAR_S) {
      const place = after(t + near) - 1;
      return place >= 0 && t - points[place][0] <= near ? points[place] : null;
    },
    between(from, to) { return points.slice(after(from), after(to)); },
    after,
    // Draw what leads to the points from one place to another.
    draw(pen, from, to, colours, scale) {
      Object.assign(pen, { lineWidth: dotted ? 2 : 2.2, lineCap: "round", lineJoin: "round" });
      pen.setLineDash(dotted ? DOTS : []);
      AXES.forEach((_, axis) => {
        pen.strokeStyle = colours.axes[axis];
        for (let begin = Math.max(1, from); begin < to;) {
          let end = begin;
          while (end + 1 < to && points[end + 1][4] === points[begin][4]) end += 1;
          stroke(pen, begin - 1, end, axis, scale);
          begin = end + 1;
        }
      });
      pen.setLineDash([]);
      pen.globalAlpha = 1;
    },
  };
}
