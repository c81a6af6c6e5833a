// How fast a live session is: what was measured, in badges.

import { make } from "../axes.js";

const LATELY = 20; // answers

function middle(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

export function badges() {
  const names = {
    screen: ["from sound to screen", "From the last of 100 ms of sound, as it reaches the page, until its answer is painted"],
    student: ["student", "What hearing it takes, voice filter included"],
    pace: ["real time", "Seconds of sound that are heard in a second"],
    behind: ["teacher behind", "What was said since the sound that the teacher answered last"],
    missed: ["missed", "Sound that never reached Etude"],
  };
  const shown = Object.fromEntries(Object.keys(names).map((name) => [name, make("b", {}, "–")]));
  const node = make("ul", { class: "badges" }, ...Object.entries(names).map(([name, [text, title]]) => make("li", { title, class: name }, shown[name], ` ${text}`)));
  const lately = { screen: [], student: [], pace: [] };

  function take(name, value) {
    lately[name] = [...lately[name], value].slice(-LATELY);
    return middle(lately[name]);
  }

  return {
    node,
    screen(milliseconds) { shown.screen.textContent = `${Math.round(take("screen", milliseconds))} ms`; },
    answered({ took_ms, pace }, behind_s, missed) {
      if (pace !== null) {
        shown.student.textContent = `${take("student", took_ms.student).toFixed(1)} ms`;
        shown.pace.textContent = `${Math.round(take("pace", pace))}×`;
      }
      shown.behind.textContent = behind_s === null ? "–" : `${behind_s.toFixed(1)} s`;
      shown.missed.textContent = `${(missed / 16_000).toFixed(missed ? 2 : 0)} s`;
    },
  };
}
