// The connection to the server. What is asked for goes out as JSON; events come as JSON, the state as bytes.

const HEAD = 28, VOICE = 16;
const RETRY_MS = 1000;

export class Link {
  constructor(onEvent, onState, onOpen) {
    this.onEvent = onEvent;
    this.onState = onState;
    this.onOpen = onOpen;
    this.connect();
  }

  connect() {
    const token = encodeURIComponent(location.hash.slice(1));
    const socket = new WebSocket(`ws://${location.host}/live?token=${token}`);
    socket.binaryType = "arraybuffer";
    let opened = false;
    socket.onopen = () => { opened = true; this.onOpen(true, ""); };
    socket.onmessage = ({ data }) =>
      typeof data === "string" ? this.onEvent(JSON.parse(data)) : this.onState(readState(data));
    socket.onclose = ({ code }) => {
      const why = code === 1013 ? "Too many pages are open: close one." :
        opened ? "ddsp-live has ended, or does not answer. This page plays again when it is back." :
        "This page is not let in: open the address that ddsp-live printed.";
      this.onOpen(false, why);
      setTimeout(() => this.connect(), RETRY_MS);
    };
    this.socket = socket;
  }

  send(what, fields = {}) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ do: what, ...fields }));
  }
}

// The layout is that of engine/panel/telemetry.py.
function readState(buffer) {
  const view = new DataView(buffer), count = view.getUint8(1), voices = [];
  for (let i = 0, at = HEAD; i < count; i++, at += VOICE) {
    voices.push({
      voice: view.getUint8(at), channel: view.getUint8(at + 1), note: view.getUint8(at + 2),
      held: view.getUint8(at + 3), pitch: view.getFloat32(at + 4, true),
      loudness: view.getFloat32(at + 8, true), age: view.getFloat32(at + 12, true),
    });
  }
  return {
    peak: view.getFloat32(4, true), load: view.getFloat32(8, true), late: view.getUint32(16, true),
    xruns: view.getUint32(20, true), dropped: view.getUint32(24, true), voices,
    spectrum: new Uint8Array(buffer, HEAD + VOICE * count),
  };
}
