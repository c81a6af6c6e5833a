// The Live tab: somebody speaks, both traces follow. What is recorded goes out by `wire`, what is answered is drawn.

import { clock, make } from "../axes.js";
import { badges } from "./badges.js";
import { chart } from "./chart.js";
import { choices } from "./choices.js";
import { bars, meter } from "./meter.js";
import { listen } from "./mic.js";
import { stretches } from "./stretch.js";
import { wire } from "./wire.js";
import { pad } from "../player/pad.js";
import { values } from "../player/values.js";

const RATE = 16_000;
const TRAIL_S = 5;
const PATIENCE_S = 0.15; // without an answer, until sound is drawn alone
const QUIET = { peak: 0, clipped: 0 };
const MUTED = "The microphone sends nothing but silence; is it muted, or switched off?";
const CAUTION = "These numbers say how listeners tend to rate speech that sounds like this, not what this person feels. The sound stays on this machine, and is deleted with the page or ten minutes after the last of it.";

const told = (seconds) => `${seconds.toFixed(1)} s`;
const adv = (point) => point && point.slice(1, 4);

export function mount(element, { server }) {
  const alert = make("p", { class: "alert", role: "alert", hidden: true });
  const note = make("p", { class: "small note", role: "status" });
  const label = make("span", {}, "Record");
  const record = make("button", { type: "button", class: "record", onclick: () => turn(state === "on" || state === "paused" ? end : start) }, make("i", { class: "lamp" }), label);
  const pause = make("button", { type: "button", class: "quiet", hidden: true, onclick: () => turn(state === "on" ? rest : goOn) }, "Pause");
  const newest = make("button", { type: "button", class: "quiet newest", hidden: true, onclick: () => view.newest() }, "Back to now");
  const level = meter(() => say(MUTED));
  const speed = badges();
  const side = make("div", { class: "side" });
  const chosen = choices(() => server.offers({}).catch(() => null), changed);
  const view = chart({ look: show, choose: (stretch) => takes.choose(stretch), follow: (yes) => { newest.hidden = yes; } });
  const link = wire(server, { opened, answered, away, back, failed });
  const takes = stretches(link, view, say, complain);
  const body = make("div", { class: "body" }, make("div", { class: "plot" }, make("div", { class: "bar" }, legend(), newest), view.node), side);
  element.replaceChildren(make("section", { class: "player live-player" },
    make("div", { class: "bar controls" }, record, pause, level.node, chosen.node), alert, note, body, takes.node, speed.node, make("p", { class: "caution" }, CAUTION)));
  const plane = pad(side);
  const table = values(side);
  let state = "idle"; // on, paused, over
  let mic = null;
  let levels = bars();
  let fresh = []; // levels that are not drawn yet
  let loud = { ...QUIET }; // since the meter was
  let expected = 0; // the number of the microphone's next sample
  let missed = 0; // samples
  let answers = null; // the models that answer
  let awayAt = -Infinity;

  function legend() {
    return make("ul", { class: "legend" }, make("li", {}, "teacher"), make("li", { class: "dotted" }, "student"), make("li", { class: "silent" }, "nobody speaks"), make("li", { class: "waits" }, "teacher not there yet"));
  }

  function complain(text) {
    Object.assign(alert, { textContent: text, hidden: !text });
  }

  function say(text) { note.textContent = text; }

  function become(next) {
    state = next;
    Object.assign(element.firstChild.dataset, { state, total: link.total });
    record.classList.toggle("on", state === "on");
    pause.hidden = !["on", "paused"].includes(state);
    pause.textContent = state === "on" ? "Pause" : "Go on";
    if (state !== "on") level.rest();
    time();
  }

  function time() {
    label.textContent = ["on", "paused"].includes(state) ? `Stop  ${clock(link.total / RATE)}` : "Record";
  }

  // One change at a time.
  function turn(how) {
    record.disabled = pause.disabled = true;
    return how().catch((error) => complain(error.message)).finally(() => { record.disabled = pause.disabled = false; });
  }

  async function start() {
    link.drop();
    view.clear();
    takes.clear();
    [levels, fresh, missed, answers] = [bars(), [], 0, null];
    say("");
    await goOn();
  }

  async function goOn() {
    complain("");
    const { microphone: { browser, computer, why }, asked: { student, teacher } } = chosen;
    if (why) throw new Error(why);
    Object.assign(link.asked, { student, teacher });
    try {
      await link.use(computer ?? null);
      expected = 0;
      if (!computer) mic = await listen(browser, { hop, lost });
    } catch (error) {
      become(link.total ? "paused" : "idle");
      if (!link.total) link.drop();
      throw error;
    }
    if (!link.wanted) return halt(); // it was said why
    become("on");
    if (mic?.said) say(mic.said);
    chosen.refresh(); // microphones have names only now
  }

  function hush() {
    const open = mic;
    mic = null;
    return open?.stop();
  }

  async function halt() {
    await hush();
    await link.settle();
    if (fresh.length) heed();
  }

  async function rest() {
    await halt();
    become("paused");
    view.flag(link.total / RATE, "paused", "pause");
  }

  async function end() {
    await halt();
    become("over");
  }

  async function changed(name) {
    complain(chosen.why);
    if (name !== "microphone") link.asked[name] = chosen.asked[name];
    else if (state === "on") await turn(() => halt().then(goOn));
  }

  function lost(sentence) {
    mic = null;
    become("paused");
    complain(sentence);
  }

  function hop(data) {
    if (data.number !== expected) complain(`${told((data.number - expected) / RATE)} of sound were lost in the browser.`);
    expected = data.number + data.pcm.length;
    link.add(data.pcm);
    loud = { peak: Math.max(loud.peak, data.peak), clipped: loud.clipped + data.clipped };
    fresh.push(...levels(data.pcm));
    if (link.total / RATE - view.heard > PATIENCE_S) heed(); // else with the answer: one frame for both
  }

  // Draw what was recorded.
  function heed() {
    if (fresh.length) level.show(loud.peak, loud.clipped);
    view.sound(fresh, link.total / RATE);
    [fresh, loud] = [[], { ...QUIET }];
    time();
  }

  function opened({ teacher, student }, first) {
    answers = { teacher, student };
    takes.opened();
    if (first) say(`Etude was started again: what was said before ${clock(first / RATE)} can’t be kept or downloaded any more.`);
  }

  function answered(answer, sent, milliseconds) {
    if (answer.levels.length) {
      fresh.push(...answer.levels);
      loud = { peak: Math.max(...answer.levels.flat().map(Math.abs)), clipped: 0 };
    }
    if (link.total / RATE > view.heard) heed();
    missed += answer.gap;
    const points = view.answers(answer);
    whoAnswers(answer);
    speed.answered(answer, view.lines.teacher.last && Math.max(0, link.heard - view.lines.teacher.last[0]), missed);
    show(null);
    takes.tell();
    painted(sent, { milliseconds, took: answer.took_ms, points });
  }

  // How long each hop took until its answer is on the screen.
  function painted(sent, detail) {
    requestAnimationFrame(() => {
      const after = new MessageChannel(); // its message comes once the frame is painted
      after.port1.onmessage = () => {
        const waits = sent.map(({ at }) => performance.now() - at);
        if (waits.length) speed.screen(waits.at(-1));
        element.dispatchEvent(new CustomEvent("painted", { bubbles: true, detail: { ...detail, waits } }));
      };
      after.port2.postMessage(0);
    });
  }

  function whoAnswers({ models, refused }) {
    for (const who of ["student", "teacher"]) {
      if (answers[who].name === models[who].name) continue;
      view.flag(link.heard, models[who].title, "swap");
      say(`${models[who].title} has taken over at ${clock(link.heard)}.`);
    }
    answers = models;
    element.firstChild.dataset.student = models.student.name;
    if (refused) complain(refused);
  }

  // Values at a moment, or the newest.
  function show(t) {
    const [teacher, student] = ["teacher", "student"].map((who) => (t === null ? view.lines[who].last : view.lines[who].at(t, who === "teacher" ? 0.5 : 0.06)));
    const at = t ?? view.heard;
    const caption = !student && !teacher ? "No value yet; speak" : student?.[4] ? "nobody speaks; held" : "";
    table.move(adv(teacher), adv(student), `${clock(at)}  ${caption}`);
    plane.move(adv(teacher), adv(student));
    plane.trace(Object.fromEntries(["teacher", "student"].map((who) => {
      const points = view.lines[who].between(at - TRAIL_S, at);
      return [who, { trace: { times: points, values: [1, 2, 3].map((axis) => points.map((point) => point[axis])) } }];
    })));
  }

  function away(waits_s, locked) {
    awayAt = performance.now();
    complain(`${locked ? "Etude wants a login: log in on another page of this browser." : "Etude does not answer."} ${told(waits_s)} of sound wait here, and are sent as soon as it does.`);
  }

  function back(seconds, gap, anew) {
    awayAt = performance.now();
    complain("");
    const lack = gap ? `${told(gap / RATE)} of sound were missed` : "no sound was missed";
    say(`${anew ? "Etude was started again" : "Etude was away"} for ${told(seconds)}; ${lack}.${anew ? " Other tabs want a reload of the page once you are done here." : ""}`);
  }

  async function failed(sentence) {
    await hush();
    become(link.total ? "over" : "idle");
    complain(sentence);
  }

  // Gradio reloads the page when its server was away; that would end the session.
  window.navigation?.addEventListener("navigate", (event) => {
    if (event.navigationType === "reload" && event.cancelable && link.total && performance.now() - awayAt < 60_000) event.preventDefault();
  });
  addEventListener("beforeunload", (event) => { if (["on", "paused"].includes(state)) event.preventDefault(); });
  addEventListener("pagehide", () => { if (link.id) navigator.sendBeacon(`/live/${link.id}/close`); });
  become("idle");
  show(null);
  chosen.refresh();
}
