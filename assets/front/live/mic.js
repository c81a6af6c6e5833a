// A microphone of the browser, heard hop by hop, and why one can't be: always in a sentence.

import { ending, PLAIN } from "../listen/recorder.js";

const RATE = 16_000;
const WHY = {
  NotAllowedError: "The microphone was refused. Allow it for this page in the browser’s settings, and press Record again.",
  NotFoundError: "There is no microphone. Plug one in, and press Record again.",
  NotReadableError: "The microphone can’t be opened; another program may hold it. Close that, or choose another microphone.",
  OverconstrainedError: "The chosen microphone is not there any more. Choose another, or plug it in.",
};
const NOWHERE = "The browser lets this page hear no microphone. Open Etude at http://127.0.0.1 or http://localhost, on this computer.";
const GONE = "The microphone was unplugged, or taken by another program. What it heard until then is here; plug it in or choose another, and press Go on.";
const LEVELLED = "This browser did not let go of its gain control or noise suppression, so loudness tells less than it should.";

export async function microphones() {
  const devices = await navigator.mediaDevices?.enumerateDevices().catch(() => []) ?? [];
  return devices.filter(({ kind, deviceId }) => kind === "audioinput" && deviceId && deviceId !== "default");
}

async function opened(device) {
  if (!navigator.mediaDevices) throw new Error(NOWHERE);
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: { ...PLAIN, ...(device && { deviceId: { exact: device } }) } });
  } catch ({ name, message }) {
    throw new Error(WHY[name] ?? `The microphone can’t be opened (${message || name}). Choose another, or press Record again.`);
  }
}

// Some browsers have no context at 16 kHz, or connect none to a microphone of another rate: then the worklet resamples.
function connected(stream) {
  let context = null;
  try {
    context = new AudioContext({ sampleRate: RATE });
    return { context, source: context.createMediaStreamSource(stream) };
  } catch {
    context?.close();
    context = new AudioContext();
    return { context, source: context.createMediaStreamSource(stream) };
  }
}

// `hop({ number, pcm, peak, clipped })` is told of every 100 ms, `lost(sentence)` that no more will come. Resolves to
// what is to be `said` of it, and to `stop`, which resolves once the last hop was told. Throws an Error with a sentence.
export async function listen(device, { hop, lost }) {
  const stream = await opened(device);
  const [track] = stream.getTracks();
  const { context, source } = connected(stream);
  await Promise.all([context.audioWorklet.addModule("/front/live/hops.js"), context.resume()]);
  const gather = new AudioWorkletNode(context, "livehops", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
  const { end, ended } = ending(gather.port);
  gather.port.onmessage = ({ data }) => {
    if (data.pcm.length) hop(data);
    if (data.last) ended();
  };
  source.connect(gather);

  async function stop() {
    track.onended = null;
    await end();
    track.stop();
    await context.close();
  }

  track.onended = async () => { await stop(); lost(GONE); };
  const { autoGainControl, noiseSuppression } = track.getSettings();
  const resampled = context.sampleRate === RATE ? "" : `This browser records at ${context.sampleRate} Hz; Etude resamples to ${RATE}.`;
  return { stop, said: [autoGainControl || noiseSuppression ? LEVELLED : "", resampled].filter(Boolean).join(" ") };
}
