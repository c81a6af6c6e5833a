// What is said of a session, and answered, over a WebSocket that is opened again whenever it is not there: a request for
// each hop would take a browser longer than the student takes to answer.

const LOCKED = 4401; // as Etude closes it to who has not logged in

export function socket() {
  let open = null; // { id, line }
  let locked = false;
  let answered = null; // by whoever waits for the next answer, or for the line to fail

  function dial(id) {
    const line = new WebSocket(`${location.origin.replace("http", "ws")}/live/${id}/hops`);
    const failed = ({ code }) => {
      locked = code === LOCKED;
      if (open?.line === line) open = null;
      answered?.(null);
    };
    return new Promise((ready) => {
      line.onopen = () => { open = { id, line }; ready(true); };
      line.onclose = (event) => { failed(event); ready(false); };
      line.onmessage = ({ data }) => { locked = false; answered?.(JSON.parse(data)); };
    });
  }

  return {
    get locked() { return locked; },
    // One at a time: what Etude answers to `asked`, and samples, of the session `id`; null: it does not.
    async say(id, asked, pcm) {
      if (open?.id !== id) this.close();
      if (!open && !await dial(id)) return null;
      const answer = new Promise((resolve) => { answered = resolve; });
      open?.line.send(JSON.stringify(asked));
      open?.line.send(pcm);
      return open ? answer : null;
    },
    close() {
      open?.line.close();
      open = null;
    },
  };
}
