// Runs beside the page, in the browser's audio thread: hands on every block of samples it is given, and null once it has
// been told "end", after which it hands on no more.

registerProcessor("gather", class extends AudioWorkletProcessor {
  constructor() {
    super();
    this.over = false;
    this.port.onmessage = () => { this.over = true; this.port.postMessage(null); };
  }

  process([[channel]]) {
    if (channel && !this.over) this.port.postMessage(channel.slice());
    return !this.over;
  }
});
