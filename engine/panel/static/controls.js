// The sliders: they follow whoever moves a control, and learn a knob by being touched while MIDI learn is on.

import { byId, element, signed } from "./names.js";

const percent = (value) => `${Math.round(100 * value)} %`;
const UNITS = { dB: [1, "dB"], cents: [0, "ct"], octaves: [2, "oct"], semitones: [1, "st"] };
const CURVES = {
  soft: (x) => x * x, hard: (x) => 1 - (1 - x) ** 2, switch: (x) => Number(x >= 0.5),
  centred: (x) => Math.max(0, Math.round(127 * x) - 1) / 126,
};

const written = (value, unit) => `${Number(value.toPrecision(3))} ${unit}`.trim();

// What a control's slider sets that stands at `value`, 0 to 1.
function reading(value, moves, choices) {
  if (!moves) return "no effect";
  const { low, high, curve, unit } = moves, [digits, name] = UNITS[unit] ?? [];
  if (curve === "decibel" || curve === "gate") {
    const x = curve === "gate" ? Math.min(1, 8 * value) : value;
    return x ? signed(Math.max(low, high + 40 * Math.log10(x)) || 0, 1, "dB") : "silent";
  }
  if (curve === "log") return written(low * (high / low) ** value, unit);
  const made = low + (high - low) * (CURVES[curve] ?? ((x) => x))(value);
  if (choices.length) return choices[Math.round(made - low)];
  if (curve === "steps") return written(Math.round(made), unit);
  if (high > 1 && !name) return written(made, unit);
  if (!name) return low < 0 ? `${signed(100 * made, 0, "%")}` : percent(made);
  return low < 0 ? signed(Math.abs(made) < 1e-6 ? 0 : made, digits, name) : `${made.toFixed(digits)} ${name}`;
}

export class Controls {
  constructor(link) {
    this.link = link;
    this.rows = new Map();
    this.learning = false;
    this.button = byId("learn");
    this.help = byId("learn-help");
    this.hint("");
    this.button.onclick = () => this.learn(!this.learning);
    addEventListener("keydown", (event) => { if (event.key === "Escape" && this.learning) this.learn(false); });
  }

  build(controls) {
    for (const { group, title } of controls) place(group, title).replaceChildren();
    this.rows.clear();
    for (const control of controls) {
      const row = control.switch ? this.toggle(control) : this.slider(control);
      this.rows.set(control.name, row);
      this.show(control.name, control.place);
    }
  }

  slider(control) {
    const id = `control-${control.name}`;
    const input = element("input", { type: "range", id, min: 0, max: 1, step: 1 / 254, title: control.meaning });
    const output = element("output");
    output.htmlFor = id;
    const knob = element("i", { className: "knob", hidden: true });
    const map = element("span", { className: "map", hidden: true });
    const row = element("div", { className: "control" },
      element("label", { htmlFor: id, innerText: control.label, title: control.meaning }),
      element("span", { className: "track" }, input, knob), output, map);
    input.oninput = () => {
      this.send(control.name, Number(input.value));
      this.show(control.name, Number(input.value));
    };
    const reset = () => { this.send(control.name, null); };
    input.ondblclick = reset;
    input.onkeydown = (event) => {
      if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); reset(); }
    };
    input.setAttribute("aria-description", `${control.meaning}. Delete puts it back to where it usually is.`);
    const explain = () => this.hint(`${control.label}: ${control.meaning}.`);
    row.addEventListener("pointerenter", explain);
    row.addEventListener("pointerleave", ({ pointerType }) => { if (pointerType === "mouse") this.hint(""); });
    row.addEventListener("pointerdown", () => { explain(); if (this.learning) arm(this.link, control.name); });
    input.addEventListener("focus", () => { explain(); if (this.learning) arm(this.link, control.name); });
    place(control.group).append(row);
    return { control, row, input, output, knob, map };
  }

  toggle(control) {
    const input = element("button", { type: "button", className: "quiet", innerText: control.label, title: control.meaning });
    input.onclick = () => {
      if (this.learning) arm(this.link, control.name);
      else this.send(control.name, this.rows.get(control.name).value >= 0.5 ? 0 : 1);
    };
    const map = element("span", { className: "map", hidden: true });
    const row = element("span", { className: "toggle" }, input, map);
    place(control.group).append(row);
    return { control, row, input, map, button: true };
  }

  // Of the control that is under the hand; else how one gets back.
  hint(text) { byId("hint").textContent = text || "A double click puts a slider back."; }

  send(name, at) { this.link.send("set", { name, place: at }); }

  show(name, value) {
    const row = this.rows.get(name);
    if (!row) return;
    row.value = value;
    if (row.button) {
      row.input.setAttribute("aria-pressed", String(value >= 0.5));
      if (name.endsWith("_on")) place(row.control.group).classList.toggle("folded", value < 0.5);
      return;
    }
    row.input.value = value;
    row.input.disabled = !row.control.moves;
    row.input.style.setProperty("--at", `${100 * value}%`);
    row.output.textContent = reading(value, row.control.moves, row.control.choices);
    row.input.setAttribute("aria-valuetext", row.output.textContent);
    row.knob.hidden = true;
  }

  // A knob stands elsewhere, and takes hold when it passes.
  waiting(name, knob) {
    const row = this.rows.get(name);
    if (!row?.knob) return;
    row.knob.hidden = false;
    row.knob.style.left = `calc(9px + (100% - 18px) * ${knob})`;
  }

  learn(on) {
    this.learning = on;
    this.button.setAttribute("aria-pressed", String(on));
    document.body.classList.toggle("learn-mode", on);
    this.help.hidden = !on;
    this.help.textContent = on ? "Touch a control, then move the knob or pedal that shall move it." : "";
    if (!on) this.link.send("learn", { name: null });
  }

  showLearned({ armed, learned }) {
    for (const [name, row] of this.rows) {
      row.row.classList.toggle("learning", name === armed);
      const numbers = learned[name] ?? [];
      row.map.hidden = !numbers.length;
      row.map.replaceChildren();
      if (!numbers.length) continue;
      const forget = element("button", { type: "button", innerText: "Forget" });
      forget.setAttribute("aria-label", `Forget the knob of ${row.control.label}`);
      forget.onclick = () => this.link.send("forget", { name });
      row.map.append(`moved by CC ${numbers.join(", ")}`, forget);
    }
    if (armed && this.learning) {
      this.help.textContent = `Now move the knob or pedal for ${this.rows.get(armed).control.label}.`;
    } else if (this.learning && this.armed) {
      this.help.textContent = "Learned. Touch another control, or end with MIDI learn.";
    }
    this.armed = armed;
  }
}

// Where the controls of a group go; one that the page has no place for gets a card with its title.
function place(group, title) {
  const found = document.getElementById(`group-${group}`);
  if (found) return found;
  const card = element("section", { className: "card" }), made = element("div", { id: `group-${group}` });
  card.setAttribute("aria-labelledby", `title-${group}`);
  card.append(element("h2", { id: `title-${group}`, innerText: title }), made);
  byId("groups").append(card);
  return made;
}

const arm = (link, name) => link.send("learn", { name });
