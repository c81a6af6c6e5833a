// The valence-arousal pad: the teacher a disc, the student a ring, dominance their size; lines show where they go.

import { clip01 } from "../axes.js";
import { svg } from "../svg.js";

const SIZE = 200;
const EDGE = 16;

// Everyday words for the corners, after the circumplex of affect (Russell 1980).
const CORNERS = [["tense", EDGE + 6, EDGE + 13, "start"], ["elated", SIZE - EDGE - 6, EDGE + 13, "end"],
  ["gloomy", EDGE + 6, SIZE - EDGE - 7, "start"], ["serene", SIZE - EDGE - 6, SIZE - EDGE - 7, "end"]];

const x = (valence) => EDGE + clip01(valence) * (SIZE - 2 * EDGE);
const y = (arousal) => SIZE - EDGE - clip01(arousal) * (SIZE - 2 * EDGE);
const radius = (dominance) => 4 + 9 * clip01(dominance);

function path(trace) {
  let pen = "M";
  return trace.times.map((_, i) => {
    const [arousal, , valence] = trace.values.map((axis) => axis[i]);
    if (arousal === null) { pen = "M"; return ""; }
    const step = `${pen}${x(valence).toFixed(1)} ${y(arousal).toFixed(1)}`;
    pen = "L";
    return step;
  }).join("");
}

export function pad(root) {
  const picture = svg("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, role: "img", class: "pad" }, root);
  svg("rect", { x: EDGE, y: EDGE, width: SIZE - 2 * EDGE, height: SIZE - 2 * EDGE, rx: 6, class: "pad-area" }, picture);
  svg("path", { d: `M${SIZE / 2} ${EDGE}V${SIZE - EDGE}M${EDGE} ${SIZE / 2}H${SIZE - EDGE}`, class: "pad-cross" }, picture);
  const words = [["excited", SIZE / 2, 11, "middle", 0], ["calm", SIZE / 2, SIZE - 4, "middle", 0],
    ["unpleasant", 11, SIZE / 2, "middle", -90], ["pleasant", SIZE - 5, SIZE / 2, "middle", -90]];
  for (const [text, left, top, anchor, turn] of words) {
    svg("text", { x: left, y: top, "text-anchor": anchor, transform: `rotate(${turn} ${left} ${top})` }, picture).textContent = text;
  }
  for (const [text, left, top, anchor] of CORNERS) svg("text", { x: left, y: top, "text-anchor": anchor, class: "corner" }, picture).textContent = text;
  const trails = { teacher: svg("path", { class: "trail teacher" }, picture), student: svg("path", { class: "trail student" }, picture) };
  const dots = { teacher: svg("circle", { class: "dot teacher" }, picture), student: svg("circle", { class: "dot student" }, picture) };

  function place(dot, adv) {
    const shown = Boolean(adv) && adv[0] !== null;
    dot.style.display = shown ? "" : "none";
    if (!shown) return;
    dot.setAttribute("cx", x(adv[2]));
    dot.setAttribute("cy", y(adv[0]));
    dot.setAttribute("r", radius(adv[1]));
  }

  return {
    trace(clip) {
      for (const who of ["teacher", "student"]) trails[who].setAttribute("d", clip[who]?.trace ? path(clip[who].trace) : "");
    },
    move(teacher, student) {
      place(dots.teacher, teacher);
      place(dots.student, student);
      picture.setAttribute("aria-label", teacher?.[0] == null ? "No speech here" : `Arousal ${teacher[0].toFixed(2)}, valence ${teacher[2].toFixed(2)}`);
    },
  };
}
