// The fold of teachers. Events: "obtain" fetches one, "engage" labels with one, "halt" stops a job.

import { make } from "../axes.js";
import { progress } from "../job.js";

const LOOK_MS = 1500; // between looks while the fold is open and on show

export function mount(element, { trigger, server }) {
  const list = make("ul", { class: "jobs" });
  const fold = make("details", { class: "checks teachers", ontoggle: look },
    make("summary", {}, make("b", {}, "Teachers"), make("span", { class: "small" }, "others than the embedded one, and what they cost")),
    make("div", { class: "checkup" }, list));
  let asking = ""; // the teacher that somebody is asked about
  let drawn = "";
  let waiting = 0;
  element.replaceChildren(fold);

  async function look() {
    clearTimeout(waiting);
    if (fold.open) waiting = setTimeout(look, LOOK_MS);
    if (!fold.open || !fold.offsetParent) return;
    const { teachers, error } = await server.offered({});
    const now = JSON.stringify([teachers, error, asking]);
    if (now === drawn) return; // what is unchanged keeps its focus
    drawn = now;
    list.replaceChildren(...(error ? [make("li", { class: "alert" }, error)] : teachers.map(row)));
  }

  function send(event, told) {
    asking = "";
    trigger(event, told);
    look();
  }

  function ask(name) {
    asking = name;
    look();
  }

  const rights = ({ commercial }) => (commercial ? "what is distilled from it may be sold" : "what is distilled from it may not be sold");

  function button(name, text, act) {
    return make("button", { class: "quiet", type: "button", "aria-label": `${text} ${name}`, onclick: act }, text);
  }

  function offer(teacher) {
    const { name, here, going, fetchable, size } = teacher;
    if (going) return button(name, "Cancel", () => send("halt", { job: going.job }));
    if (here) return button(name, "Label with it", () => send("engage", { teacher: name }));
    return fetchable && asking !== name ? button(name, `Fetch ${size}…`, () => ask(name)) : null;
  }

  function question({ name, size, source, revision, licence, commercial }) {
    return make("div", { class: "agree" },
      make("p", {}, `Download ${size} from ${source} on the Hugging Face hub, at revision ${revision}? It is under ${licence}; ${rights({ commercial })}. Nothing of yours is sent.`),
      make("div", { class: "row" }, button(name, "Agree and fetch", () => send("obtain", { teacher: name })), button(name, "Not now", () => ask(""))));
  }

  function row(teacher) {
    const { name, title, licence, here, going, fetchable, missing, wrong, size } = teacher;
    return make("li", { class: "job", "data-teacher": name },
      make("div", { class: "line" }, make("b", {}, name), make("span", { class: "of", title }, title), make("span", { class: "state" }, here ? "here" : size || "not here"), offer(teacher)),
      going ? progress(going.progress).track : null, going ? make("p", { class: "small" }, going.message) : null,
      make("p", { class: "small" }, "commercial" in teacher ? `${licence}; ${rights(teacher)}` : missing),
      here || fetchable || !("commercial" in teacher) ? null : make("p", { class: "small" }, missing),
      wrong && !here && !going ? make("p", { class: "alert" }, wrong) : null,
      asking === name && !here && !going ? question(teacher) : null);
  }
}
