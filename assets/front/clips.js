// The library's table: filter, page, pick, delete. Events: "look", "pick", "discard".

import { AXES, clip01, make, number } from "./axes.js";

const PAUSE_MS = 250; // of typing, before the filter is asked for
const EMPTY = "Nothing here yet. Import a folder above, or keep something you listened to.";

// Left alone while nothing changes, so that a list somebody has opened stays open.
function offer(select, first, names, chosen) {
  const wanted = JSON.stringify([names, chosen]);
  if (select.dataset.offered === wanted) return;
  select.dataset.offered = wanted;
  select.replaceChildren(...["", ...names].map((name) => make("option", { value: name, selected: name === chosen }, name || first)));
}

function values(adv) {
  if (!adv) return make("span", { class: "none" }, "–");
  if (adv[0] === null) return make("span", { class: "none" }, "no speech");
  return make("span", { class: "bars" }, ...AXES.map(({ key, name }, axis) =>
    make("i", { class: key, title: `${name} ${number(adv[axis])}`, style: `--part:${clip01(adv[axis])}` }, number(adv[axis]))));
}

export function mount(element, { props, trigger, watch }) {
  const text = make("input", { type: "search", placeholder: "Filter by name", "aria-label": "Filter by name", oninput: () => { clearTimeout(wait); wait = setTimeout(look, PAUSE_MS); } });
  const corpus = make("select", { "aria-label": "Corpus", onchange: look });
  const speaker = make("select", { "aria-label": "Speaker", onchange: look });
  const chip = make("span", { class: "chip" });
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
  const heads = [all, "Clip", "Speaker", "Length", "A · D · V"];
  element.replaceChildren(make("section", { class: "clips" }, make("div", { class: "filters" }, text, corpus, speaker, chip),
    make("table", {}, make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))), body),
    make("div", { class: "pager" }, count, discard, back, on), sure));
  const chosen = new Set();
  let picked = null;
  let said = ""; // by the teacher, of the clip that was picked
  let wait = 0;
  let group = ""; // of the health report, whose clips alone are shown

  const page = () => props.value?.clips ?? [];

  function look(turn) {
    const next = Number.isInteger(turn) ? props.value.page + turn : 0;
    trigger("look", { text: text.value.trim(), corpus: corpus.value, speaker: speaker.value, group, page: next });
  }

  // Whoever asks for a group asks for all of it: what was typed before is gone.
  function gather({ group: asked = "", title = "", text: typed = "" }) {
    chip.hidden = !asked;
    chip.replaceChildren(title, make("button", { type: "button", "aria-label": `Show more than ${title}`, onclick: () => { group = ""; look(); } }, "×"));
    if (asked && asked !== group) text.value = typed;
    group = asked;
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
      make("td", { class: "speaker" }, clip.speaker), make("td", { class: "length" }, `${clip.duration_s.toFixed(1)} s`), make("td", {}, values(clip.adv)));
  }

  function tally() {
    discard.hidden = !chosen.size;
    discard.textContent = `Delete ${chosen.size}`;
    question.textContent = `Delete ${chosen.size === 1 ? "one clip" : `${chosen.size} clips`} with sound and labels? People's corrections stay.`;
    all.checked = page().length > 0 && page().every(({ id }) => chosen.has(id));
  }

  function show() {
    const { total = 0, pages = 1, page: current = 0, corpora = [], speakers = [] } = props.value ?? {};
    offer(corpus, "All corpora", corpora, props.value?.corpus);
    offer(speaker, "All speakers", speakers, props.value?.speaker);
    gather(props.value ?? {});
    const nothing = group || text.value || corpus.value || speaker.value ? "No clip matches." : EMPTY;
    body.replaceChildren(...(page().length ? page().map(row) : [make("tr", {}, make("td", { colspan: heads.length, class: "nothing" }, nothing))]));
    count.textContent = total ? `${total} ${total === 1 ? "clip" : "clips"}, page ${current + 1} of ${pages}` : "";
    back.disabled = current === 0;
    on.disabled = current + 1 >= pages;
    tally();
    if (page().some(({ id }) => id === picked) && sayingOf(picked) !== said) pick(picked);
  }

  watch("value", show);
  show();
}
