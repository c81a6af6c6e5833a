// How sound comes in: dropped, chosen, or spoken into the microphone. `take(sound, name)` gets it, `fail(text)` is told
// why not, `begin()` is told that a recording starts.

import { clock, make } from "../axes.js";
import { record } from "./recorder.js";

const LONGEST_S = 600;
const DENIED = "The microphone could not be opened; allow it for this page in the browser, or drop a file.";

const now = () => new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });

function microphone(told) {
  const level = make("i", { class: "level" });
  const text = make("span", {}, "Record");
  const button = make("button", { type: "button", class: "record", onclick: turn }, make("i", { class: "lamp" }), text);
  let stop = null;

  function heard(peak, seconds) {
    if (!stop) return;
    level.style.width = `${100 * Math.min(1, Math.sqrt(peak))}%`;
    text.textContent = `Stop  ${clock(seconds)}`;
    if (seconds > LONGEST_S - 1) end();
  }

  async function start() {
    told.begin();
    stop = await record(heard);
    button.classList.add("on");
  }

  async function end() {
    const finish = stop;
    stop = null;
    button.classList.remove("on");
    text.textContent = "Record";
    level.style.width = 0;
    told.take(await finish(), `Recording ${now()}.wav`);
  }

  function turn() {
    button.disabled = true; // until the browser has asked for the microphone, or let go of it
    (stop ? end() : start()).catch(() => told.fail(DENIED)).finally(() => { button.disabled = false; });
  }

  return { button, level };
}

export function intake(told) {
  const { button, level } = microphone(told);
  const input = make("input", { type: "file", accept: "audio/*,video/*", hidden: true, onchange: () => { give(input.files[0]); input.value = ""; } });
  const zone = make("div", { class: "drop" }, input, make("p", { class: "lead" }, "Drop a voice recording here"),
    make("div", { class: "row" }, make("button", { type: "button", class: "choose", onclick: () => input.click() }, "Choose a file"), button),
    level, make("p", { class: "small" }, "Up to ten minutes. Nothing is kept unless you say so."));

  function give(file) {
    if (file) told.take(file, file.name);
  }

  for (const [event, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    zone.addEventListener(event, (dragged) => {
      dragged.preventDefault();
      zone.classList.toggle("over", over);
      if (event === "drop") give(dragged.dataTransfer.files[0]);
    });
  }
  return zone;
}
