// The piano: by mouse and touch, by the computer's keys, by focus and Space. Lower on a key is louder.

import { byId, element, isBlack, noteName } from "./names.js";

// By place on the keyboard, so that it is the same on every layout; z and x change the octave.
const PLACES = ["KeyA", "KeyW", "KeyS", "KeyE", "KeyD", "KeyF", "KeyT", "KeyG", "KeyY", "KeyH", "KeyU", "KeyJ", "KeyK",
  "KeyO", "KeyL", "KeyP", "Semicolon", "Quote"];
const LETTERS = "AWSEDFTGYHUJKOLP;'";
const TYPED_MS = 300;      // that a screen reader's click sounds
const SOFTEST = 30, LOUDEST = 127;
const WHITE_PX = 36;       // at the least

export class Piano {
  constructor(link, onPanel) {
    this.link = link;
    this.onPanel = onPanel;
    this.box = byId("piano");
    this.keys = new Map();       // note -> button
    this.held = new Map();       // what holds it (pointer, key's place) -> note
    this.panel = null;           // what the engine last said; no keys are shown before
    this.range = [0, 127];
    this.focused = 60;
    new ResizeObserver(() => this.build()).observe(this.box);
    this.box.addEventListener("pointerdown", (event) => this.pointerDown(event));
    this.box.addEventListener("pointermove", (event) => this.pointerMove(event));
    addEventListener("pointerup", (event) => this.release(event.pointerId));
    addEventListener("pointercancel", (event) => this.release(event.pointerId));
    this.box.addEventListener("contextmenu", (event) => event.preventDefault());
    this.box.addEventListener("keydown", (event) => this.focusKey(event));
    this.box.addEventListener("click", (event) => this.click(event));
    addEventListener("keydown", (event) => this.typed(event));
    addEventListener("keyup", (event) => this.release(event.code));
    addEventListener("blur", () => this.letGo());
    byId("octave-down").onclick = () => this.shift(-1);
    byId("octave-up").onclick = () => this.shift(1);
    byId("velocity").oninput = (event) => onPanel({ ...this.panel, velocity: Number(event.target.value) });
  }

  setPatch(patch) {
    this.range = patch.pitch;
    this.build();
  }

  setPanel(panel) {
    this.panel = panel;
    byId("octave").textContent = noteName(this.base());
    byId("velocity").value = panel.velocity;
    byId("velocity").style.setProperty("--at", `${100 * panel.velocity / 127}%`);
    this.build();
  }

  base() { return 12 * (this.panel.octave + 1); }

  shift(octaves) {
    const octave = Math.min(8, Math.max(0, this.panel.octave + octaves));
    this.onPanel({ ...this.panel, octave });
  }

  build() {
    const width = this.box.clientWidth;
    if (!width || !this.panel) return;
    const octaves = Math.min(6, Math.max(1, Math.floor(width / (7 * WHITE_PX))));
    const below = Math.floor((octaves - 1) / 2);
    const first = Math.min(120 - 12 * octaves, Math.max(12, this.base() - 12 * below));
    const last = first + 12 * octaves;
    const layout = `${width} ${first} ${last} ${this.base()} ${this.range}`;
    if (layout === this.layout) return;
    this.layout = layout;
    const whites = [];
    for (let note = first; note <= last; note++) if (!isBlack(note)) whites.push(note);
    const size = width / whites.length, hadFocus = this.box.contains(document.activeElement);
    this.focused = Math.min(last, Math.max(first, this.focused));
    this.keys.clear();
    this.box.replaceChildren();
    let white = 0;
    for (let note = first; note <= last; note++) {
      const black = isBlack(note), place = note - this.base();
      const key = element("button", { type: "button", className: black ? "black" : "white" });
      key.dataset.note = note;
      key.setAttribute("aria-label", noteName(note));
      key.setAttribute("aria-pressed", "false");
      key.tabIndex = note === this.focused ? 0 : -1;
      if (note < this.range[0] - 0.5 || note > this.range[1] + 0.5) key.classList.add("beyond");
      key.style.left = black ? `${white * size - size * 0.3}px` : `${white * size}px`;
      key.style.width = black ? `${size * 0.6}px` : `${size}px`;
      const letter = place >= 0 && place < LETTERS.length ? LETTERS[place] : "";
      key.append(element("span", { className: "cap", ariaHidden: "true" },
        element("span", { className: "letter", innerText: letter }),
        element("span", { innerText: note % 12 ? "" : noteName(note) })));
      this.keys.set(note, key);
      this.box.append(key);
      white += !black;
    }
    for (const note of this.held.values()) this.show(note, true);
    if (hadFocus) this.keys.get(this.focused)?.focus();
  }

