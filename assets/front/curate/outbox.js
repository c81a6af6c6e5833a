// What was decided and has not been heard by Etude yet. It lies in the browser's storage until Etude has said yes to
// its token, and is sent again until then, in order: what is sent twice counts once. `add` keeps, `flush` sends.

const PREFIX = "etude-desk/";
const AGAIN_MS = 1000;
const AT_ONCE = 50;

// What pages that are gone have left unsent.
function left() {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  return keys.flatMap((key) => {
    const acts = JSON.parse(localStorage.getItem(key));
    localStorage.removeItem(key);
    return acts;
  });
}

// `send(acts)` resolves to an answer with the `settled` tokens, or to nothing if there was none; `heard(answer)` is told.
export function outbox(send, heard) {
  const key = PREFIX + crypto.randomUUID();
  let waiting = left();
  let busy = false;
  let away = false;

  function keep() {
    if (waiting.length) localStorage.setItem(key, JSON.stringify(waiting));
    else localStorage.removeItem(key);
  }

  async function flush() {
    if (busy || !waiting.length) return;
    busy = true;
    const answer = await send(waiting.slice(0, AT_ONCE));
    busy = false;
    away = !answer?.settled;
    if (away) setTimeout(flush, AGAIN_MS);
    else {
      const settled = new Set(answer.settled);
      waiting = waiting.filter(({ token }) => !settled.has(token));
      keep();
    }
    heard(away ? null : answer);
    if (!away) flush();
  }

  keep();
  return {
    get waiting() { return waiting; },
    get away() { return away; },
    add(act) {
      const told = { ...act, token: crypto.randomUUID() };
      waiting = [...waiting, told];
      keep();
      return told;
    },
    flush,
  };
}
