// The pictures and sounds of the clips to come: fetched before they are asked for, each once.

const AHEAD = 4; // clips
const KEPT = 40; // pictures
const AGAIN_MS = 1000;

// `look(clips)` resolves to pictures by clip, or to nothing; `arrived(picture)` is told of each.
export function supply(look, arrived) {
  const pictures = new Map();
  const asked = new Set(); // on their way
  let wanted = [];
  let turn = 0; // what was asked for before everything was forgotten is not wanted any more

  async function fetchAll() {
    const missing = wanted.filter((clip) => !pictures.has(clip) && !asked.has(clip));
    if (!missing.length) return;
    const mine = turn;
    missing.forEach((clip) => asked.add(clip));
    const answer = await look(missing);
    if (mine !== turn) return;
    missing.forEach((clip) => asked.delete(clip));
    if (!answer?.pictures) { setTimeout(fetchAll, AGAIN_MS); return; }
    for (const picture of Object.values(answer.pictures)) {
      pictures.set(picture.id, picture);
      arrived(picture);
    }
    for (const clip of pictures.keys()) if (pictures.size > KEPT && !wanted.includes(clip)) pictures.delete(clip);
  }

  return {
    get: (clip) => pictures.get(clip) ?? null,
    ahead(queue) {
      wanted = queue.slice(0, AHEAD).map(({ clip }) => clip);
      fetchAll();
    },
    // The clip's answers are known now, so its picture is another.
    forget: (clip) => pictures.delete(clip),
    clear() { turn += 1; pictures.clear(); asked.clear(); },
  };
}
