// Runs beside the page, in the browser's audio thread: gathers 16-bit hops of 100 ms at 16 kHz, each with the number of
// its first sample, its peak (1 is full scale) and how many samples were clipped. Told "end", it hands on what it has.

const RATE = 16_000;
const HOP = RATE / 10;
const FULL = 2 ** 15;
const CLIPPED = 1 - 2 / FULL;
const ZEROS = 24; // crossings of the sinc, either side
const FINE = 256; // values of the kernel a sample
const PASSES = 0.94; // of the lower of the two bands

// A windowed sinc, for a context that can't do 16 kHz.
class Resampler {
  constructor(from) {
    this.step = from / RATE;
    const wide = Math.max(1, this.step);
    this.half = Math.ceil(ZEROS * wide);
    this.table = Float32Array.from({ length: 2 * this.half * FINE + 1 }, (_, i) => {
      const x = (i / FINE - this.half) / wide;
      const angle = Math.PI * PASSES * x;
      return Math.abs(x) < ZEROS ? ((PASSES * (x ? Math.sin(angle) / angle : 1)) / wide) * Math.cos((Math.PI * x) / (2 * ZEROS)) ** 2 : 0;
    });
    this.samples = new Float32Array(this.half); // silence before the first
    this.at = this.half; // where the next value lies in them
  }

  take(block) {
    const samples = new Float32Array(this.samples.length + block.length);
    samples.set(this.samples);
    samples.set(block, this.samples.length);
    const values = [];
    for (; this.at + this.half < samples.length; this.at += this.step) {
      let sum = 0;
      for (let k = Math.ceil(this.at - this.half); k <= this.at + this.half; k += 1) sum += samples[k] * this.table[Math.round((k - this.at + this.half) * FINE)];
      values.push(sum);
    }
    const gone = Math.floor(this.at) - this.half;
    this.samples = samples.slice(gone);
    this.at -= gone;
    return values;
  }
}

registerProcessor("livehops", class extends AudioWorkletProcessor {
  constructor() {
    super();
    this.resampler = sampleRate === RATE ? null : new Resampler(sampleRate);
    this.number = 0;
    this.over = false;
    this.begin();
    this.port.onmessage = () => { this.over = true; this.send(true); };
  }

  begin() {
    Object.assign(this, { pcm: new Int16Array(HOP), filled: 0, peak: 0, clipped: 0 });
  }

  send(last) {
    const pcm = this.pcm.slice(0, this.filled);
    const { number, peak, clipped, filled } = this;
    this.port.postMessage({ number, pcm, peak, clipped, last }, [pcm.buffer]);
    this.number += filled;
    this.begin();
  }

  process([[channel]]) {
    if (this.over) return false;
    for (const value of channel ? this.resampler?.take(channel) ?? channel : []) {
      const loud = Math.abs(value);
      if (loud > this.peak) this.peak = loud;
      if (loud >= CLIPPED) this.clipped += 1;
      this.pcm[this.filled] = Math.max(-FULL, Math.min(FULL - 1, Math.round(value * FULL)));
      this.filled += 1;
      if (this.filled === HOP) this.send(false);
    }
    return true;
  }
});
