// The Train tab's upper half: what would be taught, how, and the training that goes on. Events: "begin", "halt".

import { make } from "./axes.js";
import { curves } from "./curves.js";

const STATES = { queued: "waiting", running: "running", done: "done", failed: "failed", cancelled: "cancelled" };
const GOING = new Set(["queued", "running"]);

const count = (number) => number.toLocaleString("en");

function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours} h ${minutes} min` : minutes ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

const option = ({ name }) => make("option", { value: name }, name);
const field = (text, input) => make("label", {}, make("span", {}, text), input);

function numeric(name, value, min, max) {
  return make("input", { type: "number", name, value, min, max, step: 1, required: true });
}

function picker(name, choices) {
  const about = make("span", { class: "small about" });
  const select = make("select", { name, onchange: tell }, ...choices.map(option));
  function tell() { about.textContent = choices.find((each) => each.name === select.value)?.about ?? ""; }
  tell();
  return { select, about };
}

// What the page asks for; `begin` gets it as plain values.
function order({ students, recipes, teachers, first }, begin) {
  const student = picker("student", students);
  const recipe = picker("recipe", recipes);
  const backbone = make("input", { type: "text", name: "backbone", placeholder: "a name of timm's, such as mobilenetv3_small_050", autocomplete: "off", spellcheck: "false" });
  const named = field("Backbone", backbone);
  const many = () => { named.hidden = !students.find(({ name }) => name === student.select.value)?.many; backbone.required = !named.hidden; };
  student.select.addEventListener("change", many);
  many();
  const teacher = make("select", { name: "teacher" }, ...teachers.map((name) => option({ name })));
  const button = make("button", { class: "choose", type: "submit" }, "Train a student");
  const form = make("form", { class: "order", onsubmit: ask },
    field("Student", student.select), student.about, named,
    field("Size", numeric("size", first.size, 1, 512)), make("span", { class: "small about" }, "Channels, the one dial: twice as many are better, and larger and slower."),
    make("details", { class: "advanced" }, make("summary", {}, "Advanced"),
      make("div", { class: "fields" }, field("Recipe", recipe.select), recipe.about,
        field("Teacher", teacher),
        field("Versions of each clip", numeric("versions", first.versions, 1, 100)),
        field("Passes at most", numeric("passes", first.passes, 1, 10000)), field("Seed", numeric("seed", first.seed, 0, 2147483647)))),
    button);

  function ask(event) {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(form));
    for (const name of ["size", "versions", "passes", "seed"]) given[name] = Number(given[name]);
    begin(given);
  }

  return { form, teacher, allow(yes) { button.disabled = !yes; } };
}

const fact = (number, text, title = "") => make("li", { title }, make("b", {}, number), ` ${text}`);

function facts(plan, teacher) {
  const hours = plan.hours >= 1 ? `${plan.hours.toFixed(1)} h` : `${Math.round(60 * plan.hours)} min`;
  return [
    fact(count(plan.clips), "clips to learn from"), fact(hours, "of sound"), fact(count(plan.speakers), "voices"),
    fact(count(plan.kept), `kept to choose by, of ${count(plan.kept_speakers)} other voices`, "The best student is the one that agrees best on voices that it was not taught"),
    fact(count(plan.corrected), "checked by people", "They weigh four times as much"),
    fact(count(plan.answered[teacher] ?? 0), `answered already by ${teacher}`, "Answers are kept, and used by every student"),
    plan.rejected ? fact(count(plan.rejected), "left out: people rejected them") : null,
    plan.unused ? fact(count(plan.unused), "left alone: their corpus keeps them for tests") : null,
  ].filter(Boolean);
}

export function mount(element, { props, trigger, watch }) {
  const library = make("ul", { class: "facts" });
  const doubt = make("p", { class: "doubt", hidden: true });
  const alert = make("p", { class: "alert", role: "alert", hidden: true });
  const { form, teacher, allow } = order(props, (given) => trigger("begin", given));
  teacher.addEventListener("change", show);
  const title = make("h3");
  const state = make("span", { class: "state" });
  const halt = make("button", { type: "button", class: "quiet", onclick: () => trigger("halt", { job: training.id }) }, "Cancel");
  const fill = make("i");
  const track = make("div", { class: "track", role: "progressbar" }, fill);
  const note = make("p", { class: "small message", role: "status" });
  const stages = make("ol", { class: "stages" });
  const badges = make("ul", { class: "badges" });
  const figure = make("div", { class: "curves" });
  const refused = make("details", { class: "refused" });
  const others = make("ul", { class: "others" });
  const fold = make("details", { class: "earlier" }, make("summary", {}, "Other trainings"), others);
  const hint = make("div", { class: "hint" }, "A training goes on in the background, also when this page is closed. What it has learnt is drawn here.");
  const job = make("section", { class: "training" }, make("header", {}, title, state, halt), track, note, stages, badges, figure, refused);
  element.replaceChildren(make("div", { class: "train" },
    make("section", { class: "plan" }, make("h3", {}, "What would be taught"), library, doubt, form, alert),
    make("div", { class: "going" }, hint, job, fold)));
  const draw = curves(figure);
  let training = null;

  function clock() {
    if (!training?.began_s) return;
    const { samples_s } = training.curve;
    badges.replaceChildren(make("li", {}, make("b", {}, duration((training.ended_s ?? Date.now() / 1000) - training.began_s)), GOING.has(training.state) ? " so far" : " in all"),
      ...(samples_s ? [make("li", {}, make("b", {}, count(samples_s)), " crops a second")] : []));
  }

  function running() {
    hint.hidden = Boolean(training);
    job.hidden = !training;
    if (!training) return;
    job.dataset.job = training.id;
    job.className = `training ${training.state}`;
    title.textContent = training.title;
    state.textContent = STATES[training.state];
    halt.hidden = track.hidden = !GOING.has(training.state);
    fill.style.width = `${100 * training.progress}%`;
    track.setAttribute("aria-valuenow", Math.round(100 * training.progress));
    note.textContent = training.message;
    stages.replaceChildren(...training.stages.map(({ name, state: at }) => make("li", { class: at, "aria-current": at === "now" && "step" }, name)));
    refused.hidden = !training.refused_count;
    const open = refused.open;
    refused.replaceChildren(make("summary", {}, `${training.refused_count} clips could not be heard, and why`),
      make("ul", {}, ...training.refused.map(([path, reason]) => make("li", {}, make("code", {}, path), ` ${reason}`))));
    refused.open = open;
    clock();
    draw(training.curve, training.id);
  }

  function other({ id, title: name, state: how, message }) {
    return make("li", { class: how, "data-job": id }, make("div", { class: "line" }, make("b", {}, name), make("span", { class: "state" }, STATES[how]),
      GOING.has(how) ? make("button", { type: "button", class: "quiet", onclick: () => trigger("halt", { job: id }) }, "Cancel") : null), make("p", { class: "small" }, message));
  }

  function show() {
    if (!props.value) return;
    const { plan, refusal } = props.value;
    training = props.value.training;
    library.replaceChildren(...facts(plan, teacher.value));
    doubt.textContent = plan.lack || plan.doubt;
    doubt.hidden = !doubt.textContent;
    allow(!plan.lack);
    alert.textContent = refusal ?? "";
    alert.hidden = !refusal;
    others.replaceChildren(...props.value.others.map(other));
    fold.hidden = !props.value.others.length;
    if (props.value.others.some(({ state: how }) => GOING.has(how))) fold.open = true;
    running();
  }

  setInterval(() => { if (training?.state === "running") clock(); }, 1000);
  watch("value", show);
  show();
}
