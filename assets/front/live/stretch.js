// What one takes away from a live session: marks, stretches that become clips, the whole as WAV and CSV.

import { make } from "../axes.js";

const LAST_S = 10; // what is kept where no stretch is chosen
const AWAY = "Etude does not answer; is it still running?";

// `link` is the wire, `view` the chart; `say` and `complain` write a sentence.
export function stretches(link, view, say, complain) {
  const word = make("input", { type: "text", maxlength: 120, placeholder: "Mark 1", "aria-label": "Word of the next mark", onkeydown: ({ key }) => key === "Enter" && mark() });
  const marker = make("button", { type: "button", class: "quiet", title: "Mark this moment (m)", onclick: mark }, "Mark");
  const keeper = make("button", { type: "button", class: "keep", title: "Drag over the traces to choose a stretch", onclick: keep });
  const files = ["wav", "csv"].map((kind) => make("button", { type: "button", class: "quiet", title: `Download the session as ${kind.toUpperCase()}`, onclick: () => download(kind) }, kind.toUpperCase()));
  const node = make("div", { class: "bar takes" }, word, marker, keeper, make("span", { class: "small" }, "Download"), ...files);
  let marks = []; // { t, word, told }
  let stretch = null;
  let telling = false;

  function label() {
    keeper.textContent = stretch ? `Keep ${(stretch[1] - stretch[0]).toFixed(1)} s in library` : `Keep the last ${LAST_S} s`;
    word.placeholder = `Mark ${marks.length + 1}`;
    for (const button of [marker, keeper, ...files]) button.disabled = !link.id;
  }

  function mark() {
    if (!link.id) return;
    const made = { t: view.heard, word: word.value.trim() || word.placeholder, told: false };
    marks.push(made);
    word.value = "";
    view.flag(made.t, made.word, "mark");
    label();
    tell();
  }

  // A mark is told once its sound was; again, if Etude was started again.
  async function tell() {
    if (telling) return;
    telling = true;
    for (const made of marks.filter((each) => !each.told && each.t <= link.heard && each.t >= link.first)) {
      const { error } = await link.ask("mark", { t: made.t, word: made.word });
      if (error === AWAY) break;
      made.told = true;
      if (error) complain(error);
    }
    telling = false;
  }

  async function keep() {
    const [start, end] = stretch ?? [link.heard - LAST_S, link.heard];
    keeper.disabled = true;
    const { said, error } = await link.ask("keep", { start: Math.max(link.first, start), end: Math.min(link.heard, end) });
    keeper.disabled = false;
    if (error) return complain(error);
    say(said);
    view.choice(null);
  }

  // Asked for first, so that what can't be had is said here and not by the browser.
  async function download(kind) {
    const address = `/live/${link.id}.${kind}`;
    const first = new AbortController();
    const answer = await fetch(address, { signal: first.signal }).catch(() => null);
    if (!answer?.ok) return complain(answer ? await answer.text() : AWAY);
    first.abort();
    make("a", { href: address, download: `live.${kind}` }).click();
  }

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "m" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && node.offsetParent) mark();
  });
  label();
  return {
    node, tell,
    choose(chosen) { stretch = chosen; label(); },
    clear() { marks = []; stretch = null; label(); },
    opened() { for (const made of marks) made.told = false; label(); },
  };
}
