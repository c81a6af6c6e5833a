// What is said of a session, and answered, over a WebSocket that is opened again whenever it is not there: a request for
// each hop would take a browser longer than the student takes to answer.

const LOCKED = 4401; // as Etude closes it to who has not logged in

export function socket() {
  let open = null; // { id, line, answered }: the last is told the next answer, or null once the line has failed
  let locked = false;

  function dial(id) {
    const line = new WebSocket(`${location.origin.replace("http", "ws")}/live/${id}/hops`);
    const dialled = { id, line, answered: null };
    return new Promise((ready) => {
      line.onopen = () => ready(dialled);
      line.onmessage = ({ data }) => { locked = false; dialled.answered?.(JSON.parse(data)); };
      line.onclose = ({ code }) => {
        locked = code === LOCKED;
        if (open === dialled) open = null;
        dialled.answered?.(null);
        ready(null);
      };
    });
  }

  function close() {
    open?.line.close();
    open = null;
  }

  return {
    close,
    get locked() { return locked; },
    // One at a time: what Etude answers to `asked`, and samples, of the session `id`; null: it does not.
    async say(id, asked, pcm) {
      if (open?.id !== id) {
        close();
        open = await dial(id);
      }
      const { line } = open ?? {};
      return line ? new Promise((resolve) => {
        open.answered = resolve;
        line.send(JSON.stringify(asked));
        line.send(pcm);
      }) : null;
    },
  };
}
