// The sound on the desk: loaded whole before it is asked for, played at any speed with its pitch, a stretch of it over
// and over. It is never rewound by itself.

import { make } from "../axes.js";

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];
const KEPT = 8; // sounds at hand

// Sounds by their address, as addresses that need no asking.
function shelf() {
  const sounds = new Map();

  async function fetched(url) {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return URL.createObjectURL(await answer.blob());
  }

  return function get(url) {
    if (!sounds.has(url)) {
      const sound = fetched(url).catch(() => { sounds.delete(url); return null; });
      sounds.set(url, sound);
      const oldest = sounds.keys().next().value;
      if (sounds.size > KEPT) { sounds.get(oldest).then((old) => old && URL.revokeObjectURL(old)); sounds.delete(oldest); }
    }
    return sounds.get(url);
  };
}

// `moved()` is called when the place may have changed, `turned()` when anything else may have.
export function reel(root, moved, turned) {
  const audio = make("audio", { preload: "auto" });
  const ready = shelf();
  let loaded = null;
  let stretch = null;
  let looping = false;
  let tick = 0;
  audio.preservesPitch = true;
  root.append(audio);

  function run() {
    const end = stretch?.[1] ?? Infinity;
    if (looping && stretch && !audio.paused && audio.currentTime >= end) [audio.currentTime] = stretch;
    moved();
    cancelAnimationFrame(tick);
    tick = audio.paused ? 0 : requestAnimationFrame(run);
  }

  audio.addEventListener("ended", () => {
    if (!looping) return;
    audio.currentTime = stretch?.[0] ?? 0;
    audio.play().catch(() => {});
  });
  for (const event of ["play", "pause", "ended", "seeked", "ratechange"]) audio.addEventListener(event, () => { turned(); run(); });

  return {
    get seconds() { return audio.currentTime; },
    get playing() { return !audio.paused; },
    get speed() { return audio.playbackRate; },
    get looping() { return looping; },
    get stretch() { return stretch; },
    ready,
    // Resolves to whether the sound is there, and still wanted.
    async load(url) {
      if (loaded === url) return true;
      audio.pause();
      loaded = url;
      [stretch, looping] = [null, false];
      const sound = await ready(url);
      if (loaded !== url) return false;
      if (!sound) { loaded = null; return false; }
      audio.src = sound;
      turned();
      return true;
    },
    play: () => audio.play().catch(() => {}), // a page that was never touched may not
    pause: () => audio.pause(),
    toggle() { if (audio.paused) this.play(); else audio.pause(); },
    seek(seconds) { audio.currentTime = Math.max(0, Math.min(seconds, (audio.duration || 0) - 0.01)); run(); },
    pace(speed) { audio.defaultPlaybackRate = audio.playbackRate = speed; },
    faster(turn) { this.pace(SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, SPEEDS.indexOf(audio.playbackRate) + turn))]); },
    choose(from, to) {
      stretch = from === null ? null : [from, to];
      looping = stretch !== null;
      if (stretch) { this.seek(from); this.play(); }
      turned();
    },
    loop() { looping = !looping; turned(); },
  };
}
