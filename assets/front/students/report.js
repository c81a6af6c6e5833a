// One student in full: pictures, curves, agreement in parts, what it says where nobody speaks, and what can be done with it.
// Events: "live", "rename", "note", "delete".

import { AXES, bytes, make, number } from "../axes.js";
import { curves } from "../curves.js";
import { plotly, whenSeen } from "../plot.js";
import { FONT, palette } from "../theme.js";

const CONFIG = { displayModeBar: false, responsive: false };
const STATISTICS = [["ccc", "CCC"], ["pearson", "Pearson’s r"], ["mae", "mean absolute error"]];
const LEAST_PX = 760; // three panels side by side need so much; on a narrower page they stand one below the other
const STACKED_PX = 1020; // their height then

function cell(entry, statistic, axis) {
  const [low, high] = statistic === "ccc" ? [entry.low, entry.high] : [entry[`${statistic}_low`], entry[`${statistic}_high`]];
  const ends = low ? ` [${number(low[axis])}, ${number(high[axis])}]` : "";
  return make("td", {}, entry[statistic] ? number(entry[statistic][axis]) : "–", make("span", { class: "small" }, ends));
}

const name = ({ by, name: part }) => (by === "all" ? "all clips" : `${by}: ${part}`);

function parts(entries, statistic) {
  return make("table", { class: "parts" },
    make("thead", {}, make("tr", {}, ...["", "clips", "speakers", ...AXES.map((axis) => axis.name)].map((head) => make("th", { scope: "col" }, head)))),
    make("tbody", {}, ...[entries.at(-1), ...entries.slice(0, -1)].map((entry) => make("tr", {},
      make("th", { scope: "row" }, name(entry)), make("td", {}, String(entry.n)), make("td", {}, String(entry.speakers)), ...AXES.map((_, axis) => cell(entry, statistic, axis))))));
}

function quiet(sounds) {
  return make("table", { class: "parts" },
    make("thead", {}, make("tr", {}, ...["sound, without the voice filter", ...AXES.map((axis) => axis.name)].map((head) => make("th", { scope: "col" }, head)))),
    make("tbody", {}, ...sounds.map(({ sound, level_db, adv }) => make("tr", {},
      make("th", { scope: "row" }, level_db === null ? sound : `${sound}, ${String(level_db).replace("-", "−")} dB`), ...adv.map((value) => make("td", {}, number(value)))))));
}

// Python draws for light paper; a panel's dots take its axis's colour of now.
function inked({ xaxis = "x", marker, showlegend }, colours) {
  return showlegend ? marker.color : colours.axes[Number(xaxis.slice(1) || 1) - 1];
}

const triple = (values, digits = 2) => values.map((value) => number(value, digits)).join(" / ");

// Plotly's panels in a row, put one below the other.
function stacked(layout) {
  const upright = structuredClone(layout);
  ["", 2, 3].forEach((panel, place) => {
    const top = 1 - place * 0.345;
    Object.assign(upright[`xaxis${panel}`], { domain: [0, 1] });
    Object.assign(upright[`yaxis${panel}`], { domain: [top - 0.24, top] });
    Object.assign(upright.annotations[place], { x: 0.5, y: top });
  });
  for (const note of upright.annotations.slice(3)) note.y = -0.1;
  upright.legend.y = -0.06;
  return { ...upright, height: STACKED_PX };
}

function remarks({ to_people, to_people_known, ccc_to_fp32, licence, file, best, parent, data, same_as }) {
  return make("ul", { class: "small remarks" },
    parent ? make("li", {}, `Made when ${parent} was live, of the data `, make("code", {}, data), same_as ? `; the very same order and data made ${same_as}.` : ".") : null,
    !parent ? null : to_people ? make("li", {}, `CCC to people on ${to_people.n} corrected clips: ${triple(to_people.ccc)}; the teacher’s own: ${triple(to_people.teacher_ccc)}.`)
      : make("li", {}, "Nobody has corrected any of the clips kept to choose by, so there is no agreement with people to state."),
    to_people_known ? make("li", {}, `CCC to people on ${to_people_known.n} corrected clips that were held back, of voices that it knows: ${triple(to_people_known.ccc)}; the teacher’s own: ${triple(to_people_known.teacher_ccc)}.`) : null,
    ccc_to_fp32 ? make("li", {}, `CCC of this file to the student before it was quantized: ${triple(ccc_to_fp32, 3)}.`) : null,
    best ? make("li", {}, `Taken after ${best.passes} passes. It was chosen on these clips, so figures on still other voices are somewhat lower.`) : null,
    make("li", {}, `Licence: ${licence}.`), make("li", {}, "File, in the data folder: ", make("code", {}, file)));
}

