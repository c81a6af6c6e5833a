// Runs beside the page, in the browser's audio thread: hands on every block of samples it is given.

registerProcessor("gather", class extends AudioWorkletProcessor {
  process([[channel]]) {
    if (channel) this.port.postMessage(channel.slice());
    return true;
  }
});
