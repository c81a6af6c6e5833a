// What is chosen in the Live tab: microphone, student, teacher. It survives a reload.

import { make } from "../axes.js";
import { microphones } from "./mic.js";

const KEY = "etude-live";
const HERE = "computer"; // begins the value of a microphone that Etude hears itself
const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

const kept = () => { try { return JSON.parse(localStorage.getItem(KEY)) ?? {}; } catch { return {}; } };

function select(label, changed) {
  const node = make("select", { "aria-label": label, onchange: changed });
  return { node, label: make("label", { class: "choice" }, make("span", { class: "small" }, label), node) };
}

// Options are [value, text] pairs; a choice that is not offered falls to the first.
function offer(node, options, chosen) {
  const before = [...node.options].map(({ value, text }) => [value, text]);
  if (JSON.stringify(before) !== JSON.stringify(options)) node.replaceChildren(...options.map(([value, text]) => make("option", { value }, text)));
  node.value = options.some(([value]) => value === chosen) ? chosen : options[0][0];
}

// `ask()` resolves to what Etude offers, or to null; `changed(name)` is told of "microphone", "student" or "teacher".
export function choices(ask, changed) {
  const asked = { microphone: "", student: "live", teacher: "", ...kept() };
  const selects = Object.fromEntries([["microphone", "Microphone"], ["student", "Student"], ["teacher", "Teacher"]].map(([name, label]) => [name, select(label, () => choose(name))]));
  const node = make("div", { class: "choices" }, ...Object.values(selects).map(({ label }) => label));
  let why = ""; // this computer has no microphone

  function choose(name) {
    asked[name] = selects[name].node.value;
    localStorage.setItem(KEY, JSON.stringify(asked));
    changed(name);
  }

  async function refresh() {
    const [offers, found] = await Promise.all([ask(), microphones()]);
    if (!offers || offers.error) return;
    why = offers.no_microphone;
    const here = offers.microphones.map(({ id, name }) => [`${HERE} ${id}`, `This computer: ${name}`]);
    offer(selects.microphone.node, [
      ["", "The browser’s choice"], ...found.map(({ deviceId, label }, i) => [deviceId, label || `Microphone ${i + 1}`]),
      ...(LOOPBACK.includes(location.hostname) ? (here.length ? here : [[HERE, "This computer, heard by Etude itself"]]) : []),
    ], asked.microphone);
    offer(selects.student.node, [["live", `live: ${offers.live}`], ...offers.students.map((name) => [name, name])], asked.student);
    const teachers = offers.teachers.map(({ name, title }) => [name, title]);
    offer(selects.teacher.node, teachers, asked.teacher || "embedded");
    for (const name of ["student", "teacher"]) asked[name] = selects[name].node.value;
  }

  for (const { node: each } of Object.values(selects)) each.addEventListener("focus", refresh);
  navigator.mediaDevices?.addEventListener("devicechange", refresh);
  return {
    node, asked, refresh,
    // { browser: device } or { computer: { device } }, or a sentence that says why not.
    get microphone() {
      if (!asked.microphone.startsWith(HERE)) return { browser: asked.microphone };
      const [, number] = asked.microphone.split(" ");
      return number === undefined && why ? { why } : { computer: number === undefined ? {} : { device: Number(number) } };
    },
    get why() { return asked.microphone === HERE ? why : ""; },
  };
}
