// What a clip looks like: waveform, spectrogram, and one strip an axis, all on one time axis. Teacher solid, student
// dotted. A canvas, since it has to be there within a frame of the key. A click seeks, a drag chooses a stretch.

import { AXES, clip01, make } from "../axes.js";
import { FONT, onTheme, palette } from "../theme.js";
import { silences } from "../player/traces.js";

const LEFT = 30, RIGHT = 8;
const WAVE = [2, 52]; // px from the top: where it begins, how high it is
const SOUND = [58, 78];
const STRIPS = [[158, 42], [220, 42], [282, 42]];
const AXIS = 328;
const HEIGHT = 346;
const BLUR = 4; // px of travel that are still a click

// The spectrogram as a mask: the louder, the less is let through. Made once a clip.
function mask(picture) {
  const { rows, columns, levels } = picture.spectrogram;
  const canvas = make("canvas", { width: columns, height: rows });
  const image = new ImageData(columns, rows);
  const bytes = atob(levels);
  for (let i = 0; i < bytes.length; i += 1) image.data[4 * i + 3] = (bytes.charCodeAt(i) / 255) ** 1.6 * 245;
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

export function strips(root, { seek, choose }) {
  const canvas = make("canvas");
  const stretch = make("div", { class: "stretch", hidden: true });
  const head = make("div", { class: "playhead", hidden: true });
  const plot = make("div", { class: "strips" }, canvas, stretch, head);
  const masks = new WeakMap();
  const pen = canvas.getContext("2d");
  root.append(plot);
  let picture = null;
  let width = 0;
  let spot = [0, null]; // where the sound is, and the stretch that was chosen

  const across = () => width - LEFT - RIGHT;
  const x = (seconds) => LEFT + (seconds / picture.duration_s) * across();
  const seconds = (event) => Math.min(1, Math.max(0, (event.clientX - plot.getBoundingClientRect().left - LEFT) / across())) * picture.duration_s;

  function wave({ peaks: { low, high } }, colours) {
    const [top, height] = WAVE;
    const step = across() / low.length;
    const loudest = Math.max(0.02, ...high, ...low.map((value) => -value));
    const y = (value) => top + height / 2 - (value / loudest) * (height / 2);
    pen.fillStyle = colours.wave;
    for (let i = 0; i < low.length; i += 1) pen.fillRect(LEFT + i * step, y(high[i]), Math.max(1, step), Math.max(0.8, y(low[i]) - y(high[i])));
  }

  function sound(colours) {
    if (!masks.has(picture)) masks.set(picture, mask(picture));
    const [top, height] = SOUND;
    const layer = make("canvas", { width: canvas.width, height: Math.ceil(height * devicePixelRatio) });
    const brush = layer.getContext("2d");
    brush.drawImage(masks.get(picture), 0, 0, layer.width, layer.height);
    brush.globalCompositeOperation = "source-in";
    brush.fillStyle = colours.text;
    brush.fillRect(0, 0, layer.width, layer.height);
    pen.fillStyle = colours.silence;
    pen.drawImage(layer, LEFT, top, across(), height);
  }

  function line(trace, axis, [top, height], colour, dotted) {
    const { times, window_s } = trace;
    const values = trace.values[axis];
    const half = Math.min(window_s, picture.duration_s) / 2;
    const y = (value) => top + height * (1 - clip01(value));
    pen.beginPath();
    let down = false;
    values.forEach((value, i) => {
      if (value === null) { down = false; return; }
      const alone = values[i - 1] == null && values[i + 1] == null; // drawn as long as what it has heard
      if (alone) { pen.moveTo(x(Math.max(0, times[i] - half)), y(value)); pen.lineTo(x(Math.min(picture.duration_s, times[i] + half)), y(value)); }
      else if (down) pen.lineTo(x(times[i]), y(value));
      else pen.moveTo(x(times[i]), y(value));
      down = !alone;
    });
    Object.assign(pen, { strokeStyle: colour, lineWidth: dotted ? 2 : 2.2, lineCap: "round", lineJoin: "round" });
    pen.setLineDash(dotted ? [0.1, 4.5] : []);
    pen.stroke();
    pen.setLineDash([]);
  }

  function strip({ name, low, high }, axis, colours) {
    const [top, height] = STRIPS[axis];
    pen.fillStyle = colours.axes[axis];
    pen.font = `700 12px ${FONT}`;
    pen.fillText(name, LEFT, top - 6);
    const wide = pen.measureText(name).width;
    pen.fillStyle = colours.quiet;
    pen.font = `12px ${FONT}`;
    pen.fillText(`${low} to ${high}`, LEFT + wide + 7, top - 6);
    pen.font = `10px ${FONT}`;
    pen.textAlign = "right";
    [["1", 0], ["0", 1]].forEach(([text, part]) => pen.fillText(text, LEFT - 6, top + height * part + 3));
    pen.textAlign = "left";
    pen.fillStyle = colours.grid;
    for (const part of [0, 0.5, 1]) pen.fillRect(LEFT, top + height * part, across(), 1);
    if (picture.teacher?.trace) line(picture.teacher.trace, axis, STRIPS[axis], colours.axes[axis], false);
    if (picture.student?.trace) line(picture.student.trace, axis, STRIPS[axis], colours.axes[axis], true);
  }

  function clock(colours) {
    const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 600];
    const step = steps.find((each) => picture.duration_s / each <= 10) ?? 600;
    Object.assign(pen, { fillStyle: colours.quiet, font: `11px ${FONT}`, textAlign: "center" });
    for (let at = 0; at <= picture.duration_s; at += step) pen.fillText(`${Number(at.toFixed(1))} s`, Math.min(width - 14, Math.max(LEFT + 8, x(at))), AXIS + 12);
    pen.textAlign = "left";
  }

  function draw() {
    if (!picture || !width) return;
    const colours = palette();
    const ratio = devicePixelRatio;
    Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(HEIGHT * ratio) });
    canvas.style.height = `${HEIGHT}px`;
    pen.scale(ratio, ratio);
    if (picture.error) return;
    pen.fillStyle = colours.silence;
    for (const [from, to] of silences(picture)) pen.fillRect(x(from), 0, x(to) - x(from), AXIS);
    wave(picture, colours);
    sound(colours);
    AXES.forEach((axis, index) => strip(axis, index, colours));
    clock(colours);
  }

  plot.addEventListener("pointerdown", (down) => {
    if (!picture || picture.error || down.button !== 0) return;
    const from = seconds(down);
    const travelled = (event) => Math.abs(event.clientX - down.clientX) >= BLUR;
    const drag = (event) => travelled(event) && mark([from, seconds(event)].sort((a, b) => a - b));
    addEventListener("pointermove", drag);
    addEventListener("pointerup", (up) => {
      removeEventListener("pointermove", drag);
      if (travelled(up)) choose(...[from, seconds(up)].sort((a, b) => a - b)); else seek(from);
    }, { once: true });
  });

  function mark(ends) {
    stretch.hidden = !ends;
    if (ends) Object.assign(stretch.style, { left: `${x(ends[0])}px`, width: `${x(ends[1]) - x(ends[0])}px` });
  }

  function place(at, ends) {
    spot = [at, ends];
    const known = picture && !picture.error && width;
    if (head.hidden === Boolean(known)) head.hidden = !known;
    if (!known) return;
    head.style.transform = `translateX(${x(Math.min(at, picture.duration_s))}px)`;
    if (ends || !stretch.hidden) mark(ends);
  }

  onTheme(draw);
  new ResizeObserver(([{ contentRect }]) => { ({ width } = contentRect); draw(); place(...spot); }).observe(plot);

  return {
    place,
    show(next) { picture = next; draw(); },
    // What takes time is done before the picture is asked for.
    prepare(next) { if (!next.error && !masks.has(next)) masks.set(next, mask(next)); },
  };
}
