// One sound, heard and seen: transport, figure, pad, numbers, and what the models are. Used by Listen and Library.

import { at, make } from "../axes.js";
import { cards } from "./cards.js";
import { pad } from "./pad.js";
import { plotly } from "../plot.js";
import { onTheme } from "../theme.js";
import { draw } from "./traces.js";
import { transport } from "./transport.js";
import { values } from "./values.js";

const CAUTION = "A voice is no window on the mind: these numbers say how listeners tend to rate speech that sounds like this, "
  + "not what this person feels, means or will do.";
const LEGEND = [["solid", "teacher"], ["dotted", "student"], ["silent", "no speech"]];

export function player(root, ...actions) {
  const title = make("h3");
  const about = make("p", { class: "small about" });
  const notes = make("ul", { class: "notes", role: "status" });
  const legend = make("ul", { class: "legend" }, ...LEGEND.map(([kind, text]) => make("li", { class: kind }, text)));
  const bar = make("div", { class: "bar" }, legend);
  const figure = make("div", { class: "figure" });
  const plot = make("div", { class: "plot" }, figure);
  const side = make("aside", { class: "side" });
  const models = make("div", { class: "cards" });
  root.replaceChildren(make("article", { class: "player", hidden: true },
    make("header", {}, make("div", {}, title, about), make("div", { class: "actions" }, ...actions)), notes,
    make("div", { class: "body" }, make("div", { class: "main" }, bar, plot), side), models, make("p", { class: "caution" }, CAUTION)));
  const article = root.firstChild;
  const map = pad(side);
  const table = values(side);
  let clip = null;

  function moved(seconds) {
    if (!clip) return;
    const of = (who) => clip[who] && (seconds === null || !clip[who].trace ? clip[who].adv : at(clip[who].trace, seconds));
    map.move(of("teacher"), of("student"));
    table.move(of("teacher"), of("student"), seconds === null ? "Whole clip" : `At ${seconds.toFixed(1)} s`);
  }

  const controls = transport(bar, plot, figure, moved);

  async function redraw() {
    if (!clip || !figure.clientWidth) return;
    await plotly();
    const first = !figure.on;
    await draw(figure, clip);
    if (first) figure.on("plotly_relayout", controls.place);
    controls.place();
    article.dataset.drawn = clip.id;
  }

  onTheme(redraw);
  // Also fires when a hidden tab is shown, where the figure had no width to be drawn at.
  let width = 0;
  new ResizeObserver(() => {
    if (figure.clientWidth === width) return;
    width = figure.clientWidth;
    if (width && figure._fullLayout) window.Plotly.Plots.resize(figure).then(controls.place); else redraw();
  }).observe(figure);

  return {
    get clip() { return clip; },
    async show(next, reveal = false) {
      clip = next;
      article.hidden = false;
      delete article.dataset.drawn;
      title.textContent = clip.title;
      about.textContent = clip.about;
      notes.replaceChildren(...(clip.notes ?? []).map((text) => make("li", {}, text)));
      for (const who of ["teacher", "student"]) article.classList.toggle(`no-${who}`, !clip[who]);
      table.show(clip);
      map.trace(clip);
      cards(models, clip);
      controls.load(clip);
      if (reveal && article.getBoundingClientRect().top > 0.8 * innerHeight) article.scrollIntoView({ behavior: "smooth" });
      await redraw();
    },
    pause: controls.stop,
    focus: controls.focus,
    hide() { article.hidden = true; controls.stop(); clip = null; },
  };
}
