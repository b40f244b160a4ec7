const STEPS = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];

// Middle C, MIDI note 60, is C4.
export const noteName = (note) => STEPS[note % 12] + (Math.floor(note / 12) - 1);

export const isBlack = (note) => [1, 3, 6, 8, 10].includes(note % 12);

// A pitch with the cents that it is off.
export function pitchName(pitch) {
  const note = Math.round(pitch), cents = Math.round(100 * (pitch - note));
  return noteName(note) + (cents ? ` ${cents > 0 ? "+" : "−"}${Math.abs(cents)} ct` : "");
}

export const decibels = (db) => `${Math.round(db)} dB`.replace("-", "−");

export const signed = (value, digits, unit) =>
  `${value < 0 ? "−" : value > 0 ? "+" : ""}${Math.abs(value).toFixed(digits)} ${unit}`;

export const byId = (id) => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// A text whose commands stand between backticks.
export function prose(text) {
  return text.split("`").map((part, i) => i % 2 ? element("code", { textContent: part }) : part);
}

// A list of names and texts; what has no text is left out.
export function showFacts(id, facts) {
  const rows = Object.entries(facts).filter(([, text]) => text);
  byId(id).replaceChildren(...rows.flatMap(([name, text]) =>
    [element("dt", { innerText: name }), element("dd", {}, ...prose(text))]));
}

export const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// Draws anew whenever the scheme of colours changes.
export function onScheme(draw) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}

// A canvas as sharp as the screen: calls back with its context and its size in CSS pixels.
export function onSize(canvas, draw) {
  new ResizeObserver(() => {
    const ratio = devicePixelRatio || 1, { clientWidth: width, clientHeight: height } = canvas;
    if (!width || !height) return;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(context, width, height);
  }).observe(canvas);
}
