// Light and dark: colours come from the style sheet, so whoever draws reads them here and draws again on a switch.

export const FONT = "'IBM Plex Sans', system-ui, sans-serif";
const listeners = new Set();

export function palette() {
  const style = getComputedStyle(document.querySelector(".gradio-container"));
  const colour = (name) => style.getPropertyValue(name).trim();
  return {
    axes: [colour("--arousal"), colour("--dominance"), colour("--valence")],
    text: colour("--body-text-color"),
    quiet: colour("--body-text-color-subdued"),
    wave: colour("--wave"),
    silence: colour("--silence"),
    panel: colour("--block-background-fill"),
    grid: "rgba(128,140,160,.25)",
  };
}

export function onTheme(redraw) {
  listeners.add(redraw);
}

export function setTheme(dark) {
  document.body.classList.toggle("dark", dark);
  localStorage.setItem("etude-theme", dark ? "dark" : "light");
}

export function watchTheme() {
  const asked = new URLSearchParams(location.search).get("__theme");
  const kept = localStorage.getItem("etude-theme");
  if (!asked && kept) document.body.classList.toggle("dark", kept === "dark");
  let dark = document.body.classList.contains("dark");
  new MutationObserver(() => {
    if (dark === document.body.classList.contains("dark")) return;
    dark = !dark;
    listeners.forEach((redraw) => redraw());
  }).observe(document.body, { attributeFilter: ["class"] });
}
