// The keys of the desk, and the sheet that lists them.

import { make } from "../axes.js";

const SHEET = [
  ["space", "play, pause"], ["← →", "a second back, on"], ["[ ]", "slower, faster"], ["l", "over and over: the stretch that was dragged, or all"],
  ["a d v", "choose arousal, dominance, valence"], ["1 – 9", "rate, and on to the next scale"],
  ["Enter", "accept the teacher’s answer, or keep yours once a scale is touched"], ["x", "reject: not fit to learn from"], ["s", "skip: no answer"],
  ["z", "take back your last answer, and again the one before"], ["f", "flag for somebody to look at"], ["n", "write a note; Enter ends it"], ["?", "this sheet"],
];

export function sheet(root) {
  const dialog = make("dialog", { class: "sure keys", "aria-label": "Keys", onclick: ({ target }) => target === dialog && dialog.close() },
    make("h3", {}, "Keys"),
    make("dl", {}, ...SHEET.flatMap(([key, text]) => [make("dt", {}, ...key.split(" ").map((each) => make("kbd", {}, each))), make("dd", {}, text)])),
    make("div", { class: "row" }, make("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, "Close")));
  root.append(dialog);
  return () => (dialog.open ? dialog.close() : dialog.showModal());
}

// Calls `does[name](event)` for the keys meant for what is in `root`, while that is in view.
export function keys(root, does) {
  const names = { " ": "play", Enter: "enter", ArrowLeft: "back", ArrowRight: "on", "[": "slower", "]": "faster", "?": "sheet" };
  const letters = { a: "arousal", d: "dominance", v: "valence", x: "reject", s: "skip", z: "undo", f: "flag", n: "note", l: "loop" };

  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    const typing = target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !root.offsetParent) return;
    if (["Enter", " "].includes(key) && target.closest?.("button, a, summary, input")) return;
    if (key.startsWith("Arrow") && target.closest?.("[role='tab']")) return;
    if (document.querySelector("dialog[open]") && key !== "?") return;
    const name = /^[1-9]$/.test(key) ? "rate" : names[key] ?? letters[key.toLowerCase()];
    if (!does[name]) return;
    event.preventDefault();
    if (event.repeat && !key.startsWith("Arrow")) return; // a key that is held says nothing twice
    does[name](event);
  });
}
