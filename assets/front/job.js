// A job in the background, as every component shows it: its title, its state, how far it is, what it says.

import { make } from "./axes.js";

export const STATES = { queued: "waiting", running: "running", done: "done", failed: "failed", cancelled: "cancelled" };
export const GOING = new Set(["queued", "running"]);

export function progress(share = 0) {
  const fill = make("i");
  const track = make("div", { class: "track", role: "progressbar", "aria-label": "Progress" }, fill);
  function tell(now) {
    fill.style.width = `${100 * now}%`;
    track.setAttribute("aria-valuenow", Math.round(100 * now));
  }
  tell(share);
  return { track, tell };
}

// The section of the one that a tab is about: `buttons` stand before Cancel, `rest` below what it says.
export function followed(halt, buttons, rest) {
  let id = "";
  const title = make("h3");
  const state = make("span", { class: "state" });
  const cancel = make("button", { type: "button", class: "quiet", onclick: () => halt({ job: id }) }, "Cancel");
  const { track, tell } = progress();
  const note = make("p", { class: "small message", role: "status" });
  const node = make("section", { class: "training", hidden: true }, make("header", {}, title, state, ...buttons, cancel), track, note, ...rest);
  return {
    node,
    follow(job) {
      id = node.dataset.job = job.id;
      node.className = `training ${job.state}`;
      title.textContent = job.title;
      state.textContent = STATES[job.state];
      cancel.hidden = track.hidden = !GOING.has(job.state);
      tell(job.progress);
      note.textContent = job.message;
    },
  };
}
