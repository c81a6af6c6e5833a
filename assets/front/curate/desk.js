// The desk: one clip in view, one key a decision. A key is painted at once from what is here already; Etude is told
// over `server`, and the next clip plays only once Etude has said that everything before it is kept.

import { AXES, clock, make } from "../axes.js";
import { backlog, past } from "./backlog.js";
import { blindness, entrance, remember, remembered } from "./entrance.js";
import { keys, sheet } from "./keys.js";
import { outbox } from "./outbox.js";
import { SPEEDS, reel } from "./reel.js";
import { scales } from "./scales.js";
import { sitting } from "./sitting.js";
import { stopwatch } from "./stopwatch.js";
import { strips } from "./strips.js";
import { supply } from "./supply.js";

const IDLE_MS = 5000; // between two looks for clips where there are none
const STEP_S = 1;
const later = (work) => requestAnimationFrame(() => setTimeout(work)); // once what changed is painted
const SHOWN = { accept: "Accepted", correct: "Kept", reject: "Rejected", skip: "Skipped" };

export function mount(element, { server }) {
  const me = remembered();
  const open = new Set(); // clips whose answers were seen
  const { state, ...moves } = sitting();
  const box = outbox(send, heard);
  let inView = null; // the clip that is painted
  let due = null; // the clip that plays as soon as it may
  let word = ""; // what is said of the last key

  const button = (name, text, key, kind = "quiet") => make("button", { type: "button", class: kind, "data-does": name, onclick: () => does[name]() }, text, make("kbd", {}, key));
  const root = make("section", { class: "desk" });
  const title = make("h3");
  const about = make("p", { class: "small about" });
  const why = make("p");
  const legend = make("ul", { class: "legend" }, make("li", { class: "solid" }, "teacher"), make("li", { class: "dotted" }, "student"));
  const play = make("button", { type: "button", class: "play", "aria-label": "Play", title: "Play or pause (space)", onclick: () => does.play() });
  const time = make("output", { class: "time", "aria-live": "off" });
  const speed = make("select", { class: "speed", "aria-label": "Speed", title: "Speed ( [ and ] )", onchange: () => sound.pace(Number(speed.value)) },
    ...SPEEDS.map((rate) => make("option", { value: rate }, `${rate}×`)));
  const loop = make("button", { type: "button", class: "quiet loop", title: "Over and over (l); drag over the picture to choose a stretch", onclick: () => does.loop() }, "loop");
  const accept = button("enter", "Accept", "Enter", "choose");
  const flag = button("flag", "Flag", "f");
  const note = make("input", { type: "text", class: "note", maxlength: 500, placeholder: "Note (n)", "aria-label": "Note", autocomplete: "off",
    oninput: () => { state.draft.note = note.value; }, onkeydown: (event) => { if (["Enter", "Escape"].includes(event.key)) note.blur(); } });
  const status = make("p", { class: "status small", role: "status" });
  const alert = make("p", { class: "alert", role: "alert", hidden: true });
  const rows = make("div", { class: "rows" });
  const record = make("details", { class: "past", ontoggle: showPast }, make("summary", {}, "History of this clip"), rows);
  const who = make("button", { type: "button", class: "quiet who", title: "Somebody else rates", onclick: () => enter({ rater: "" }) });
  const blind = blindness(() => enter({ ...me, blind: blind.checked }));
  const overlap = make("select", { "aria-label": "Raters for each clip", title: "How many people rate each clip, for everybody", onchange: () => ask("settle", { overlap: Number(overlap.value) }).then(heard) },
    ...[1, 2, 3, 4, 5].map((count) => make("option", { value: count }, `${count} ${count === 1 ? "rater" : "raters"} a clip`)));
  const help = make("button", { type: "button", class: "icon-button", "aria-label": "Keys", title: "Keys (?)", onclick: () => does.sheet() }, "?");
  const left = make("div", { class: "aside" }, make("div", { class: "row" }, who, help), make("label", { class: "switch" }, blind, make("b", {}, "Blind first")), overlap);
  const body = make("div", { class: "bench" });
  const nothing = make("p", { class: "hint", hidden: true }, "No clip waits for you. Import recordings in the Library tab; new ones appear here by themselves.");
  const work = make("div", { class: "work", hidden: true }, left, body);
  root.append(alert, work);
  element.replaceChildren(root);
  const door = entrance(root, enter);
  const list = backlog(left, { open: (item) => { moves.open(item); say(""); paint(); }, again: (item) => { moves.open(item); record.open = true; say(""); paint(); } });
  const watch = stopwatch(root);
  const sound = reel(body, moved, turned);
  body.append(nothing, make("div", { class: "clip" },
    make("header", {}, make("div", {}, title, about), make("div", { class: "bar" }, play, time, speed, loop)), make("div", { class: "why" }, why, legend)));
  const clip = body.lastChild;
  const view = strips(clip, { seek: (at) => sound.seek(at), choose: (from, to) => sound.choose(from, to) });
  const scale = scales(clip, { rate: (axis, score) => { moves.rate(axis, score); say(""); paint(); }, choose: (axis) => { state.draft.axis = axis; paint(); } });
  clip.append(make("div", { class: "verdicts" }, accept, button("reject", "Reject", "x"), button("skip", "Skip", "s"), button("undo", "Undo", "z"), flag, note), status, record);
  const showKeys = sheet(root);

  const ask = (name, what = {}) => server[name]({ rater: me.rater, blind: me.blind, ...what });
  const stock = supply((clips) => ask("look", { clips }), arrived);
  const picture = () => stock.get(state.clip);
  const fetchAhead = () => stock.ahead(state.queue);

  function send(acts) {
    return ask("send", { acts: acts.map((act) => ({ rater: me.rater, ...act })) });
  }

  // An answer, or null where there was none.
  function heard(answer) {
    if (answer?.queue && answer.rater === me.rater) {
      moves.merge(answer, box.waiting);
      overlap.value = answer.overlap;
    }
    if (answer?.refused?.length) say(answer.refused.at(-1).why);
    if (answer?.error) say(answer.error);
    if (state.revealed && picture()?.hidden) stock.forget(state.clip);
    paint();
    fetchAhead();
    if (record.open) showPast();
  }

  async function enter(chosen) {
    const before = { ...me };
    Object.assign(me, chosen);
    const answer = await ask("enter");
    if (answer?.error) { Object.assign(me, before); alert.hidden = false; alert.textContent = answer.error; return; }
    if (!answer) { setTimeout(() => enter(me), IDLE_MS); say(""); paint(); return; }
    alert.hidden = true;
    remember(me);
    door.form.hidden = Boolean(me.rater);
    work.hidden = !me.rater;
    sound.pause();
    if (!me.rater) { door.show(answer.raters, { ...before, blind: me.blind }); return; }
    who.textContent = me.rater;
    blind.checked = me.blind;
    stock.clear();
    moves.reset();
    say("");
    inView = null;
    heard(answer);
  }

  function arrived(shown) {
    view.prepare(shown);
    if (shown.audio) sound.ready(shown.audio);
    if (shown.id !== state.clip) return;
    inView = null;
    paint();
  }

  function say(text) { word = text; }

  function tell(act) {
    later(box.flush);
    return box.add({ ...act, rater: me.rater });
  }

  function decide(key) {
    if (!state.clip) return;
    let act = null;
    try { act = moves.decide(key, picture(), watch.seconds()); } catch (refused) { say(refused.message); paint(); return; }
    if (act) {
      moves.told(tell({ ...act, blind: act.blind && !open.has(act.clip) }).token);
      say(state.revealed ? "Kept. Now you see the machine’s answer: change yours, or go on." : `${SHOWN[act.verdict]}.`);
    } else say("");
    paint();
    later(fetchAhead);
  }

  const does = {
    enter: () => decide("enter"),
    reject: () => decide("reject"),
    skip: () => decide("skip"),
    undo() {
      const act = moves.undo();
      if (act) tell(act);
      say(act ? "Taken back." : "There is nothing to take back.");
      paint();
      later(fetchAhead);
    },
    rate: ({ key }) => { moves.rate(state.draft.axis, Number(key)); say(""); paint(); },
    flag: () => { state.draft.flag = !state.draft.flag; paint(); },
    note: () => note.focus(),
    play: () => sound.toggle(),
    back: () => sound.seek(sound.seconds - STEP_S),
    on: () => sound.seek(sound.seconds + STEP_S),
    slower: () => sound.faster(-1),
    faster: () => sound.faster(1),
    loop: () => sound.loop(),
    sheet: showKeys,
  };
  AXES.forEach(({ key }, axis) => { does[key] = () => { state.draft.axis = axis; paint(); }; });

  async function showPast() {
    if (!record.open || !state.clip) return;
    const answer = await ask("past", { clip: state.clip });
    if (answer?.history && answer.clip === state.clip) rows.replaceChildren(...past(answer.history, (row) => { tell({ act: "restore", clip: row.clip, id: row.id }); say("Restored."); }));
  }

  async function fetchSound(shown) {
    if (shown.id !== state.clip) return;
    due = shown.id;
    if (await sound.load(shown.audio)) begin();
  }

  // Plays the clip in view if it is its turn: its sound is here, and what was decided before it is on Etude's disk.
  function begin() {
    if (due === null || due !== state.clip || box.waiting.length || !watch.seen || state.revealed) return;
    due = null;
    sound.play();
  }

  // Called in every frame while something plays, so that nothing is touched that is as it was.
  function moved() {
    const shown = picture();
    const told = shown?.duration_s ? `${clock(sound.seconds)} / ${clock(shown.duration_s)}` : "";
    if (time.textContent !== told) time.textContent = told;
    if (told) view.place(sound.seconds, sound.stretch);
  }

  function turned() {
    play.classList.toggle("playing", sound.playing);
    speed.value = sound.speed;
    loop.classList.toggle("on", sound.looping);
    moved();
  }

  function newClip(shown) {
    inView = state.clip;
    title.textContent = shown?.title ?? state.queue[0]?.title ?? "";
    about.textContent = shown?.error ?? shown?.about ?? state.queue[0]?.about ?? "";
    watch.start();
    record.open = false;
    rows.replaceChildren();
    sound.pause();
    if (shown?.audio) later(() => fetchSound(shown));
    if (shown) view.show(shown);
    if (shown?.teacher) open.add(shown.id);
    root.dataset.drawn = shown ? state.clip : "";
  }

  function paint() {
    const shown = picture();
    const { draft } = state;
    clip.hidden = !state.clip;
    nothing.hidden = Boolean(state.clip) || !me.rater;
    if (inView !== state.clip) newClip(shown);
    why.textContent = shown?.hidden ? "Blind: the machine’s answer is shown after yours." : (state.queue[0]?.why ?? []).join(" ");
    legend.hidden = !shown?.teacher;
    scale(draft.raw, draft.axis, shown?.teacher?.adv, shown?.student?.adv);
    accept.firstChild.textContent = state.revealed && !draft.touched ? "Next" : draft.touched || shown?.hidden ? "Keep" : "Accept";
    flag.setAttribute("aria-pressed", String(draft.flag));
    if (document.activeElement !== note) note.value = draft.note;
    status.textContent = word;
    list(state);
    Object.assign(root.dataset, { clip: state.clip ?? "", waiting: box.waiting.length, phase: state.revealed ? "revealed" : "rating", hidden: String(Boolean(shown?.hidden)) });
    if (box.away) {
      const count = box.waiting.length;
      alert.textContent = `Etude does not answer. ${count === 1 ? "One decision is" : `${count} decisions are`} kept in this browser and told as soon as it is back.`;
    }
    if (me.rater) alert.hidden = !box.away;
    moved();
    begin();
  }

  // So that the next key is the desk's.
  element.addEventListener("click", ({ detail, target }) => detail && target.closest("button, [type=checkbox]")?.blur());
  element.addEventListener("change", ({ target }) => target.closest("select")?.blur());
  setInterval(() => { if (me.rater && !state.clip && watch.seen && !box.waiting.length) ask("enter").then(heard); }, IDLE_MS);
  keys(root, does);
  box.flush();
  enter(me);
}
