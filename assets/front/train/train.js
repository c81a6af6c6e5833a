// The Train tab's upper half: what would be taught, how, and the training that goes on. Events: "begin", "halt",
// "resume" and "weigh": how long would it take?

import { make } from "../axes.js";
import { curves } from "../curves.js";
import { followed, GOING, STATES } from "../job.js";

const count = (number) => number.toLocaleString("en");

function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours} h ${minutes} min` : minutes ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

const option = ({ name }) => make("option", { value: name }, name);
const field = (text, input) => make("label", {}, make("span", {}, text), input);

// An empty field means: what suits this library and this machine.
function numeric(name, value, min, max) {
  return make("input", { type: "number", name, value, min, max, step: 1, required: value !== null });
}

function about(seconds) {
  if (seconds < 90) return seconds < 40 ? "under a minute" : "about a minute";
  return seconds < 5400 ? `about ${Math.round(seconds / 60)} min` : `about ${(Math.round(seconds / 1800) / 2).toLocaleString("en")} h`;
}

function picker(name, choices) {
  const about = make("span", { class: "small about" });
  const select = make("select", { name, onchange: tell }, ...choices.map(option));
  function tell() { about.textContent = choices.find((each) => each.name === select.value)?.about ?? ""; }
  tell();
  return { select, about };
}

// What the page asks for; `begin` gets it as plain values.
function order({ students, recipes, teachers, first }, begin, weigh) {
  const student = picker("student", students);
  const recipe = picker("recipe", recipes);
  const backbone = make("input", { type: "text", name: "backbone", placeholder: "a name of timm's, such as mobilenetv3_small_050", autocomplete: "off", spellcheck: "false" });
  const named = field("Backbone", backbone);
  const many = () => { named.hidden = !students.find(({ name }) => name === student.select.value)?.many; backbone.required = !named.hidden; };
  student.select.addEventListener("change", many);
  many();
  const teacher = make("select", { name: "teacher" }, ...teachers.map((name) => option({ name })));
  const button = make("button", { class: "choose", type: "submit" }, "Train a student");
  const estimate = make("p", { class: "small estimate" });
  const open = { versions: numeric("versions", null, 1, 100), passes: numeric("passes", null, 1, 10000), processes: numeric("processes", null, 1, 64) };
  const form = make("form", { class: "order", onsubmit: ask, onchange: () => weigh(given()) },
    button, estimate,
    make("details", { class: "advanced" }, make("summary", {}, "Advanced"),
      make("div", { class: "fields" }, field("Student", student.select), student.about, named,
        field("Size", numeric("size", first.size, 1, 512)), make("span", { class: "small about" }, "Channels, the one dial: twice as many are better, and larger and slower."),
        field("Recipe", recipe.select), recipe.about,
        field("Teacher", teacher),
        field("Versions of each clip", open.versions), field("Passes at most", open.passes), field("Processes", open.processes),
        field("Begin with nothing", make("input", { type: "checkbox", name: "anew" })), make("span", { class: "small about" }, "Else it begins with what the live student knows, if that one has the same shape and teacher: a few clips then add to it."),
        field("Seed", numeric("seed", first.seed, 0, 2147483647)))));

  function given() {
    const asked = Object.fromEntries(new FormData(form));
    for (const name of ["size", "seed", ...Object.keys(open)]) asked[name] = asked[name] === "" ? null : Number(asked[name]);
    return asked;
  }

  function ask(event) {
    event.preventDefault();
    begin(given());
  }

  function suit({ lack, defaults }, told) {
    button.disabled = Boolean(lack);
    estimate.textContent = lack ? "" : told;
    for (const [name, input] of Object.entries(open)) input.placeholder = `${defaults[name]} for this library`;
  }

  return { form, teacher, suit, again: () => weigh(given()) };
}

const fact = (number, text, title = "", wide = "") => make("li", { title, class: wide }, make("b", {}, number), ` ${text}`);

function facts(plan, teacher) {
  const hours = plan.hours >= 1 ? `${plan.hours.toFixed(1)} h` : `${Math.round(60 * plan.hours)} min`;
  return [
    fact(count(plan.clips), "clips to learn from"), fact(hours, "of sound"), fact(count(plan.speakers), "voices"),
    fact(count(plan.kept), `kept to choose by, of ${count(plan.kept_speakers)} other voices`, "The best student is the one that agrees best on voices that it was not taught"),
    fact(count(plan.corrected), "checked by people", "They weigh four times as much"),
    fact(count(plan.answered[teacher] ?? 0), `answered already by ${teacher}`, "Answers are kept, and used by every student"),
    plan.licences.length ? fact("Licences:", plan.licences.map(([name, of]) => `${name} (${count(of)})`).join(", "), "The student inherits them", "wide") : null,
    plan.held ? fact(count(plan.held), "of these held back", "Neither taught nor chosen by: they show what correcting did") : null,
    plan.rejected ? fact(count(plan.rejected), "left out: people rejected them") : null,
    plan.unused ? fact(count(plan.unused), "left alone: their corpus keeps them for tests") : null,
  ].filter(Boolean);
}

export function mount(element, { props, trigger, watch }) {
  const library = make("ul", { class: "facts" });
  const doubt = make("p", { class: "doubt", hidden: true });
  const alert = make("p", { class: "alert", role: "alert", hidden: true });
  const { form, teacher, suit, again } = order(props, (given) => trigger("begin", given), (given) => trigger("weigh", given));
  teacher.addEventListener("change", show);
  const resume = make("button", { type: "button", class: "keep", onclick: () => trigger("resume", { job: training.id }) }, "Resume");
  const take = make("a", { class: "download" }, "Download the student");
  const stages = make("ol", { class: "stages" });
  const badges = make("ul", { class: "badges" });
  const figure = make("div", { class: "curves" });
  const lines = make("ol");
  const log = make("details", { class: "log" }, make("summary", {}, "Log"), lines);
  const refused = make("details", { class: "refused" });
  const others = make("ul", { class: "others" });
  const fold = make("details", { class: "earlier", hidden: true }, make("summary", {}, "Other trainings"), others);
  const hint = make("div", { class: "hint" }, "A training goes on in the background, also when this page is closed. What it has learnt is drawn here.");
  const job = followed((which) => trigger("halt", which), [take, resume], [stages, badges, figure, log, refused]);
  element.replaceChildren(make("div", { class: "train" },
    make("section", { class: "plan" }, make("h3", {}, "What would be taught"), library, doubt, form, alert),
    make("div", { class: "going" }, hint, job.node, fold)));
  const draw = curves(figure);
  let training = null;
  let weighed = null;

  // Its times were told at `seen_s`; a second here is a second there.
  function clock() {
    if (!training) return;
    const { samples_s, best } = training.curve;
    const since = training.seen_s ? Math.max(0, Date.now() / 1000 - training.seen_s) : 0;
    const badge = (value, text) => make("li", {}, make("b", {}, value), ` ${text}`);
    badges.replaceChildren(...[
      training.spent_s ? badge(duration(training.spent_s + since), GOING.has(training.state) ? "so far" : "in all") : null,
      training.left_s === null ? null : badge(about(Math.max(0, training.left_s - since)), "left"),
      best ? badge(best.ccc.toFixed(3), `best mean CCC, after pass ${best.pass}`) : null,
      samples_s ? badge(count(samples_s), "crops a second") : null,
    ].filter(Boolean));
  }

  const stage = ({ name, state: at, seconds }) => make("li", { class: at, "aria-current": at === "now" && "step" }, make("span", {}, name),
    make("span", { class: "small" }, seconds >= 1 ? duration(seconds) : at === "done" && seconds !== null ? "< 1 s" : ""));

  function logged() {
    log.hidden = !training.log.length;
    const low = lines.scrollTop + lines.clientHeight >= lines.scrollHeight - 8;
    lines.replaceChildren(...training.log.map(([at, line]) => make("li", {}, make("time", {}, new Date(1000 * at).toLocaleTimeString()), ` ${line}`)));
    if (low) lines.scrollTop = lines.scrollHeight;
  }

  function running() {
    hint.hidden = Boolean(training);
    job.node.hidden = !training;
    if (!training) return;
    job.follow(training);
    resume.hidden = !training.resumable;
    take.hidden = !training.student;
    if (training.student) take.href = `/students/${encodeURIComponent(training.student)}.zip`;
    take.download = `${training.student}.zip`;
    stages.replaceChildren(...training.stages.map(stage));
    logged();
    refused.hidden = !training.refused_count;
    const open = refused.open;
    refused.replaceChildren(make("summary", {}, `${training.refused_count} clips could not be heard, and why`),
      make("ul", {}, ...training.refused.map(([path, reason]) => make("li", {}, make("code", {}, path), ` ${reason}`))));
    refused.open = open;
    clock();
    draw(training.curve, training.id);
  }

  function other({ id, title: name, state: how, message, resumable }) {
    return make("li", { class: how, "data-job": id }, make("div", { class: "line" }, make("b", {}, name), make("span", { class: "state" }, STATES[how]),
      GOING.has(how) ? make("button", { type: "button", class: "quiet", onclick: () => trigger("halt", { job: id }) }, "Cancel") : null,
      resumable ? make("button", { type: "button", class: "quiet", onclick: () => trigger("resume", { job: id }) }, "Resume") : null), make("p", { class: "small" }, message));
  }

  function show() {
    if (!props.value) return;
    const { plan, refusal } = props.value;
    const before = training && `${training.id} ${training.state}`;
    training = props.value.training;
    if (weighed && before !== (training && `${training.id} ${training.state}`)) again(); // by what is known now
    library.replaceChildren(...facts(plan, teacher.value));
    doubt.textContent = plan.lack || plan.doubt;
    doubt.hidden = !doubt.textContent;
    weighed = props.value.weighed ?? weighed;
    suit(plan, weighed ?? plan.estimate);
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
