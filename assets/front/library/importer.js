// Bringing clips in, and the jobs that do it. Events: "bring", "teach", "halt".

import { make } from "../axes.js";
import { GOING, progress, STATES } from "../job.js";

const LABELLING = "Label with the teacher";

export function mount(element, { props, trigger, watch }) {
  const folder = make("input", { type: "text", name: "folder", placeholder: "/path/to/a/folder/of/recordings", "aria-label": "Folder on this machine", required: true, autocomplete: "off", spellcheck: "false" });
  const form = make("form", { class: "bring", onsubmit: bring }, folder, make("button", { class: "choose", type: "submit" }, "Import folder"),
    make("button", { class: "quiet label", type: "button", onclick: () => trigger("teach") }, LABELLING));
  const list = make("ul", { class: "jobs" });
  const earlier = make("ul", { class: "jobs" });
  const fold = make("details", { class: "earlier" }, make("summary", {}, "Earlier"), earlier);
  element.replaceChildren(make("div", { class: "importer" }, form,
    make("p", { class: "small" }, "Sound is copied into Etude's own folder; the originals stay as they are. Importing the same sound twice changes nothing."), list, fold));

  function bring(event) {
    event.preventDefault();
    trigger("bring", { folder: folder.value.trim() });
    form.reset();
  }

  function refusals({ refused, refused_count }) {
    if (!refused_count) return null;
    const rest = refused_count - refused.length;
    return make("details", {}, make("summary", {}, `${refused_count} refused, and why`),
      make("ul", {}, ...refused.map(([path, reason]) => make("li", {}, make("code", {}, path), ` ${reason}`)), rest ? make("li", {}, `and ${rest} more`) : null));
  }

  function row(job) {
    const going = GOING.has(job.state);
    return make("li", { class: `job ${job.state}`, "data-job": job.id },
      make("div", { class: "line" }, make("b", {}, job.title), make("span", { class: "of", title: job.of }, job.of), make("span", { class: "state" }, STATES[job.state]),
        going ? make("button", { class: "quiet", type: "button", onclick: () => trigger("halt", { job: job.id }) }, "Cancel") : null),
      going ? progress(job.progress).track : null, make("p", { class: "small" }, job.message), refusals(job));
  }

  // A list that somebody has opened stays open while the job goes on.
  function fill(into, jobs) {
    const open = new Set([...into.querySelectorAll("details[open]")].map((each) => each.closest("li").dataset.job));
    into.replaceChildren(...jobs.map(row));
    for (const each of into.querySelectorAll("details")) each.open = open.has(each.closest("li").dataset.job);
  }

  function show() {
    const { jobs = [], clips = 0 } = props.value ?? {};
    const fresh = Math.max(1, jobs.filter(({ state }) => GOING.has(state)).length);
    fill(list, jobs.slice(0, fresh));
    fill(earlier, jobs.slice(fresh));
    fold.hidden = jobs.length <= fresh;
    form.querySelector(".label").disabled = !clips;
  }

  watch("value", show);
  show();
}
