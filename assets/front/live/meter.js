// How loud the microphone is, and a light that stays on for two seconds when it was clipped.

import { make } from "../axes.js";

const QUIETEST_DB = -60;
const LIT_MS = 2000;
const DEAD = 30; // hops of nothing but zeros

// `dead()` is told once of a microphone that sends nothing at all.
export function meter(dead) {
  const fill = make("i");
  const light = make("span", { class: "clipped", title: "Lit while the sound is too loud for the microphone" }, "too loud");
  const node = make("div", { class: "meter" }, make("div", { class: "track", role: "meter", "aria-label": "Level" }, fill), light);
  let zeros = 0;
  let timer = 0;
  return {
    node,
    show(peak, clipped) {
      fill.style.transform = `scaleX(${Math.max(0, 1 - (20 * Math.log10(Math.max(peak, 1e-4))) / QUIETEST_DB)})`;
      zeros = peak > 0 ? 0 : zeros + 1;
      if (zeros === DEAD) dead();
      if (!clipped) return;
      light.classList.add("lit");
      clearTimeout(timer);
      timer = setTimeout(() => light.classList.remove("lit"), LIT_MS);
    },
    rest() { fill.style.transform = "scaleX(0)"; zeros = 0; },
  };
}

// The lowest and highest of each 25 ms of hops that follow one another, 1 is full scale.
export function bars() {
  const SIZE = 400;
  let left = new Int16Array(0);
  return (pcm) => {
    const all = new Int16Array(left.length + pcm.length);
    all.set(left);
    all.set(pcm, left.length);
    const found = [];
    for (let start = 0; start + SIZE <= all.length; start += SIZE) {
      let [low, high] = [0, 0];
      for (let i = start; i < start + SIZE; i += 1) {
        if (all[i] < low) low = all[i];
        if (all[i] > high) high = all[i];
      }
      found.push([low / 2 ** 15, high / 2 ** 15]);
    }
    left = all.slice(found.length * SIZE);
    return found;
  };
}
