// The Search tab: caps, the search that goes on, what it found as a picture and a table. Events: "begin", "halt", "look".

import { AXES, bytes, make, number } from "../axes.js";
import { followed, STATES } from "../job.js";
import { pareto } from "./pareto.js";

const HEADS = ["", "Shape", ...AXES.map(({ name }) => name), "For 5 s", "Of wav2small", "File", "Parameters", "Passes"];

const count = (value) => value.toLocaleString("en");
const field = (text, input) => make("label", {}, make("span", {}, text), input);
const numeric = (name, value, min, max) => make("input", { type: "number", name, value: value || "", min, max, step: 1, placeholder: "no cap" });

function order({ teachers, first }, begin) {
  const form = make("form", { class: "order", onsubmit: ask },
    field("File, kB at most", numeric("max_kb", Math.round(first.max_bytes / 1000), 0, 1e6)),
    field("Parameters at most", numeric("max_parameters", first.max_parameters, 0, 1e9)),
    make("span", { class: "small about" }, "What does not fit is dropped before it is trained."),
    field("Shapes to train", make("input", { type: "number", name: "trials", value: first.trials, min: 1, max: 1000, required: true })),
    make("details", { class: "advanced" }, make("summary", {}, "Advanced"),
      make("div", { class: "fields" },
        field("Teacher", make("select", { name: "teacher" }, ...teachers.map((name) => make("option", { value: name }, name)))),
        field("Passes of the best", make("input", { type: "number", name: "passes", value: first.passes, min: 1, max: 1000, required: true })),
        field("Seed", make("input", { type: "number", name: "seed", value: first.seed, min: 0, max: 2147483647, required: true })))),
    make("button", { class: "choose", type: "submit" }, "Search for shapes"));

  function ask(event) {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(form));
    const whole = (name) => Math.round(Number(given[name] || 0));
    begin({ max_bytes: 1000 * whole("max_kb"), max_parameters: whole("max_parameters"), trials: whole("trials"), passes: whole("passes"), seed: whole("seed"), teacher: given.teacher });
  }

  return form;
}

function line({ shape, parameters, bytes: size, ms, share, ccc, passes, front }) {
  return make("tr", { class: front ? "front" : "" },
    make("td", { title: front ? "No other shape is as good in everything and better in something" : "Another shape is as good in everything, and better in something" }, front ? "●" : ""),
    make("th", { scope: "row" }, shape), ...ccc.map((value, axis) => make("td", { class: AXES[axis].key }, number(value))),
    ...[`${number(ms)} ms`, number(share, 3), bytes(size), count(parameters), passes].map((text) => make("td", {}, text)));
}

export function mount(element, { props, trigger, watch }) {
  const alert = make("p", { class: "alert", role: "alert", hidden: true });
  const figure = make("div", { class: "pareto" });
  const key = make("p", { class: "small" }, "● on the front: no other shape is as good in everything and better in something. A dot's area is the file's size. CCC is that after the passes a shape was given, on voices that are not taught.");
  const rows = make("tbody");
  const table = make("div", { class: "scroller" }, make("table", { class: "shapes" }, make("thead", {}, make("tr", {}, ...HEADS.map((text) => make("th", { scope: "col" }, text)))), rows));
  const others = make("ul", { class: "others" });
  const fold = make("details", { class: "earlier" }, make("summary", {}, "Other searches"), others);
  const hint = make("div", { class: "hint" }, "A search trains many shapes of Etude's own student a little and the best of them longer, in the background. What each is worth is drawn here: agreement against time and bytes.");
  const job = followed((which) => trigger("halt", which), [], [figure, key, table]);
  element.replaceChildren(make("div", { class: "train" },
    make("section", { class: "plan" }, make("h3", {}, "Which shape is best?"), order(props, (given) => trigger("begin", given)), alert),
    make("div", { class: "going" }, hint, job.node, fold)));
  const draw = pareto(figure);
  let search = null;

  function other({ id, title: name, state: how, message }) {
    return make("li", { class: how, "data-job": id }, make("div", { class: "line" }, make("b", {}, name), make("span", { class: "state" }, STATES[how]),
      make("button", { type: "button", class: "quiet", onclick: () => trigger("look", { job: id }) }, "Show")), make("p", { class: "small" }, message));
  }

  function going() {
    hint.hidden = Boolean(search);
    job.node.hidden = !search;
    if (!search) return;
    job.follow(search);
    key.hidden = table.hidden = !search.rows.length;
    rows.replaceChildren(...search.rows.map(line));
    draw(search, search.id);
  }

  function show() {
    if (!props.value) return;
    search = props.value.search;
    alert.textContent = props.value.refusal ?? "";
    alert.hidden = !props.value.refusal;
    others.replaceChildren(...props.value.others.map(other));
    fold.hidden = !props.value.others.length;
    going();
  }

  watch("value", show);
  show();
}