  press(holder, note, velocity) {
    if (this.held.get(holder) === note) return;
    this.release(holder);
    if (note < 0 || note > 127) return;
    this.held.set(holder, note);
    this.link.send("key_down", { key: note, velocity });
    this.show(note, true);
  }

  release(holder) {
    const note = this.held.get(holder);
    if (note === undefined) return;
    this.held.delete(holder);
    if ([...this.held.values()].includes(note)) return;
    this.link.send("key_up", { key: note });
    this.show(note, false);
  }

  show(note, down) {
    const key = this.keys.get(note);
    key?.classList.toggle("down", down);
    key?.setAttribute("aria-pressed", String(down));
  }

  under(event) {
    const key = document.elementFromPoint(event.clientX, event.clientY)?.closest("#piano button");
    if (!key) return null;
    const box = key.getBoundingClientRect(), depth = (event.clientY - box.top) / box.height;
    return [Number(key.dataset.note), Math.round(SOFTEST + (LOUDEST - SOFTEST) * Math.min(1, Math.max(0, depth)))];
  }

  pointerDown(event) {
    const key = event.button > 0 ? null : this.under(event);
    if (!key) return;
    if (event.target.hasPointerCapture?.(event.pointerId)) event.target.releasePointerCapture(event.pointerId);
    this.press(event.pointerId, ...key);
    this.focusOn(key[0]);
  }

  pointerMove(event) {
    if (!this.held.has(event.pointerId)) return;
    const key = this.under(event);
    if (key) this.press(event.pointerId, ...key);
  }

  focusOn(note) {
    if (!this.keys.has(note)) return;
    this.keys.get(this.focused)?.setAttribute("tabindex", "-1");
    this.focused = note;
    this.keys.get(note).tabIndex = 0;
    this.keys.get(note).focus({ preventScroll: true });
  }

  focusKey(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: 12, ArrowDown: -12 }[event.key];
    if (step) this.focusOn(this.focused + step);
    else if ((event.key === " " || event.key === "Enter") && !event.repeat)
      this.press(event.code, Number(event.target.dataset.note), this.panel.velocity);
    else if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
  }

  // Only a screen reader clicks without a pointer and without a key.
  click(event) {
    const note = Number(event.target.closest("button")?.dataset.note);
    if (event.detail || Number.isNaN(note) || this.held.size) return;
    this.press("click", note, this.panel.velocity);
    setTimeout(() => this.release("click"), TYPED_MS);
  }

  typed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.matches?.("input:not([type=range]), select, textarea")) return;
    const place = PLACES.indexOf(event.code);
    if (place >= 0) this.press(event.code, this.base() + place, this.panel.velocity);
    else if (event.code === "KeyZ") this.shift(-1);
    else if (event.code === "KeyX") this.shift(1);
  }

  letGo() { for (const holder of [...this.held.keys()]) this.release(holder); }

  // Keys that sound, from wherever they are played.
  draw(voices) {
    const sounding = new Set(voices.map(({ pitch }) => Math.round(pitch)));
    for (const [note, key] of this.keys) key.classList.toggle("sounding", sounding.has(note));
  }
}
