// The library's table: filter, page, pick, delete, accept many. Events: "look", "pick", "discard".

import { AXES, clip01, make, number } from "../axes.js";
import { bulk } from "./bulk.js";
import { filters } from "./filters.js";

const EMPTY = "Nothing here yet. Import a folder above, or keep something you listened to.";
const SAID = { accept: "accepted", correct: "corrected", reject: "rejected", skip: "skipped" };

function values(adv) {
  if (!adv) return make("span", { class: "none" }, "–");
  if (adv[0] === null) return make("span", { class: "none" }, "no speech");
  return make("span", { class: "bars" }, ...AXES.map(({ key, name }, axis) =>
    make("i", { class: key, title: `${name} ${number(adv[axis])}`, style: `--part:${clip01(adv[axis])}` }, number(adv[axis]))));
}

function doubted(doubt) {
  if (doubt === null) return make("span", { class: "none" }, "–");
  return make("span", { class: "bar" }, make("i", { class: "doubted", style: `--part:${clip01(doubt)}` }, number(doubt)));
}

// The newest answer, and how many more there are; pointing at it tells whose they are.
function verdict(said) {
  if (!said.length) return make("span", { class: "none" }, "–");
  const newest = said.at(-1)[1];
  const others = said.length > 1 ? ` +${said.length - 1}` : "";
  return make("span", { class: `verdict ${newest}`, title: said.map(([rater, each]) => `${rater}: ${SAID[each]}`).join("\n") }, `${SAID[newest]}${others}`);
}

export function mount(element, { props, trigger, watch, server }) {
  const filter = filters(() => look());
  const many = bulk(server, () => filter.asked);
  const all = make("input", { type: "checkbox", "aria-label": "Select all on this page", onchange: () => { page().forEach(({ id }) => all.checked ? chosen.add(id) : chosen.delete(id)); show(); } });
  const body = make("tbody");
  const count = make("span", { class: "small count" });
  const discard = make("button", { type: "button", class: "quiet discard", onclick: () => sure.showModal() });
  const back = make("button", { type: "button", class: "quiet", "aria-label": "Previous page", onclick: () => look(-1) }, "‹");
  const on = make("button", { type: "button", class: "quiet", "aria-label": "Next page", onclick: () => look(1) }, "›");
  const question = make("p");
  const sure = make("dialog", { class: "sure" }, question, make("div", { class: "row" },
    make("button", { type: "button", class: "quiet", onclick: () => sure.close() }, "Keep them"),
    make("button", { type: "button", class: "danger", onclick: () => { sure.close(); trigger("discard", { ids: [...chosen] }); chosen.clear(); } }, "Delete")));
  const heads = [all, "Clip", "Speaker", "Length", "A · D · V", "Doubt", "Verdict"];
  filter.panel.append(many.node);
  element.replaceChildren(make("section", { class: "clips" }, filter.node,
    make("table", {}, make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))), body),
    make("div", { class: "pager" }, count, discard, back, on), sure));
  const chosen = new Set();
  let picked = null;
  let said = ""; // by the teacher, of the clip that was picked

  const page = () => props.value?.clips ?? [];

  function look(turn) {
    trigger("look", { ...filter.asked, page: Number.isInteger(turn) ? props.value.page + turn : 0 });
  }

  function sayingOf(id) {
    return JSON.stringify(page().find((clip) => clip.id === id)?.adv);
  }

  function pick(id) {
    picked = id;
    said = sayingOf(id);
    show();
    trigger("pick", { id });
  }

  function row(clip) {
    const box = make("input", { type: "checkbox", checked: chosen.has(clip.id), "aria-label": `Select ${clip.name}`, onclick: (event) => event.stopPropagation(),
      onchange: () => { chosen[box.checked ? "add" : "delete"](clip.id); tally(); } });
    return make("tr", { class: clip.id === picked ? "picked" : "", tabindex: 0, "data-clip": clip.id, onclick: () => pick(clip.id), onkeydown: (event) => { if (event.key === "Enter") pick(clip.id); } },
      make("td", {}, box), make("td", { class: "name", title: clip.name }, make("b", {}, clip.name.split("/").pop()), make("span", { class: "small" }, clip.corpus)),
      make("td", { class: "speaker" }, clip.speaker), make("td", { class: "length" }, `${clip.duration_s.toFixed(1)} s`), make("td", {}, values(clip.adv)),
      make("td", {}, doubted(clip.doubt)), make("td", {}, verdict(clip.said)));
  }

  function tally() {
    discard.hidden = !chosen.size;
    discard.textContent = `Delete ${chosen.size}`;
    question.textContent = `Delete ${chosen.size === 1 ? "one clip" : `${chosen.size} clips`} with sound and labels? People's corrections stay.`;
    all.checked = page().length > 0 && page().every(({ id }) => chosen.has(id));
  }

  function show() {
    const { total = 0, pages = 1, page: current = 0, bulk: last = null } = props.value ?? {};
    filter.show(props.value ?? {});
    many.show(last);
    const nothing = filter.any ? "No clip matches." : EMPTY;
    body.replaceChildren(...(page().length ? page().map(row) : [make("tr", {}, make("td", { colspan: heads.length, class: "nothing" }, nothing))]));
    count.textContent = total ? `${total.toLocaleString("en")} ${total === 1 ? "clip" : "clips"}, page ${(current + 1).toLocaleString("en")} of ${pages.toLocaleString("en")}` : "";
    back.disabled = current === 0;
    on.disabled = current + 1 >= pages;
    tally();
    if (page().some(({ id }) => id === picked) && sayingOf(picked) !== said) pick(picked);
  }

  watch("value", show);
  show();
}
