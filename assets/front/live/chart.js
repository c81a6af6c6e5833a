// Half a minute of a live session, and by scrolling all of it: waveform, and one strip an axis. What is new is appended to
// the canvas it lies on and nothing is drawn twice; canvases of ten seconds each are made where one looks, and dropped.

import { AXES, clock, make } from "../axes.js";
import { line } from "./lines.js";
import { FONT, onTheme, palette } from "../theme.js";

const SEEN_S = 30;
const TILE_S = 10;
const BAR_S = 0.025;
const WAVE = [4, 44]; // px from the top: where it begins, how high it is
const STRIPS = [[76, 80], [180, 80], [284, 80]];
const AXIS = 372;
const HEIGHT = 392;
const BLUR = 4; // px of travel that are still a click
const BY_HAND = 2; // px away from where it was put last

const y = (value, axis) => STRIPS[axis][0] + STRIPS[axis][1] * (1 - value);
const loud = (value) => Math.sign(value) * Math.sqrt(Math.min(1, Math.abs(value))); // so that quiet speech is seen

// `look(t)` is told where the pointer is, or null; `choose(start, end)` which stretch was dragged, or nothing;
// `follow(yes)` whether the newest is in view.
export function chart({ look, choose, follow }) {
  const heardBox = make("div", { class: "heard" });
  const behind = make("div", { class: "behind", title: "The teacher has not answered this yet" });
  const stretch = make("div", { class: "stretch", hidden: true });
  const tape = make("div", { class: "tape" }, heardBox, behind, stretch);
  const view = make("div", { class: "view", tabindex: 0, role: "img", "aria-label": "Traces of the last half minute; scroll for all before" }, tape);
  const titles = AXES.map(({ key, name, low, high }, axis) => make("p", { class: `title ${key}`, style: `top: ${STRIPS[axis][0] - 19}px` }, make("b", {}, name), ` ${low} to ${high}`));
  const ends = AXES.flatMap((_, axis) => [["1", 0], ["0", 1]].map(([text, part]) => make("span", { class: "end", style: `top: ${STRIPS[axis][0] + part * STRIPS[axis][1] - 7}px` }, text)));
  const node = make("div", { class: "livechart", style: `height: ${HEIGHT + 10}px` }, ...ends, ...titles, view);
  const lines = { teacher: line(false), student: line(true) };
  const tiles = new Map();
  const bars = []; // lowest and highest of every 25 ms, one after the other
  let spans = []; // [start, end, node]: somebody speaks
  let flags = [];
  let heard = 0;
  let width = 0;
  let put = 0; // where the view was scrolled to
  let following = true;
  let colours = null;

  const scale = () => width / SEEN_S; // px a second
  const x = (t) => t * scale();

  function wave(pen, from, to) {
    pen.fillStyle = colours.wave;
    const [top, height] = WAVE;
    for (let i = from; i < Math.min(to, bars.length / 2); i += 1) {
      const [high, low] = [loud(bars[2 * i + 1]), loud(bars[2 * i])].map((value) => top + (height / 2) * (1 - value));
      pen.fillRect(x(i * BAR_S), high, Math.max(0.7, x(BAR_S) - 0.2), Math.max(0.8, low - high));
    }
  }

  function ground(pen, start) {
    pen.fillStyle = colours.grid;
    for (const [top, height] of STRIPS) for (const part of [0, 0.5, 1]) pen.fillRect(x(start), top + height * part, x(TILE_S), 1);
    Object.assign(pen, { fillStyle: colours.quiet, font: `11px ${FONT}`, textAlign: "left" });
    for (let t = start; t < start + TILE_S; t += 5) {
      pen.fillRect(x(t), AXIS - 4, 1, 4);
      pen.fillText(clock(t).slice(0, -2), x(t) + 4, AXIS + 11);
    }
  }

  function paint(canvas, tile) {
    const ratio = devicePixelRatio;
    const start = tile * TILE_S;
    const pen = canvas.getContext("2d");
    Object.assign(canvas, { width: Math.ceil(x(TILE_S) * ratio), height: HEIGHT * ratio });
    Object.assign(canvas.style, { left: `${x(start)}px`, width: `${canvas.width / ratio}px`, height: `${HEIGHT}px` });
    pen.setTransform(ratio, 0, 0, ratio, -x(start) * ratio, 0);
    ground(pen, start);
    wave(pen, Math.round(start / BAR_S), Math.round((start + TILE_S) / BAR_S));
    for (const who of Object.values(lines)) who.draw(pen, who.after(start) - 1, Math.min(who.points.length, who.after(start + TILE_S) + 1), colours, { x, y });
  }

  // Canvases where one looks, and one to either side.
  function cover() {
    if (!width) return;
    const [low, high] = [Math.max(0, Math.floor(put / x(TILE_S)) - 1), Math.floor((put + width) / x(TILE_S)) + 1];
    for (const [tile, canvas] of tiles) if (tile < low - 1 || tile > high + 1) { canvas.remove(); tiles.delete(tile); }
    for (let tile = low; tile <= high; tile += 1) {
      if (tiles.has(tile)) continue;
      const canvas = make("canvas");
      paint(canvas, tile);
      tiles.set(tile, canvas);
      tape.insertBefore(canvas, stretch);
    }
  }

  // What lies from one moment to another is drawn on the canvases there.
  function append(from, to, draw) {
    for (let tile = Math.max(0, Math.floor(from / TILE_S)); tile <= Math.floor(to / TILE_S); tile += 1) {
      if (tiles.has(tile)) draw(tiles.get(tile).getContext("2d"));
    }
  }

  // Boxes a pixel wide are stretched: unlike another width, that asks for no new layout of the page.
  const span = (box, from, to) => { box.style.transform = `translateX(${x(from)}px) scaleX(${Math.max(0, x(to - from))})`; };

  function extend() {
    if (!width) return;
    const wide = Math.max(width, x(Math.ceil(heard / TILE_S) * TILE_S));
    if (wide !== tape.clientWidth) tape.style.width = `${wide}px`;
    span(heardBox, 0, heard);
    if (following) {
      put = Math.max(0, x(heard) - width);
      view.scrollLeft = put;
    }
    cover();
  }

  const lag = () => span(behind, Math.min(heard, lines.teacher.last?.[0] ?? 0), heard);

  function speech(fresh) {
    for (const [start, end] of fresh) {
      let begin = start;
      while (spans.length && spans.at(-1)[1] >= start) {
        const [first, , box] = spans.pop();
        begin = Math.min(begin, first);
        box.remove();
      }
      const box = make("div", { class: "spoken" });
      span(box, begin, end);
      heardBox.after(box);
      spans.push([begin, end, box]);
    }
  }

  function redraw() {
    if (!width) return;
    colours = palette();
    for (const canvas of tiles.values()) canvas.remove();
    tiles.clear();
    for (const [start, end, box] of spans) span(box, start, end);
    for (const [t, flag] of flags) flag.style.left = `${x(t)}px`;
    choice(null);
    lag();
    extend();
  }

  function choice(chosen) {
    stretch.hidden = !chosen;
    if (chosen) span(stretch, ...chosen);
    choose(chosen);
  }

  function attend(yes) {
    following = yes;
    follow(yes);
    extend();
  }

  const moment = (event) => Math.min(heard, Math.max(0, (event.clientX - tape.getBoundingClientRect().left) / scale()));

  tape.addEventListener("pointerdown", (down) => {
    if (down.button !== 0 || down.pointerType === "touch") return; // a finger scrolls
    const from = moment(down);
    const drag = (event) => {
      if (Math.abs(event.clientX - down.clientX) >= BLUR) choice([from, moment(event)].sort((a, b) => a - b));
    };
    choice(null);
    addEventListener("pointermove", drag);
    addEventListener("pointerup", () => removeEventListener("pointermove", drag), { once: true });
  });
  tape.addEventListener("pointermove", (event) => look(moment(event)));
  tape.addEventListener("pointerleave", () => look(null));
  view.addEventListener("scroll", () => {
    if (Math.abs(view.scrollLeft - put) <= BY_HAND) return;
    put = view.scrollLeft;
    const newest = put + width >= x(heard) - scale() / 2;
    if (newest !== following) attend(newest);
    cover();
  });
  onTheme(redraw);
  new ResizeObserver(([{ contentRect }]) => { ({ width } = contentRect); redraw(); }).observe(view);

  return {
    node, lines,
    get heard() { return heard; },
    newest: () => attend(true),
    choice,
    clear() {
      for (const [, , box] of spans) box.remove();
      for (const [, flag] of flags) flag.remove();
      [spans, flags, heard, bars.length] = [[], [], 0, 0];
      lines.teacher.clear();
      lines.student.clear();
      following = true;
      follow(true);
      redraw();
    },
    // More was recorded, until `end`: [lowest, highest] of each 25 ms.
    sound(levels, end) {
      const from = bars.length / 2;
      for (const level of levels) bars.push(...level);
      heard = end;
      extend();
      append(from * BAR_S, heard, (pen) => wave(pen, from, bars.length / 2));
    },
    // More was answered; gives how many points of the student.
    answers({ points, teacher, speech: spoken }) {
      speech(spoken);
      let fresh = 0;
      for (const [who, rows] of [[lines.student, points], [lines.teacher, teacher]]) {
        const count = who.points.length;
        const more = who.add(rows);
        if (more && width) append(who.points[Math.max(0, count - 1)][0], who.last[0], (pen) => who.draw(pen, count, count + more, colours, { x, y }));
        if (who === lines.student) fresh = more;
      }
      lag();
      return fresh;
    },
    flag(t, word, kind) {
      const flag = make("div", { class: `flag ${kind}`, style: `left: ${x(t)}px` }, make("span", { title: word }, word));
      flags.push([t, flag]);
      tape.append(flag);
    },
  };
}
