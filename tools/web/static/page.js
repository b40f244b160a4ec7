// The page: patches, sliders, keys. Sound is made in worklet.js.

const KEYS = "awsedftgyhujkolp"; // of a computer's keyboard, from C on
const LOWEST = 60;
const $ = (id) => document.getElementById(id);
const say = (text) => { $("status").textContent = text; };
const fetched = async (path) => {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} can't be fetched: ${response.status}.`);
  return response;
};

let list, node, context, octave = 0;
const files = new Map(); // of patches, by their name; numbers are the kernel's
const held = new Map(); // what is down: the key that it plays

async function instrument(context, options = {}) {
  await context.audioWorklet.addModule("worklet.js");
  const module = await WebAssembly.compile(await (await fetched("ddsp.wasm")).arrayBuffer());
  return new AudioWorkletNode(context, "ddsp-live", {
    numberOfInputs: 0,
    outputChannelCount: [2],
    processorOptions: { module, ...options },
  });
}

// For tests, and for whoever wants a file: what the page would play, as two channels of samples.
export async function render(file, score, seconds, rate, parameters = []) {
  const offline = new OfflineAudioContext(2, Math.round(seconds * rate), rate);
  const patch = await (await fetched(`patches/${file}`)).arrayBuffer();
  (await instrument(offline, { patch, score, parameters })).connect(offline.destination);
  const sound = await offline.startRendering();
  return [0, 1].map((channel) => Array.from(sound.getChannelData(channel)));
}

async function start() {
  context = new AudioContext({ latencyHint: "interactive" });
  node = await instrument(context);
  node.port.onmessage = ({ data }) => {
    if (data.ready === false) say("This page's sample rate can't be played: choose 8 to 192 kHz in the system.");
    if (data.patch < 0) say("The patch was refused: load the page again.");
  };
  node.onprocessorerror = () => say("The sound stopped: load the page again.");
  node.connect(context.destination);
  for (const row of list.parameters) send({ set: [row.index, Number($(`p${row.index}`).value)] });
  await choose();
  $("start").hidden = true;
}

const send = (message) => node?.port.postMessage(message);

async function choose() {
  const patch = list.patches[$("patch").selectedIndex];
  $("range").textContent = `recorded from ${name(patch.low)} to ${name(patch.high)}`;
  if (!node) return;
  say(`Fetching ${patch.title} …`);
  if (files.has(patch.file)) {
    send({ play: files.get(patch.file) });
  } else {
    send({ patch: await (await fetched(`patches/${patch.file}`)).arrayBuffer() });
    files.set(patch.file, files.size);
  }
  say(`${patch.title}: play with the mouse, a finger, the keys A to P, or a MIDI keyboard.`);
}

function name(note) {
  const whole = Math.round(note);
  return ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"][whole % 12] + (Math.floor(whole / 12) - 1);
}

function press(source, key, velocity = 90) {
  release(source);
  held.set(source, key);
  send({ midi: [0x90, key, velocity] });
  $(`k${key}`)?.classList.add("down");
}

function release(source) {
  if (!held.has(source)) return;
  const key = held.get(source);
  held.delete(source);
  send({ midi: [0x80, key, 64] });
  $(`k${key}`)?.classList.remove("down");
}

function drawKeys() {
  for (let key = LOWEST - 12; key <= LOWEST + 24; key++) {
    const button = document.createElement("button");
    button.id = `k${key}`;
    button.className = [1, 3, 6, 8, 10].includes(key % 12) ? "key black" : "key";
    button.setAttribute("aria-label", name(key));
    button.addEventListener("pointerdown", (event) => {
      button.releasePointerCapture(event.pointerId);
      press(`pointer${event.pointerId}`, key);
    });
    button.addEventListener("pointerenter", (event) => event.buttons && press(`pointer${event.pointerId}`, key));
    button.addEventListener("keydown", (event) => event.key === "Enter" && !event.repeat && press("enter", key));
    button.addEventListener("keyup", (event) => event.key === "Enter" && release("enter"));
    $("keys").append(button);
  }
  for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, (event) => release(`pointer${event.pointerId}`));
}

function drawSliders() {
  for (const row of list.parameters) {
    const label = document.createElement("label");
    const slider = Object.assign(document.createElement("input"), { type: "range", id: `p${row.index}`, step: "any" });
    slider.min = row.low;
    slider.max = row.high;
    slider.value = row.default;
    slider.addEventListener("input", () => send({ set: [row.index, Number(slider.value)] }));
    label.append(row.label, slider);
    $("sliders").append(label);
  }
}

function listenToKeys() {
  addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.("select, input")) return;
    if (event.key === "z" || event.key === "x") octave = Math.min(2, Math.max(-3, octave + (event.key === "x" ? 1 : -1)));
    const place = KEYS.indexOf(event.key.toLowerCase());
    if (place >= 0) press(event.code, LOWEST + place + 12 * octave);
  });
  addEventListener("keyup", (event) => release(event.code));
  addEventListener("blur", () => [...held.keys()].forEach(release));
}

async function listenToMidi() {
  if (!navigator.requestMIDIAccess) return;
  const access = await navigator.requestMIDIAccess().catch(() => null);
  const connect = () => access?.inputs.forEach((input) => {
    input.onmidimessage = ({ data }) => data[0] < 0xf0 && send({ midi: [data[0], data[1], data[2] ?? 0] });
  });
  if (access) access.onstatechange = connect;
  connect();
}

async function open() {
  if (!window.AudioWorkletNode || !window.WebAssembly) {
    $("start").disabled = true;
    say("This browser has no AudioWorklet or no WebAssembly, or the page came without https: use a newer one.");
    return;
  }
  list = await (await fetched("list.json")).json();
  list.patches.forEach((patch) => $("patch").append(new Option(patch.title)));
  $("patch").addEventListener("change", () => choose().catch((error) => say(error.message)));
  $("start").addEventListener("click", () => start().then(listenToMidi).catch((error) => say(error.message)));
  drawKeys();
  drawSliders();
  listenToKeys();
  await choose();
  navigator.serviceWorker?.register("sw.js").catch(() => {}); // without it, the page needs the network
}

open().catch((error) => say(error.message));
