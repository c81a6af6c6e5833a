// The Listen tab: sound comes in by file, microphone or sample, Python answers, the player shows it.
// Python's answers arrive as `props.value`, a message with a `state`; the events are "analyse", "halt", "keep", and "settle": back to the live student.

import { make } from "../axes.js";
import { intake } from "./intake.js";
import { player } from "../player/player.js";

const UNREACHED = "Etude did not answer; is it still running?";

export function mount(element, { props, trigger, watch }) {
  const samples = make("div", { class: "samples" }, ...(props.samples ?? []).map(card));
  const alert = make("p", { class: "alert", role: "alert", hidden: true });
  const fill = make("i");
  const doing = make("span");
  const working = make("div", { class: "working", hidden: true }, make("div", { class: "track" }, fill), doing,
    make("button", { type: "button", class: "quiet", onclick: () => { request(); busy(null); } }, "Cancel"));
  const keep = make("button", { type: "button", class: "keep", onclick: () => trigger("keep", { take: view.clip.id }) });
  const tried = make("p", { class: "tried", hidden: true });
  const result = make("div");
  const view = player(result, tried, keep);
  const zone = intake({ take: send, fail: say, begin() { say(""); view.pause(); } });
  element.replaceChildren(make("div", { class: "listen" },
    make("div", { class: "inputs" }, zone, make("section", {}, make("h4", {}, "Or try a synthetic voice"), samples)), alert, working, result));
  let asked = 0;
  let begun = false;

  function card({ file, title, text, description }) {
    return make("button", { type: "button", class: "sample", "data-file": file, title: text, onclick: () => ask({ sample: file }) },
      make("b", {}, title), make("span", {}, description));
  }

  function say(text) {
    alert.textContent = text;
    alert.hidden = !text;
  }

  function busy(done, what = "Listening") {
    working.hidden = done === null;
    fill.style.width = `${100 * (done ?? 0)}%`;
    doing.textContent = what;
  }

  function kept(yes) {
    keep.textContent = yes ? "Kept in library" : "Keep in library";
    keep.disabled = yes;
  }

  // Said wherever a student answers that is not the live one.
  function trying({ name, live }) {
    tried.hidden = name === live;
    tried.replaceChildren("You hear ", make("b", {}, name), `; live is ${live}. `,
      make("button", { type: "button", class: "quiet", onclick: () => trigger("settle") }, `Back to ${live}`));
  }

  // Every request has a number, and its answers carry it; what comes too late is not shown. Work that has begun is
  // stopped; before its first answer Gradio has no name for it yet.
  function request() {
    say("");
    if (begun) trigger("halt");
    begun = false;
    asked += 1;
    return asked;
  }

  function ask(what) {
    const of = request();
    busy(0, "Waiting");
    for (const each of samples.children) each.classList.toggle("chosen", each.dataset.file === what.sample);
    trigger("analyse", { ...what, of });
  }

  async function send(sound, name) {
    const mine = request();
    busy(0, "Taking in the sound");
    const { id, error } = await fetch(`/takes?name=${encodeURIComponent(name)}`, { method: "POST", body: sound })
      .then((answer) => answer.json()).catch(() => ({ error: UNREACHED }));
    if (mine !== asked) return;
    if (id) return ask({ take: id });
    busy(null);
    say(error);
  }

  const answers = {
    working({ done }) { begun = true; busy(done); },
    failed({ why }) { begun = false; busy(null); say(why); },
    done({ clip, tried: who }) {
      begun = false;
      trying(who);
      busy(null);
      say("");
      kept(clip.kept);
      view.show(clip, asked > 0);
      if (samples.contains(document.activeElement)) view.focus(); // so that the space bar plays
    },
    kept: () => kept(true),
    again: () => view.clip && ask({ take: view.clip.id }),
  };

  function hear() {
    const { state, of } = props.value ?? {};
    if (of === undefined || of === null || of === asked) answers[state]?.(props.value);
  }

  watch("value", hear);
  hear();
}
