// The clips on the plane of valence and arousal, darker where there are more; a rectangle drawn on it is what is looked
// for. `changed({ valence, arousal })` gets its two ranges, or null for each when it is taken away.

import { make } from "../axes.js";
import { onTheme } from "../theme.js";

const SIZE = 216; // px
const LEAST = 5; // px: a smaller rectangle is a click, and takes the brush away
const ANYWHERE = { valence: null, arousal: null };

const part = (value) => Math.min(1, Math.max(0, value));
const rounded = (value) => Math.round(100 * value) / 100;

export function brush(changed) {
  const canvas = make("canvas", { width: 2 * SIZE, height: 2 * SIZE });
  const box = make("i", { class: "box", hidden: true });
  const plane = make("div", { class: "plane", role: "img", tabindex: 0 }, canvas, box);
  const node = make("figure", { class: "brush" }, make("span", { class: "up" }, "calm → excited"), plane, make("span", { class: "along" }, "unpleasant → pleasant"));
  let cells = null;
  let from = null;

  function at(event) {
    const { left, top, width, height } = plane.getBoundingClientRect();
    return { x: part((event.clientX - left) / width), y: part((event.clientY - top) / height) };
  }

  function between(one, other) {
    const [left, right] = [one.x, other.x].sort((a, b) => a - b);
    const [top, bottom] = [one.y, other.y].sort((a, b) => a - b);
    const small = Math.max(right - left, bottom - top) * plane.clientWidth < LEAST;
    return small ? ANYWHERE : { valence: [rounded(left), rounded(right)], arousal: [rounded(1 - bottom), rounded(1 - top)] };
  }

  // An axis without a range is held from end to end.
  function frame({ valence, arousal }) {
    box.hidden = !valence && !arousal;
    const [left, right] = valence ?? [0, 1];
    const [low, high] = arousal ?? [0, 1];
    box.style.inset = `${100 * (1 - part(high))}% ${100 * (1 - part(right))}% ${100 * part(low)}% ${100 * part(left)}%`;
  }

  plane.addEventListener("pointerdown", (event) => { from = at(event); plane.setPointerCapture(event.pointerId); event.preventDefault(); });
  plane.addEventListener("pointermove", (event) => { if (from) frame(between(from, at(event))); });
  plane.addEventListener("pointerup", (event) => {
    if (!from) return;
    const drawn = between(from, at(event));
    from = null;
    frame(drawn);
    changed(drawn);
  });
  plane.addEventListener("keydown", (event) => { if (event.key === "Escape") { frame(ANYWHERE); changed(ANYWHERE); } });

  function draw() {
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, canvas.width, canvas.height);
    if (!cells) return;
    const most = Math.log1p(Math.max(1, ...cells.flat()));
    const side = canvas.width / cells.length;
    pen.fillStyle = getComputedStyle(plane).getPropertyValue("--accent");
    cells.forEach((row, up) => row.forEach((count, along) => {
      pen.globalAlpha = count ? 0.12 + 0.88 * Math.log1p(count) / most : 0;
      pen.fillRect(along * side, canvas.height - (up + 1) * side, side + 0.5, side + 0.5);
    }));
    pen.globalAlpha = 1;
  }

  onTheme(draw);
  return {
    node,
    show(counts, ranges) {
      if (counts && JSON.stringify(counts) !== JSON.stringify(cells)) { cells = counts; draw(); }
      const all = cells?.flat().reduce((sum, count) => sum + count, 0) ?? 0;
      plane.setAttribute("aria-label", `${all.toLocaleString("en")} clips by what the teacher said; draw a rectangle to see those inside`);
      if (!from) frame(ranges);
    },
  };
}