// What can be done with a student; a name or a note is sent when it was changed.
function actions({ name: student, note, parent, live }, trigger) {
  const own = parent !== undefined;
  const field = (event, text, value, most) => make("label", {}, make("span", { class: "small" }, text),
    make("input", { type: "text", value, maxlength: most, autocomplete: "off", spellcheck: "false", onchange: ({ target }) => trigger(event, { name: student, text: target.value }) }));
  const erase = make("button", { type: "button", class: "quiet", onclick: sure }, "Delete…");
  function sure() {
    if (erase.dataset.sure) return trigger("delete", { name: student });
    erase.dataset.sure = "yes";
    erase.textContent = "Delete it and its files?";
    return setTimeout(() => { delete erase.dataset.sure; erase.textContent = "Delete…"; }, 5000);
  }
  return make("div", { class: "actions" },
    live ? make("b", { class: "badge" }, "live") : own || student === "etude" ? make("button", { type: "button", class: "choose", onclick: () => trigger("live", { name: student }) }, "Make live") : null,
    own ? field("rename", "Name", student, 64) : null, own ? field("note", "Note", note, 2000) : null, own && !live ? erase : null);
}

// The gate's report in a line, and the bundle of what passed it.
function gate({ name: student, gate: found, scheme }) {
  if (!found) return null;
  const lost = found.drop ? `CCC lost by rounding ${triple(found.drop, 3)}` : "";
  const facts = [`${bytes(found.bytes)} in ${scheme}`, lost, found.ms === null ? "" : `${number(found.ms)} ms for 5 s`, `onnxruntime ${found.onnxruntime} or newer`];
  const href = `/students/${encodeURIComponent(student)}.zip`;
  return make("section", { class: "gate" }, make("a", { class: "download", href, download: `${student}.zip` }, "Download the bundle"),
    make("span", { class: "small" }, make("b", {}, "Passed the gate"), ` on ${found.n} clips: ${facts.filter(Boolean).join(" · ")}`));
}

export function mount(element, { props, trigger, watch }) {
  const box = make("article", { class: "report" });
  const figure = make("div", { class: "curves" });
  const drawCurves = curves(figure);
  element.replaceChildren(box);
  let drawn = null;

  async function draw(node, picture) {
    await plotly();
    const colours = palette();
    const width = node.parentNode.clientWidth;
    const placed = width < LEAST_PX ? stacked(picture.layout) : picture.layout;
    const layout = { ...placed, width, font: { ...picture.layout.font, family: FONT, color: colours.quiet }, hoverlabel: { bgcolor: colours.panel } };
    const drawn = picture.data.map((trace) => ({ ...trace, marker: { ...trace.marker, color: inked(trace, colours) } }));
    await window.Plotly.react(node, drawn, layout, CONFIG);
    node.dataset.drawn = props.value.name;
  }

  function redraw() {
    if (!box.clientWidth || !props.value) return;
    for (const node of box.querySelectorAll("[data-picture]")) draw(node, props.value[node.dataset.picture]);
  }

  function picture(key, heading) {
    if (!props.value[key]) return null;
    return make("section", {}, make("h4", {}, heading), make("div", { class: "scroller" }, make("div", { "data-picture": key })));
  }

  function show() {
    const student = props.value;
    box.hidden = !student;
    if (!student || drawn === student) return;
    drawn = student;
    const table = make("div", { class: "scroller" }, parts(student.parts, "ccc"));
    const statistic = make("select", { "aria-label": "Statistic", onchange: () => table.replaceChildren(parts(student.parts, statistic.value)) },
      ...STATISTICS.map(([key, text]) => make("option", { value: key }, text)));
    box.replaceChildren(...[make("header", {}, make("h3", {}, student.name), make("span", { class: "small" }, student.title)), student.refusal ? make("p", { class: "alert", role: "alert" }, student.refusal) : null,
      actions(student, trigger), gate(student), remarks(student), student.curve ? make("details", { class: "learnt" }, make("summary", {}, "How it learnt"), figure) : null,
      picture("scatter", "Student against teacher"), picture("bland_altman", "Where they differ"),
      make("section", {}, make("h4", {}, "In parts, to the teacher, ", statistic), table),
      student.behaviour ? make("details", {}, make("summary", {}, "Where nobody speaks"), make("div", { class: "scroller" }, quiet(student.behaviour))) : null].filter(Boolean));
    if (student.curve) drawCurves(student.curve, student.name);
    redraw();
  }

  whenSeen(box, redraw);
  watch("value", show);
  show();
}
