// Playing: one audio element, a playhead over the figure, seeking by clicking on it, speed, and the keys.

import { clock, make } from "../axes.js";
import { toPixel, toSeconds } from "./traces.js";

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];
const STEP_S = 1;

export function transport(bar, plot, figure, moved) {
  const audio = make("audio", { preload: "auto" });
  const button = make("button", { class: "play", type: "button", "aria-label": "Play", title: "Play or pause (space)", onclick: toggle });
  const time = make("output", { class: "time", "aria-live": "off" });
  const speed = make("select", { class: "speed", "aria-label": "Speed", title: "Speed ( [ and ] )", onchange: pace },
    ...SPEEDS.map((rate) => make("option", { value: rate, selected: rate === 1 }, `${rate}×`)));
  const hearing = make("div", { class: "hearing" });
  const head = make("div", { class: "playhead" });
  let clip = null;
  let tick = 0;
  bar.prepend(button, time, speed);
  plot.append(hearing, head, audio);

  function toggle() {
    if (!clip) return;
    if (audio.paused) audio.play().catch(() => {}); else audio.pause();
  }

  function pace() {
    audio.defaultPlaybackRate = audio.playbackRate = Number(speed.value);
  }

  function seek(seconds) {
    if (!clip) return;
    audio.currentTime = Math.min(clip.duration_s - 0.01, Math.max(0, seconds));
    place();
  }

  // The band around the playhead is what one point of the trace has heard.
  function place() {
    if (!clip || !figure._fullLayout?.xaxis?._length) return;
    const { _offset: left, _length: width } = figure._fullLayout.xaxis;
    const at = toPixel(figure, audio.currentTime);
    const visible = at >= left - 1 && at <= left + width + 1;
    head.hidden = !visible;
    head.style.transform = `translateX(${at}px)`;
    const half = (clip.teacher?.trace?.window_s ?? 0) / 2;
    const from = Math.max(left, toPixel(figure, audio.currentTime - half));
    const to = Math.min(left + width, toPixel(figure, audio.currentTime + half));
    hearing.hidden = !half || !started() || to <= from;
    hearing.style.left = `${from}px`;
    hearing.style.width = `${to - from}px`;
    time.textContent = `${clock(audio.currentTime)} / ${clock(clip.duration_s)}`;
    moved(started() ? audio.currentTime : null);
  }

  const started = () => !audio.ended && (audio.currentTime > 0 || !audio.paused);

  function run() {
    place();
    tick = audio.paused ? 0 : requestAnimationFrame(run);
  }

  for (const event of ["play", "pause", "ended"]) {
    audio.addEventListener(event, () => {
      button.classList.toggle("playing", !audio.paused);
      button.setAttribute("aria-label", audio.paused ? "Play" : "Pause");
      cancelAnimationFrame(tick);
      run();
    });
  }
  audio.addEventListener("seeked", place);

  // A press that does not travel is a seek; one that does is Plotly's zoom.
  plot.addEventListener("pointerdown", (down) => {
    if (!clip || down.button !== 0) return;
    addEventListener("pointerup", (up) => {
      if (Math.hypot(up.clientX - down.clientX, up.clientY - down.clientY) < 4) seek(toSeconds(figure, up.clientX - plot.getBoundingClientRect().left));
    }, { once: true });
  }, true);

  // A player that has left the page hears its keys no more: its plot has no place in it.
  function key(event) {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable], [role='tab']");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !plot.offsetParent || !clip) return;
    const turn = { "[": -1, "]": 1 }[event.key];
    if (event.key === " " && !event.target.closest?.("button, a")) toggle();
    else if (event.key === "ArrowLeft") seek(audio.currentTime - STEP_S);
    else if (event.key === "ArrowRight") seek(audio.currentTime + STEP_S);
    else if (turn) pace(speed.selectedIndex = Math.min(SPEEDS.length - 1, Math.max(0, speed.selectedIndex + turn)));
    else return;
    event.preventDefault();
  }
  document.addEventListener("keydown", key);

  return {
    load(next) {
      const same = clip?.audio === next.audio;
      clip = next;
      if (!same) { audio.pause(); audio.src = clip.audio; }
      place();
    },
    place,
    stop: () => audio.pause(),
    focus: () => button.focus({ preventScroll: true }),
  };
}
