// The numbers: for each axis a track with the teacher's disc and the student's ring, and how far they are apart.

import { AXES, clip01, make, number, signed } from "../axes.js";

const EXPLAIN = {
  difference: "Student minus teacher, for the whole clip",
  trace: "Mean absolute difference over the trace",
  ccc: "Concordance over the trace: 1 is the same, 0 is no agreement",
};

function row(axis) {
  const disc = make("i", { class: "disc" });
  const ring = make("i", { class: "ring" });
  const span = make("i", { class: "span" });
  const cells = Object.fromEntries(["teacher", "student", "difference", "trace", "ccc"].map((name) => [name, make("td", { class: name })]));
  const track = make("div", { class: "track", title: `${axis.low} to ${axis.high}` }, span, disc, ring);
  const tr = make("tr", { class: axis.key }, make("th", { scope: "row" }, axis.name), make("td", { class: "tracks" }, track), ...Object.values(cells));

  function place(node, value) {
    node.hidden = value === null || value === undefined;
    if (!node.hidden) node.style.left = `${100 * clip01(value)}%`;
  }

  return {
    tr,
    move(teacher, student) {
      place(disc, teacher);
      place(ring, student);
      span.hidden = disc.hidden || ring.hidden;
      if (!span.hidden) {
        const [low, high] = [clip01(teacher), clip01(student)].sort((a, b) => a - b);
        Object.assign(span.style, { left: `${100 * low}%`, width: `${100 * (high - low)}%` });
      }
      cells.teacher.textContent = number(teacher ?? null);
      cells.student.textContent = number(student ?? null);
      cells.difference.textContent = disc.hidden || ring.hidden ? "–" : signed(student - teacher);
    },
    gap(mean, ccc) {
      cells.trace.textContent = number(mean);
      cells.ccc.textContent = number(ccc);
    },
  };
}

export function values(root) {
  const rows = AXES.map(row);
  const when = make("caption");
  const heads = [["", ""], ["", ""], ["teacher", ""], ["student", ""], ["Δ", EXPLAIN.difference], ["trace |Δ|", EXPLAIN.trace], ["trace CCC", EXPLAIN.ccc]];
  const classes = ["", "tracks", "teacher", "student", "difference", "trace", "ccc"];
  const table = make("table", { class: "values" }, when,
    make("thead", {}, make("tr", {}, ...heads.map(([text, title], i) => make("th", { scope: "col", title, class: classes[i] }, text)))),
    make("tbody", {}, ...rows.map(({ tr }) => tr)));
  root.append(table);
  return {
    show({ student, gap }) {
      table.classList.toggle("alone", !student);
      rows.forEach((each, axis) => each.gap(gap?.trace[axis] ?? null, gap?.ccc?.[axis] ?? null));
    },
    move(teacher, student, text) {
      when.textContent = text;
      rows.forEach((each, axis) => each.move(teacher?.[axis] ?? null, student?.[axis] ?? null));
    },
  };
}
