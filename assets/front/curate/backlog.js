// Beside the desk: who rates and how far they are, the clips to come with why, and the rater's own answers.

import { AXES, make, number } from "../axes.js";

const SAID = { accept: "accepted", reject: "rejected", skip: "skipped" };
const clips = (count) => (count === 1 ? "one clip" : `${count.toLocaleString("en")} clips`);

export function scores({ verdict, raw }) {
  if (verdict !== "correct") return [SAID[verdict]];
  return AXES.map(({ key }, axis) => make("i", { class: key }, raw[axis] === null ? "·" : String(raw[axis])));
}

function turn(item, place, open) {
  return make("li", {}, make("button", { type: "button", class: "turn", "data-clip": item.clip, "aria-current": place ? null : "true", onclick: () => open(item) },
    make("b", {}, item.title), make("span", { class: "small" }, item.about), item.why[0] ? make("span", { class: "why" }, item.why[0]) : null));
}

function answer(item, open) {
  return make("li", {}, make("button", { type: "button", class: "turn", onclick: () => open(item) },
    make("b", {}, item.title), make("span", { class: "scored" }, item.flag ? "⚑ " : "", ...scores(item))));
}

function progress({ today, left }) {
  const parts = [[today.random, "by chance"], [today.repeat, "repeated"]].filter(([count]) => count).map(([count, text]) => `${count} ${text}`);
  return [make("b", {}, `${today.done} today`), parts.length ? ` (${parts.join(", ")})` : "", left ? `, ${clips(left)} left` : ""];
}

export function backlog(root, { open, again }) {
  const told = make("p", { class: "small progress" });
  const list = make("ol", { class: "queue" });
  const own = make("ol", { class: "queue" });
  const fold = make("details", { class: "own", ontoggle: listOwn }, make("summary", {}, "Your answers"), own);
  root.append(make("aside", { class: "backlog" }, told, list, fold));
  let made = [];

  function listOwn() {
    if (fold.open) own.replaceChildren(...made.map((item) => answer(item, again)));
  }

  return function show(state) {
    told.replaceChildren(...progress(state));
    list.replaceChildren(...state.queue.map((item, place) => turn(item, place, open)));
    fold.hidden = !state.made.length;
    if (made !== state.made) { ({ made } = state); listOwn(); }
  };
}

// What was answered of one clip, newest first; each can be said again.
export function past(rows, restore) {
  if (!rows.length) return [make("p", { class: "small" }, "Nothing yet that can be shown.")];
  return rows.map((row) => make("div", { class: `answer${row.undone ? " undone" : ""}` },
    make("span", { class: "scored" }, row.flag ? "⚑ " : "", ...scores(row), row.verdict === "accept" && row.adv[0] !== null ? ` ${row.adv.map((value) => number(value)).join(" / ")}` : ""),
    make("span", {}, row.rater), make("span", { class: "small" }, [new Date(1000 * row.at).toLocaleString(), row.blind ? "blind" : "", row.undone ? "taken back" : "", row.note ? `“${row.note}”` : ""].filter(Boolean).join(" · ")),
    make("button", { type: "button", class: "quiet", onclick: () => restore(row) }, "Restore")));
}
