// The three axes in their one order, with the words at both ends, and how numbers are written.

export const AXES = [
  { key: "arousal", name: "Arousal", low: "calm", high: "excited" },
  { key: "dominance", name: "Dominance", low: "controlled", high: "in control" },
  { key: "valence", name: "Valence", low: "unpleasant", high: "pleasant" },
];

export const clip01 = (value) => Math.min(1, Math.max(0, value));
export const number = (value, digits = 2) => (value === null ? "–" : value.toFixed(digits).replace("-", "−"));
export const signed = (value) => (value === null ? "–" : (value <= -0.005 ? "−" : "+") + Math.abs(value).toFixed(2));

export function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}.${Math.floor((seconds % 1) * 10)}`;
}

export function bytes(size) {
  if (size === null) return "no weights";
  return size >= 1e6 ? `${(size / 1e6).toFixed(1)} MB` : `${(size / 1e3).toFixed(1)} kB`;
}

export const thousands = (count) => (count >= 1e6 ? `${(count / 1e6).toFixed(1)} M` : `${Math.round(count / 1e3)} K`);

// A trace's value at a time, or null where it states none.
export function at(trace, seconds) {
  const { times, values, hop_s } = trace;
  const index = Math.round((seconds - times[0]) / hop_s);
  const nearest = Math.min(times.length - 1, Math.max(0, index));
  if (Math.abs(times[nearest] - seconds) > Math.max(hop_s, trace.window_s / 2)) return [null, null, null];
  return values.map((axis) => axis[nearest]);
}

// Builds an element without ever reading text as markup.
export function make(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}
