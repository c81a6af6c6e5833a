// Between page and Etude: numbered hops go out, one request at a time, and what waits meanwhile is merged. What was sent
// stays here for ten minutes, so that a request that failed, or an Etude that was started again, costs no sound.

import { socket } from "./socket.js";

const RATE = 16_000;
const KEPT = 600 * RATE; // samples
const AT_ONCE = 100 * RATE;
const AGAIN_MS = 400;
const POLL_MS = 100; // of a microphone that Etude itself hears
const AWAY = "Etude does not answer; is it still running?";

// The samples from number `from` on.
function samples(hops, from) {
  const fresh = hops.map(({ number, pcm }) => pcm.subarray(Math.max(0, from - number)));
  const pcm = new Int16Array(fresh.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const piece of fresh) {
    pcm.set(piece, filled);
    filled += piece.length;
  }
  return pcm;
}

// `told` has: opened(answer, first), answered(answer, hops, milliseconds), away(seconds that wait, whether a login is
// wanted), back(away for so many seconds, samples that never came, whether Etude was started again), failed(sentence).
export function wire(server, told) {
  const asked = { student: "live", teacher: "" };
  let hops = []; // of the last ten minutes
  let total = 0; // samples, of all hops
  let heard = 0; // by Etude
  let id = null;
  let first = 0; // the sample that its session begins with
  let computer = null; // the microphone that Etude hears itself: { device }
  let busy = null; // the request that is in flight
  let wanted = false;
  let away = 0; // since when
  let anew = false; // Etude was started again meanwhile
  let timer = 0;

  const talk = socket();
  const ask = (name, what) => server[name](what).catch(() => null);

  async function open() {
    const source = computer ? { source: "computer", ...computer } : {};
    const answer = await ask("open", { ...asked, ...source });
    if (!answer || answer.error) return answer;
    ({ id } = answer);
    heard = first = hops[0]?.number ?? total;
    told.opened(answer, first);
    return answer;
  }

  function waiting() {
    const from = hops.findIndex(({ number, pcm }) => number + pcm.length > heard);
    if (from < 0) return [];
    return hops.slice(from, from + (10 * AT_ONCE) / RATE);
  }

  async function say() {
    const sent = computer ? [] : waiting();
    const number = Math.max(heard, sent[0]?.number ?? heard);
    const began = performance.now();
    const answer = await talk.say(id, { number, ...asked }, samples(sent, number));
    if (!answer || answer.error || answer.gone) return answer;
    ({ heard } = answer);
    if (computer) total = heard;
    if (away || answer.gap) told.back(away ? (performance.now() - away) / 1000 : 0, answer.gap, anew);
    away = 0;
    anew = false;
    told.answered(answer, sent, performance.now() - began);
    return answer;
  }

  // One request; whether another should follow at once.
  async function turn() {
    const answer = await (id ? say() : open());
    if (!answer) {
      away ||= performance.now();
      told.away((total - heard) / RATE, talk.locked);
      again(AGAIN_MS);
      return false;
    }
    if (answer.error) {
      wanted = false;
      told.failed(answer.error);
      return false;
    }
    if (answer.gone) {
      id = null;
      anew = true;
      away ||= performance.now();
    }
    if (computer && id) again(POLL_MS);
    return wanted && (!id || (!computer && heard < total));
  }

  function again(milliseconds) {
    clearTimeout(timer);
    if (wanted) timer = setTimeout(flush, milliseconds);
  }

  async function turns() {
    while (await turn());
    busy = null;
  }

  function flush() {
    busy ??= turns();
    return busy;
  }

  return {
    asked,
    get id() { return id; },
    get wanted() { return wanted; }, // nothing has failed for good
    get first() { return first / RATE; },
    get heard() { return heard / RATE; },
    get total() { return total; },
    // End the session, and count from sample 0 again.
    drop() {
      talk.close();
      if (id) ask("close", { id });
      clearTimeout(timer);
      [hops, total, heard, id, first, away, anew, computer] = [[], 0, 0, null, 0, 0, false, null];
      wanted = false;
    },
    // Begin or go on, with a microphone of the browser (null) or of this computer.
    async use(device) {
      await this.settle();
      if (device && id) {
        const answer = await ask("computer", { id, on: true, ...device });
        if (!answer || answer.error) throw new Error(answer?.error ?? AWAY);
      }
      computer = device;
      wanted = true;
      const first = flush();
      if (computer) await first; // or it can't be opened
    },
    // Hops count on from whatever microphone was heard before.
    add(pcm) {
      hops.push({ pcm, number: total, at: performance.now() });
      total += pcm.length;
      while (total - hops[0].number > KEPT) hops.shift();
      flush();
    },
    // Tell what is left, and no more until there is something new.
    async settle() {
      await busy;
      if (!computer) return;
      clearTimeout(timer);
      if (id) await turn();
      clearTimeout(timer);
      computer = null;
      if (id) await ask("computer", { id, on: false });
    },
    async ask(name, what) {
      return (await ask(name, { id, ...what })) ?? { error: AWAY };
    },
  };
}
