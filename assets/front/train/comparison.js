// A new student beside the live one: the advice, agreement, a forest of differences, what changed, and the decision.
// Events: "ask" (compare somebody), "golive", "attempt" (hear it in the Listen tab).

import { AXES, bytes, make, number, signed } from "../axes.js";
import { progress } from "../job.js";

const KEPT = "etude-kept"; // the comparison after which the old student was kept: it is folded from then on
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 120;

const heads = (...texts) => make("thead", {}, make("tr", {}, ...texts.map((text) => make("th", { scope: "col" }, text))));
const axes = AXES.map(({ name }) => name);
const scroller = (node) => make("div", { class: "scroller" }, node);

function drawn(tag, props, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function agreement(name, entry, which, file) {
  const cell = (axis) => make("td", { class: AXES[axis].key }, make("b", {}, number(entry[which][axis])),
    make("span", { class: "small" }, ` [${number(entry[`${which}_low`][axis])}, ${number(entry[`${which}_high`][axis])}]`));
  return make("tr", {}, make("th", { scope: "row" }, name), ...AXES.map((_, axis) => cell(axis)),
    make("td", {}, file ? bytes(file.bytes) : ""), make("td", {}, file ? `${number(file.ms)} ms` : ""));
}

function table({ student, live, found }) {
  const [one, two] = found.files;
  const rows = [agreement(student, found.all, "new", one), agreement(`${live}`, found.all, "old", two)];
  for (const [entry, text] of [[found.to_teacher, "to the teacher alone"], [found.to_people, "to people alone"]]) {
    if (entry) rows.push(agreement(`${student}, ${text} (${entry.n})`, entry, "new"), agreement(`${live}, ${text} (${entry.n})`, entry, "old"));
  }
  return scroller(make("table", { class: "agreement" }, heads("CCC", ...axes, "File", "For 5 s"), make("tbody", {}, ...rows)));
}

// Zero in the middle; the same scale on all axes and in all rows.
function interval(entry, axis, reach) {
  const at = (value) => WIDTH * (0.5 + 0.5 * Math.max(-1, Math.min(1, value / reach)));
  const [value, low, high] = ["difference", "difference_low", "difference_high"].map((key) => entry[key][axis]);
  return make("td", { class: AXES[axis].key },
    drawn("svg", { viewBox: `0 0 ${WIDTH} 16`, width: WIDTH, height: 16, role: "img", "aria-label": `${signed(value)}, ${signed(low)} to ${signed(high)}` },
      drawn("line", { x1: WIDTH / 2, x2: WIDTH / 2, y1: 0, y2: 16 }), drawn("line", { class: "ends", x1: at(low), x2: at(high), y1: 8, y2: 8 }),
      drawn("circle", { cx: at(value), cy: 8, r: 3.5 })),
    make("span", { class: "small" }, `${signed(value)} [${signed(low)}, ${signed(high)}] · ${Math.round(100 * entry.probability[axis])} %`));
}

function forest(rows, reach) {
  const line = ([name, entry]) => make("tr", { class: entry.few ? "few" : "" }, make("th", { scope: "row" }, name),
    make("td", { class: "small" }, `${entry.n}${entry.few ? ", few" : ""}`), ...AXES.map((_, axis) => interval(entry, axis, reach)));
  return scroller(make("table", { class: "forest" }, heads("New less old, CCC", "Clips", ...axes), make("tbody", {}, ...rows.map(line))));
}

function forests({ all, to_people: people, corpora, speakers }) {
  const main = [["all clips", all], ...(people ? [["to people alone", people]] : []), ...(corpora.length > 1 ? corpora.map((part) => [part.name, part]) : [])].filter(([, entry]) => entry.n);
  const voices = speakers.filter(({ n }) => n).map((part) => [part.name, part]);
  const reach = (rows) => Math.max(0.05, ...rows.filter(([, { few }]) => !few).flatMap(([, entry]) => [...entry.difference_low, ...entry.difference_high].map(Math.abs)));
  return [make("section", {}, make("h4", {}, "Where they differ"), forest(main, reach(main)),
    make("p", { class: "small" }, `Right of the line the new one agrees better. 95 % intervals, drawing ${all.over}, and how likely it is that it does. Parts with fewer than 10 clips are pale: they tell little.`)),
  voices.length ? make("details", {}, make("summary", {}, `By speaker (${voices.length})`), forest(voices, reach(voices))) : null];
}

function changes(clips, teacher) {
  const sound = new Audio();
  const said = ({ old, new: next, teacher: large, people }, axis) => make("td", { class: AXES[axis].key }, `${number(old[axis])} → `, make("b", {}, number(next[axis])),
    make("span", { class: "small" }, ` ${people[axis] === null ? teacher : "people"} ${number(people[axis] ?? large[axis])}`));
  const play = (id, name) => make("button", { type: "button", class: "play", "aria-label": `Play ${name}`, onclick: () => { sound.src = `/audio/${id}`; sound.play(); } }, "▸");
  return make("section", {}, make("h4", {}, "Clips whose answers changed most"), scroller(make("table", { class: "changed" }, heads("Clip", ...axes),
    make("tbody", {}, ...clips.map((clip) => make("tr", {}, make("th", { scope: "row", title: clip.name }, play(clip.id, clip.name), clip.name), ...AXES.map((_, axis) => said(clip, axis))))))));
}

export function mount(element, { props, trigger, watch }) {
  const box = make("section", { class: "panel", hidden: true });
  element.replaceChildren(make("div", { class: "comparison" }, box));
  let last = "";

  function asker({ others, live_now: live }, chosen) {
    const select = make("select", { "aria-label": "Student to compare" }, ...others.map((name) => make("option", { value: name, selected: name === chosen }, name)));
    return make("span", { class: "ask" }, "Compare ", select, ` with ${live}`, make("button", { type: "button", class: "quiet", onclick: () => trigger("ask", { name: select.value }) }, "Compare"));
  }

  function decision({ student, live, found }, now) {
    const go = () => trigger("golive", { name: student });
    const sure = make("dialog", { class: "sure" }, make("p", {}, `${found.advice} Go live with ${student} all the same?`), make("div", { class: "row" },
      make("button", { type: "button", class: "quiet", onclick: () => sure.close() }, "Don’t"),
      make("button", { type: "button", class: "danger", onclick: () => { sure.close(); go(); } }, "Go live all the same")));
    const keep = () => { if (now === student) trigger("golive", { name: live }); localStorage.setItem(KEPT, props.value.comparison.job); last = ""; show(); };
    const worse = found.verdict === "worse";
    return make("div", { class: "decide" },
      make("button", { type: "button", class: "quiet", onclick: () => trigger("attempt", { name: student }) }, "Try it"),
      now === student ? make("b", { class: "is-live" }, `${student} is live.`)
        : make("button", { type: "button", class: worse ? "quiet" : "choose", onclick: () => (worse ? sure.showModal() : go()) }, "Go live"),
      make("button", { type: "button", class: worse ? "choose" : "quiet", onclick: keep }, now === student ? `Go back to ${live}` : "Keep the old one"), sure);
  }

  function body({ comparison, live_now: now }) {
    const { student, live, state, progress: done, message, found } = comparison;
    const title = make("h3", {}, `${student} beside ${live}`);
    if (!found) {
      const going = state !== "failed";
      return [title, make("p", { class: going ? "small" : "alert", role: "status" }, message), going ? progress(done).track : null];
    }
    const folded = now !== student && localStorage.getItem(KEPT) === String(comparison.job);
    const on = `On ${found.all.n} clips of ${found.all.speakers} speakers of whom neither was taught, held to ${found.teacher}${found.to_people ? ", and to people where they corrected it" : ""}. ${found.note}`;
    const details = [table(comparison), ...forests(found), found.changed.length ? changes(found.changed, found.teacher) : null].filter(Boolean);
    return [title, make("p", { class: `advice ${found.verdict.replace(" ", "-")}`, role: "status" }, found.advice),
      decision(comparison, now), make("p", { class: "small" }, on),
      ...(folded ? [make("details", { class: "folded" }, make("summary", {}, `${now} stays live. Show the comparison`), ...details)] : details)];
  }

  function show() {
    const value = props.value;
    const next = JSON.stringify(value ?? null);
    box.hidden = !value || !(value.comparison || value.others.length);
    if (next === last || !value) return; // left alone while nothing changes, so that what is open stays open
    last = next;
    const [title, ...rest] = value.comparison ? body(value) : [make("h3", {}, "Compare before it counts")];
    const alert = value.refusal ? make("p", { class: "alert", role: "alert" }, value.refusal) : null;
    box.replaceChildren(...[make("header", {}, title, asker(value, value.comparison?.student)), alert, ...rest].filter(Boolean));
  }

  watch("value", show);
  show();
}
