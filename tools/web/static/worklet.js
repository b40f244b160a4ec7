// The kernel in the audio thread: messages come in, blocks of 128 samples go out.

const NO_SUCH_CALL = 52, NO_SUCH_FILE = 8;

// The system that the kernel asks: it has no files, no folders and no environment.
function system(exports) {
  const known = {
    fd_prestat_get: () => NO_SUCH_FILE,
    environ_get: () => 0,
    environ_sizes_get: (...places) => {
      for (const place of places) new DataView(exports().memory.buffer).setUint32(place, 0, true);
      return 0;
    },
  };
  return new Proxy(known, { get: (_, name) => known[name] ?? (() => NO_SUCH_CALL) });
}

class Instrument extends AudioWorkletProcessor {
  constructor({ processorOptions }) {
    super();
    this.c = new WebAssembly.Instance(processorOptions.module, { wasi_snapshot_preview1: system(() => this.c) }).exports;
    this.c._initialize?.();
    this.waiting = [];
    this.score = processorOptions.score ?? []; // [sample, status, a, b], in order: for rendering offline
    this.next = 0;
    this.ready = this.c.web_start(sampleRate) === 1;
    for (const [parameter, value] of processorOptions.parameters ?? []) this.set(parameter, value);
    if (processorOptions.patch) this.add(processorOptions.patch);
    this.port.onmessage = ({ data }) => this.receive(data);
    this.port.postMessage({ ready: this.ready });
  }

  receive(message) {
    if (message.midi) this.waiting.push(["web_midi", 0, ...message.midi]);
    if (message.set) this.set(...message.set);
    if (message.patch) this.add(message.patch);
    if ("play" in message) this.set(0, message.play);
  }

  set(parameter, value) {
    this.waiting.push(["web_set", 0, parameter, value]);
  }

  add(file) {
    const at = this.c.web_memory(file.byteLength);
    new Uint8Array(this.c.memory.buffer, at, file.byteLength).set(new Uint8Array(file));
    const number = this.c.web_add(at, file.byteLength);
    if (number >= 0) this.set(0, number);
    this.port.postMessage({ patch: number });
  }

  process(inputs, [output]) {
    const size = output[0].length;
    if (!this.ready) return true;
    this.c.web_begin(size);
    for (const [name, ...values] of this.waiting) this.c[name](...values);
    this.waiting = [];
    for (; this.next < this.score.length && this.score[this.next][0] < currentFrame + size; this.next++) {
      const [time, ...bytes] = this.score[this.next];
      this.c.web_midi(time - currentFrame, ...bytes);
    }
    this.c.web_end();
    output.forEach((channel, i) => channel.set(new Float32Array(this.c.memory.buffer, this.c.web_sound(i), size)));
    return true;
  }
}

registerProcessor("ddsp-live", Instrument);
