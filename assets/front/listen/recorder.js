// The microphone, as it sounds: the browser's gain control, noise suppression and echo cancellation are off, because
// they erase what arousal is heard by. Samples are gathered in a worklet, so none is lost while the page is busy.

const PATIENCE_MS = 2000; // for the last samples of a context that the browser has put to sleep
export const PLAIN = { autoGainControl: false, noiseSuppression: false, echoCancellation: false, channelCount: 1 };

// Ends a worklet that gathers: `end()` tells it to, and resolves once its last samples have come and `ended` was called.
export function ending(port) {
  let ended = null;
  const last = new Promise((resolve) => { ended = resolve; });
  function end() {
    port.postMessage("end");
    return Promise.race([last, new Promise((resolve) => { setTimeout(resolve, PATIENCE_MS); })]);
  }
  return { end, ended };
}

// Starts at once; `heard(level, seconds)` is told of every block. Resolves to a function that stops and gives a WAV.
export async function record(heard) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: PLAIN });
  const context = new AudioContext();
  await context.audioWorklet.addModule("/front/listen/gather.js");
  const pieces = [];
  const gather = new AudioWorkletNode(context, "gather", { numberOfOutputs: 0 });
  const { end, ended } = ending(gather.port);
  gather.port.onmessage = ({ data }) => {
    if (!data) return ended();
    pieces.push(data);
    heard(Math.max(...data.map(Math.abs)), (pieces.length * data.length) / context.sampleRate);
  };
  context.createMediaStreamSource(stream).connect(gather);
  return async function stop() {
    await end();
    stream.getTracks().forEach((track) => track.stop());
    await context.close();
    return wav(pieces, context.sampleRate);
  };
}

// 16-bit mono WAV (RIFF) at the microphone's own rate; the server resamples.
function wav(pieces, rate) {
  const size = 2 * pieces.reduce((sum, piece) => sum + piece.length, 0);
  const view = new DataView(new ArrayBuffer(44 + size));
  const text = (at, word) => [...word].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  const long = (at, value) => view.setUint32(at, value, true);
  const short = (at, value) => view.setUint16(at, value, true);
  text(0, "RIFF"); long(4, 36 + size); text(8, "WAVEfmt "); long(16, 16);
  short(20, 1); short(22, 1); long(24, rate); long(28, 2 * rate); short(32, 2); short(34, 16);
  text(36, "data"); long(40, size);
  let at = 44;
  for (const piece of pieces) for (const value of piece) {
    view.setInt16(at, Math.round(Math.max(-1, Math.min(1, value)) * 32767), true);
    at += 2;
  }
  return new Blob([view], { type: "audio/wav" });
}
