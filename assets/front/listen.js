// The Listen tab: sound comes in by file, microphone or sample, Python answers, the player shows it.
// Python's answers arrive as `props.value`, a message with a `state`; the events are "analyse", "halt" and "keep".

import { clock, make } from "./axes.js";
import { player } from "./player.js";
import { record } from "./recorder.js";

const LONGEST_S = 600;
const DENIED = "The microphone could not be opened; allow it for this page in the browser, or drop a file.";
const UNREACHED = "Etude did not answer; is it still running?";

export function mount(element, { props, trigger, watch }) {
  const input = make("input", { type: "file", accept: "audio/*,video/*", hidden: true, onchange: () => { if (input.files[0]) send(input.files[0], input.files[0].name); input.value = ""; } });
  const level = make("i", { class: "level" });
  const mic = make("button", { type: "button", class: "record", onclick: toggleRecording }, make("i", { class: "lamp" }), make("span", {}, "Record"));
  const drop = make("div", { class: "drop" }, input,
    make("p", { class: "lead" }, "Drop a voice recording here"),
    make("div", { class: "row" }, make("button", { type: "button", class: "choose", onclick: () => input.click() }, "Choose a file"), mic),
    level, make("p", { class: "small" }, "Up to ten minutes. Nothing is kept unless you say so."));
  const samples = make("div", { class: "samples" }, ...(props.samples ?? []).map(card));
  const alert = make("p", { class: "alert", role: "alert", hidden: true });
  const fill = make("i");
  const working = make("div", { class: "working", hidden: true }, make("div", { class: "track" }, fill), make("span", {}, "Listening"),
    make("button", { type: "button", class: "quiet", onclick: halt }, "Cancel"));
  const keep = make("button", { type: "button", class: "keep", onclick: () => trigger("keep", { take: view.clip.id }) }, "Keep in library");
  const result = make("div");
  element.replaceChildren(make("div", { class: "listen" },
    make("div", { class: "inputs" }, drop, make("section", {}, make("h4", {}, "Or try a synthetic voice"), samples)), alert, working, result));
  const view = player(result, keep);
  let stop = null;
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

  // Every request has a number, and its answers carry it; what comes too late is not shown. Work that has begun is
  // stopped; before its first answer Gradio has no name for it yet.
  function request() {
    say("");
    if (begun) trigger("halt");
    begun = false;
    asked += 1;
    return asked;
  }

  function halt() {
    request();
    busy(null);
  }

  function ask(what) {
    const of = request();
    busy(0);
    for (const each of samples.children) each.classList.toggle("chosen", each.dataset.file === what.sample);
    trigger("analyse", { ...what, of });
  }

  function busy(done) {
    working.hidden = done === null;
    fill.style.width = `${100 * (done ?? 0)}%`;
  }

  async function send(sound, name) {
    const mine = request();
    busy(0);
    let why = UNREACHED;
    try {
      const answer = await fetch(`/takes?name=${encodeURIComponent(name)}`, { method: "POST", body: sound });
      const { id, error } = await answer.json();
      if (mine !== asked) return;
      if (id) return ask({ take: id });
      why = error;
    } catch { /* said below */ }
    if (mine !== asked) return;
    busy(null);
    say(why);
  }

  async function toggleRecording() {
    if (stop) {
      const finish = stop;
      stop = null;
      mic.classList.remove("on");
      mic.lastChild.textContent = "Record";
      level.style.width = 0;
      send(await finish(), `Recording ${new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" })}.wav`);
      return;
    }
    say("");
    view.pause();
    try {
      stop = await record((peak, seconds) => {
        if (!stop) return;
        level.style.width = `${100 * Math.min(1, Math.sqrt(peak))}%`;
        mic.lastChild.textContent = `Stop  ${clock(seconds)}`;
        if (seconds > LONGEST_S - 1) toggleRecording();
      });
      mic.classList.add("on");
    } catch {
      say(DENIED);
    }
  }

  for (const [event, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    drop.addEventListener(event, (dragged) => {
      dragged.preventDefault();
      drop.classList.toggle("over", over);
      const file = event === "drop" && dragged.dataTransfer.files[0];
      if (file) send(file, file.name);
    });
  }

  function kept(yes) {
    keep.textContent = yes ? "Kept in library" : "Keep in library";
    keep.disabled = yes;
  }

  const answers = {
    working({ done }) { begun = true; busy(done); },
    failed({ why }) { begun = false; busy(null); say(why); },
    kept: () => kept(true),
    again: () => view.clip && ask({ take: view.clip.id }),
    done({ clip }) { begun = false; busy(null); say(""); kept(clip.kept); view.show(clip, asked > 0); },
  };

  function hear() {
    const { state, of } = props.value ?? {};
    if (of === undefined || of === null || of === asked) answers[state]?.(props.value);
  }

  watch("value", hear);
  hear();
}
