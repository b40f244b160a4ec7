// Puts the page together: events from the server go to the parts that show them.

import { Controls } from "./controls.js";
import { Input } from "./input.js";
import { Link } from "./link.js";
import { Lists } from "./lists.js";
import { byId, element, prose, showFacts } from "./names.js";
import { Pad } from "./pad.js";
import { Piano } from "./piano.js";
import { Scope } from "./scope.js";

const SAID_MS = 5000, LETTER_MS = 50; // that a message stays, and longer for each letter

const link = new Link(onEvent, onState, onOpen);
const pad = new Pad(link);
const piano = new Piano(link, (panel) => { piano.setPanel(panel); link.send("panel", panel); });
const controls = new Controls(link);
const scope = new Scope();
const lists = new Lists(link);
const input = new Input(link);
let recording = null, latest = null, noticed = "";

const EVENTS = {
  hello(all) {
    for (const show of [EVENTS.patch, EVENTS.panel, EVENTS.about, EVENTS.recording, EVENTS.input])
      show({ ...all, ...all.panel, ...all.about });
    EVENTS.map(all);
    lists.setPatches(all.patches, all.patch);
    lists.setPresets(all.presets);
  },
  patch({ patch, room }) {
    pad.setPatch(patch);
    piano.setPatch(patch);
    lists.setPlaying(patch);
    lists.setRooms(room);
  },
  map(all) {
    controls.build(all.controls);
    controls.showLearned(all.learn);
    lists.setMaps(all.map);
  },
  room: ({ room }) => lists.setRooms(room),
  tuning: ({ tuning }) => lists.setTuning(tuning),
  control: ({ name, place }) => controls.show(name, place),
  waiting: ({ name, knob }) => controls.waiting(name, knob),
  learn: (learn) => controls.showLearned(learn),
  panel: ({ octave, velocity }) => piano.setPanel({ octave, velocity }),
  presets: ({ names }) => lists.setPresets(names),
  recording: (what) => { recording = what.recording; showRecording(); },
  say: ({ text }) => say(text),
  panic: () => pad.letGo(),
  about: showAbout,
  input: (what) => input.show(what.input),
};

function onEvent({ is, ...what }) { EVENTS[is]?.(what); }

function onState(state) {
  if (!latest) requestAnimationFrame(draw);
  latest = state;
}

function draw() {
  const state = latest;
  latest = null;
  pad.draw(state.voices);
  piano.draw(state.voices);
  scope.draw(state);
  figure("load", `${Math.round(100 * state.load)} %`, state.load > 0.7);
  figure("late", state.late, state.late > 0);
  figure("xruns", state.xruns, state.xruns > 0);
}

function figure(id, text, bad) {
  const shown = byId(id);
  if (shown.textContent !== String(text)) shown.textContent = text;
  shown.classList.toggle("bad", bad);
}

function onOpen(open, why) {
  notice(why);
  if (!open) { pad.letGo(); piano.held.clear(); }
}

function notice(text) {
  byId("notice").hidden = !text;
  if (noticed !== text) byId("notice").replaceChildren(...prose(text));
  noticed = text;
}

function showAbout(about) {
  lists.setTuning(about.tuning); // MIDI messages may have changed it
  byId("latency").textContent = about.lost ? "no device" : `${about.latency_ms} ms, ${about.latency_feels}`;
  notice(about.lost ? "Nobody hears this: there is no audio device. Connect one; `ddsp-live doctor` tells more." : "");
  const priority = about.priority ? `real-time, ${about.priority}` : "ordinary; `ddsp-live doctor` tells how to raise it";
  showFacts("about", {
    Latency: about.lost ? "" : `${about.latency_ms} ms from a key to its sound (${about.latency_parts}): ${about.latency_feels}`,
    Device: about.device ?? "none",
    Rate: `${about.rate} Hz, blocks of ${about.block}, ${about.voices} voices`,
    Priority: about.lost ? "" : priority,
    MIDI: about.midi.join(", ") || "no keyboard connected",
    Ignored: about.malformed || about.refused ? `${about.malformed} malformed and ${about.refused} too many messages` : "",
  });
}

function showRecording() {
  const seconds = Math.floor(recording?.seconds ?? 0), pad2 = (n) => String(n).padStart(2, "0");
  byId("record").setAttribute("aria-pressed", String(Boolean(recording)));
  byId("record-label").textContent = recording ? `${Math.floor(seconds / 60)}:${pad2(seconds % 60)}` : "Record";
  byId("record").setAttribute("aria-label", recording ? "Stop recording" : "Record to a WAV file");
}

function say(text) {
  const said = element("p", {}, ...prose(text));
  byId("said").append(said);
  setTimeout(() => said.remove(), SAID_MS + LETTER_MS * text.length);
}

byId("skip").onclick = (event) => { // the address keeps its token
  event.preventDefault();
  piano.focusOn(piano.focused);
};
byId("record").onclick = () => link.send("record", { on: recording ? 0 : 1 });
byId("panic").onclick = () => link.send("panic");
addEventListener("keydown", ({ key, target }) => {
  if (key === "Escape" && !controls.learning && !target.matches("select, #preset-name, #a4")) link.send("panic");
});
