// Figures drawn with Plotly, which the page loads meanwhile.

import { onTheme, palette } from "./theme.js";

export const CONFIG = { displayModeBar: false, doubleClick: "reset", responsive: false };

export const plotly = () => new Promise((ready) => {
  const look = () => (window.Plotly ? ready() : setTimeout(look, 20));
  look();
});

// Draws when the node has a width and again when that changes: a hidden tab has none.
export function whenSeen(node, redraw) {
  let width = 0;
  new ResizeObserver(() => {
    if (node.clientWidth === width) return;
    width = node.clientWidth;
    if (width) redraw();
  }).observe(node);
  onTheme(redraw);
}

// Returns what shows a view in `node`, drawn anew if it is another than before. `id` says whose it is: a zoom outlives a
// view of the same one.
export function figure(node, data, layout) {
  let shown = null;
  let drawn = "";

  async function redraw() {
    if (!shown || !node.clientWidth) return;
    await plotly();
    const colours = palette();
    await window.Plotly.react(node, data(shown.view, colours), layout(shown.view, colours, shown.id), CONFIG);
    if (node._fullLayout.width !== node.clientWidth) await window.Plotly.Plots.resize(node);
    node.dataset.drawn = shown.id;
  }

  whenSeen(node, redraw);
  return (view, id) => {
    const next = JSON.stringify([view, id]);
    if (next === drawn) return;
    drawn = next;
    shown = { view, id };
    redraw();
  };
}
