// One rater's sitting: the clips to come, the answer in the making, and what was answered. It changes at once; Etude is
// told of it afterwards, and what Etude then says is merged with what it can not know yet.

const blank = () => ({ raw: [null, null, null], touched: false, axis: 0, flag: false, note: "" });
const ofClip = ({ clip, title, about }) => ({ clip, title, about, why: [] });

export const UNRATED = "Rate arousal, dominance and valence first: nothing is shown before your own answer.";
export const UNSEEN = "One moment: this clip is still on its way.";
export const UNHEARD = "No teacher has listened to this clip yet, so there is nothing to accept. Rate it, or skip it.";

export function sitting() {
  const state = {
    queue: [],
    made: [], // own answers, newest first
    draft: blank(),
    revealed: false, // the blind answer is given; teacher and student may be shown, and it may be changed
    today: { done: 0, random: 0, repeat: 0 },
    left: 0,
    get clip() { return this.queue[0]?.clip ?? null; },
  };

  function next() {
    state.queue = state.queue.slice(1);
    fresh();
  }

  function fresh() {
    state.draft = blank();
    state.revealed = false;
  }

  // What a key says of the clip in view: an act to be told, "on" if there is nothing to tell, or why it can't be.
  function verdict(key, picture) {
    const { touched, raw } = state.draft;
    if (!picture) return new Error(UNSEEN);
    if (key !== "enter") return state.revealed && key === "skip" ? "on" : key;
    if (state.revealed && !touched) return "on";
    if (touched && !(picture.hidden && !state.revealed && raw.includes(null))) return "correct";
    if (touched || picture.hidden) return new Error(UNRATED);
    return picture.teacher ? "accept" : new Error(UNHEARD);
  }

  return {
    state,
    reset(queue = []) { Object.assign(state, { queue, made: [], draft: blank(), revealed: false }); },
    rate(axis, score) {
      state.draft.raw[axis] = score;
      state.draft.touched = true;
      state.draft.axis = Math.min(2, axis + 1);
    },
    // Gives the act to be told, nothing, or throws why the key can't be followed yet.
    decide(key, picture, seconds) {
      const said = verdict(key, picture);
      if (said instanceof Error) throw said;
      if (said === "on") { next(); return null; }
      const { raw, axis, flag, note } = state.draft;
      const blind = Boolean(picture.hidden) && !state.revealed;
      const act = { act: "decide", clip: state.clip, verdict: said, raw, blind, seconds, flag, note };
      state.made = [{ ...state.queue[0], ...act, id: 0, adv: null, mine: true }, ...state.made];
      if (!state.revealed) state.today = { ...state.today, done: state.today.done + 1 };
      if (!state.revealed) state.left = Math.max(0, state.left - 1);
      if (blind && said === "correct") {
        state.revealed = true;
        state.draft = { ...blank(), raw: [...raw], axis, note: "" };
      } else next();
      return act;
    },
    told(token) { state.made[0].token = token; },
    // Takes the newest answer back, and its clip to the front; gives the act to be told, or nothing.
    undo() {
      const [last, ...before] = state.made;
      if (!last) return null;
      state.made = before;
      state.queue = [ofClip(last), ...state.queue.filter(({ clip }) => clip !== last.clip)];
      fresh();
      return { act: "undo", of: last.token || last.id, clip: last.clip };
    },
    open(item) {
      if (item.clip === state.clip) return;
      state.queue = [ofClip(item), ...state.queue.filter(({ clip }) => clip !== item.clip)];
      fresh();
    },
    // The clip in view stays in view; what was decided and not heard yet is taken out of what Etude says.
    merge({ queue, made, today, left }, waiting) {
      const decided = waiting.filter(({ act }) => act === "decide");
      const undone = new Set(waiting.filter(({ act }) => act === "undo").map(({ of }) => of));
      const gone = new Set(decided.map(({ clip }) => clip));
      const [current] = state.queue;
      const told = current && queue.find(({ clip }) => clip === current.clip);
      const rest = queue.filter(({ clip }) => clip !== current?.clip && !gone.has(clip));
      state.queue = current ? [told ?? current, ...rest] : rest;
      const unheard = state.made.filter(({ token }) => decided.some((act) => act.token === token));
      state.made = [...unheard, ...made.filter(({ id, token }) => !undone.has(id) && !undone.has(token))];
      state.today = { ...today, done: today.done + decided.length };
      state.left = Math.max(0, left - decided.length);
    },
  };
}
