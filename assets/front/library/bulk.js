// Accepting many clips at once: how many is said first, whose name it is kept under, and it is undone in one go.

import { make } from "../axes.js";
import { remember, remembered } from "../curate/entrance.js";

const clips = (count) => (count === 1 ? "one clip" : `${count.toLocaleString("en")} clips`);

export function bulk(server, asked) {
  const below = make("input", { type: "number", min: 0, max: 1, step: 0.05, value: 0.2, "aria-label": "Accept below a doubt of" });
  const name = make("input", { type: "text", maxlength: 40, placeholder: "Your name", "aria-label": "Accept as", autocomplete: "off", value: remembered().rater });
  const told = make("p", { class: "small", "aria-live": "polite" });
  const undo = make("button", { type: "button", class: "quiet", hidden: true, onclick: back });
  const question = make("p");
  const yes = make("button", { type: "button", class: "choose", onclick: accept }, "Accept");
  const sure = make("dialog", { class: "sure" }, question, make("div", { class: "row" },
    make("button", { type: "button", class: "quiet", onclick: () => sure.close() }, "Leave them"), yes));
  const node = make("form", { class: "bulk", onsubmit: weigh }, make("span", {}, "Accept below a doubt of"), below, make("span", {}, "as"), name,
    make("button", { type: "submit", class: "quiet" }, "Accept…"), undo, told, sure);

  const order = () => ({ ...asked(), below: Number(below.value), rater: name.value });

  async function weigh(event) {
    event.preventDefault();
    const { count, error } = await server.weigh(order());
    told.textContent = error ?? (count ? "" : "No clip that is shown, labelled and not rated yet has so little doubt.");
    if (!count) return;
    question.textContent = `Accept the teacher’s answer for ${clips(count)} that nobody has rated, of a doubt of ${below.value} at most, as ${name.value.trim() || "…"}? It can be undone in one go.`;
    sure.showModal();
  }

  async function accept() {
    sure.close();
    told.textContent = "Accepting…";
    const { count, error } = await server.accept(order());
    told.textContent = error ?? `Accepted ${clips(count)}.`;
    if (!error) remember({ ...remembered(), rater: name.value.trim() });
  }

  async function back() {
    told.textContent = "Taking them back…";
    const { count, error } = await server.take_back(order());
    told.textContent = error ?? `Took back ${clips(count)}.`;
  }

  return {
    node,
    show(last) {
      undo.hidden = !last;
      undo.textContent = last ? `Undo ${clips(last.count)} of ${last.rater}` : "";
    },
  };
}
