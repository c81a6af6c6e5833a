// The health of the data: bars, maps and findings, each of which shows its clips in the table. Events: "check", "reveal".

import { AXES, make } from "../axes.js";

const PAIRS = [[0, 1], [0, 2], [1, 2]];
const THIRDS = [0, 1, 2];
const clips = (count) => (count === 1 ? "one clip" : `${count.toLocaleString("en")} clips`);

export function mount(element, { props, trigger, watch }) {
  const told = make("span", { class: "small" });
  const body = make("div", { class: "checkup" });
  const fold = make("details", { class: "checks", ontoggle: show }, make("summary", {}, make("b", {}, "Health of the data"), told), body);
  element.replaceChildren(fold);
  let drawn = "";

  function part(kind, key, count, title, style, ...inner) {
    const reveal = () => {
      trigger("reveal", { group: key });
      document.querySelector("#clips")?.scrollIntoView({ block: "nearest", behavior: "smooth" });
    };
    const said = `${title}: ${clips(count)}`;
    return make("button", { type: "button", class: kind, "data-key": key, title: said, "aria-label": said, style, disabled: !count, onclick: reveal }, ...inner);
  }

  function histogram({ key, name, low, high }, { histograms, edges }) {
    const counts = histograms[key];
    const most = Math.max(1, ...counts);
    const span = edges.at(-1) - edges[0];
    const tick = (value) => make("i", { style: `left:${(100 * (value - edges[0])) / span}%` }, String(value));
    return make("figure", { class: key }, make("figcaption", {}, make("b", {}, name), make("span", { class: "small" }, `${low} to ${high}`)),
      make("div", { class: "columns" }, ...counts.map((count, bar) =>
        part("column-bar", `${key}:${bar}`, count, `${name} ${edges[bar].toFixed(2)} to ${edges[bar + 1].toFixed(2)}`, `--part:${count / most}`))),
      make("div", { class: "ticks" }, ...[0, 0.5, 1].map(tick)));
  }

  function map([a, b], { maps, corners }) {
    const name = `${AXES[a].key}-${AXES[b].key}`;
    const cells = maps[name];
    const most = Math.max(1, ...cells.flat());
    const words = (i, axis) => [axis.low, "middling", axis.high][i];
    const cell = (i, j) => {
      const corner = corners.find(({ key }) => key === `${name}:${i}:${j}`);
      return part(`cell${corner?.lacks ? " lacks" : ""}`, `${name}:${i}:${j}`, cells[i][j], `${words(i, AXES[a])}, ${words(j, AXES[b])}`, `--part:${cells[i][j] / most}`, cells[i][j].toLocaleString("en"));
    };
    return make("figure", { class: "map" }, make("span", { class: "up" }, `${AXES[a].name} →`), make("div", { class: "cells" },
      ...THIRDS.flatMap((row) => THIRDS.map((j) => cell(2 - row, j)))), make("span", { class: "along" }, ...[AXES[b].low, AXES[b].name, AXES[b].high].map((word) => make("i", {}, word))));
  }

  function lacking({ corners, labelled }) {
    const few = corners.filter(({ lacks }) => lacks).map(({ words, count }) => `${words} (${count})`);
    if (!labelled) return "No clip is labelled yet: press “Label with the teacher” above.";
    return few.length ? `Few clips are ${few.join(", ")}: there the student will guess.` : "Every corner has clips.";
  }

  function findings({ findings, clips: all, unread }) {
    const rows = findings.map(({ key, title, count, sentence }) => make("li", {}, part("finding", key, count, sentence, null, make("b", {}, title), make("span", {}, sentence))));
    if (!rows.length && all && !unread) rows.push(make("li", { class: "small" }, "Nothing is wrong with the sound, and no clip is there twice."));
    return make("ul", { class: "findings" }, ...rows);
  }

  function reading({ unread, checking }) {
    if (!unread && checking === null) return null;
    const why = checking === null ? `The sound of ${clips(unread)} was not checked yet for noise, flat tops and copies.` : `The sound is being checked: ${Math.floor(100 * checking)} %`;
    return make("p", { class: "reading small" }, why, checking === null ? make("button", { type: "button", class: "quiet check", onclick: () => trigger("check") }, "Check the sound") : null);
  }

  function show() {
    const value = props.value;
    const state = JSON.stringify(value);
    told.textContent = !value?.clips ? "" : value.findings.length ? `${value.findings.length} ${value.findings.length === 1 ? "thing" : "things"} to look at` : value.unread ? "not checked yet" : "nothing to complain of";
    fold.hidden = !value?.clips;
    if (!value?.clips || !fold.open || state === drawn) return;
    drawn = state;
    body.replaceChildren(...[
      make("div", { class: "figures" }, ...AXES.map((axis) => histogram(axis, value))),
      make("div", { class: "figures maps" }, ...PAIRS.map((pair) => map(pair, value))),
      make("p", { class: "small" }, lacking(value)), make("p", { class: "small" }, value.voices), reading(value), findings(value)].filter(Boolean));
  }

  watch("value", show);
  show();
}
