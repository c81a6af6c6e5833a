// The clips that people disagree on most: everybody's answer on each axis; one that is clicked is heard. Event: "hear".

import { AXES, clip01, make, number } from "../axes.js";
import { player } from "../player/player.js";

const REJECTS = "can’t be used";

function track({ said, spread }, axis, { key, name }) {
  const dots = said.filter(({ adv }) => adv[axis] !== null).map(({ rater, adv }) =>
    make("i", { style: `left:${100 * clip01(adv[axis])}%`, title: `${rater}: ${name} ${number(adv[axis])}` }, rater.slice(0, 1).toUpperCase()));
  return make("td", { class: key }, make("div", { class: "opinions" }, ...dots), make("span", { class: "small" }, spread[axis] > 0 ? number(spread[axis]) : ""));
}

export function mount(element, { props, trigger, watch }) {
  const body = make("tbody");
  const shown = make("div");
  const heads = ["Clip", ...AXES.map(({ name }) => name), "Rejected by"];
  const box = make("section", { class: "disputed", hidden: true }, make("h4", {}, "What they disagree on most"),
    make("p", { class: "small" }, "Everybody’s answer, low to high, by their first letter, and how far apart they lie. Choose a clip to hear it."),
    make("div", { class: "scroller" }, make("table", { class: "disputes" }, make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))), body)), shown);
  element.replaceChildren(box);
  const view = player(shown);
  let picked = null;
  let heard = null;

  function hear(id) {
    picked = id;
    list();
    trigger("hear", { id });
  }

  function row(clip) {
    const rejected = clip.said.filter(({ verdict }) => verdict === "reject").map(({ rater }) => rater);
    return make("tr", { class: clip.id === picked ? "picked" : "", tabindex: 0, "data-clip": clip.id, onclick: () => hear(clip.id), onkeydown: (event) => { if (event.key === "Enter") hear(clip.id); } },
      make("th", { scope: "row", title: clip.name }, clip.name.split("/").pop(), make("span", { class: "small" }, clip.speaker)),
      ...AXES.map((axis, place) => track(clip, place, axis)), make("td", { class: "small", title: rejected.length ? REJECTS : "" }, rejected.join(", ")));
  }

  function list() {
    body.replaceChildren(...(props.value?.clips ?? []).map(row));
  }

  function show() {
    if (!props.value) return;
    box.hidden = !props.value.clips.length;
    list();
    const next = props.value.heard;
    if (next && next.id !== heard) view.show(next, true);
    if (next) heard = next.id;
  }

  watch("value", show);
  show();
}
