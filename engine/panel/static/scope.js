// The spectrogram, the level with its peak, and the figures beside them.

import { byId, color, onScheme, onSize } from "./names.js";

const PIXELS = 2;           // that a column is wide
const FLOOR_DB = -60;
const HOLD_MS = 1500;
const FALL_DB = 0.9;        // of the bar, each state
const SPOKEN_MS = 1000;     // between what a screen reader is told

export class Scope {
  constructor() {
    this.canvas = byId("spectrogram");
    this.bar = byId("meter-bar");
    this.hold = byId("meter-hold");
    this.meter = byId("meter");
    this.level = this.held = FLOOR_DB;
    this.heldAt = this.spokenAt = 0;
    onSize(this.canvas, (context) => { this.context = context; this.clear(); });
    onScheme(() => this.clear());
  }

  clear() {
    const parse = (name) => color(name).match(/\w\w/g).map((hex) => parseInt(hex, 16));
    const stops = [parse("card"), parse("cool"), parse("accent")];
    this.colours = Array.from({ length: 256 }, (_, value) => {
      const x = Math.min(1, Math.max(0, (value / 255 - 0.22) / 0.62)) * 2, i = Math.min(1, Math.floor(x));
      return stops[i].map((from, c) => Math.round(from + (stops[i + 1][c] - from) * (x - i)));
    });
    const { width, height } = this.canvas;
    this.context.save();
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.fillStyle = color("card");
    this.context.fillRect(0, 0, width, height);
    this.context.restore();
    this.column = null;
  }

  draw(state) {
    this.drawLevel(20 * Math.log10(Math.max(state.peak, 1e-6)));
    if (this.context && state.spectrum.length) this.drawColumn(state.spectrum);
  }

  drawColumn(bands) {
    const { width, height } = this.canvas, step = PIXELS * Math.round(devicePixelRatio || 1), c = this.context;
    if (!this.column) this.column = c.createImageData(step, height);
    const pixels = this.column.data;
    for (let y = 0; y < height; y++) {
      const at = (1 - y / (height - 1)) * (bands.length - 1), i = Math.floor(at), share = at - i;
      const value = bands[i] * (1 - share) + (bands[i + 1] ?? 0) * share;
      const rgb = this.colours[Math.round(value)];
      for (let x = 0; x < step; x++) {
        const to = 4 * (y * step + x);
        [pixels[to], pixels[to + 1], pixels[to + 2], pixels[to + 3]] = [...rgb, 255];
      }
    }
    c.save();
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.drawImage(this.canvas, -step, 0);
    c.restore();
    c.putImageData(this.column, width - step, 0);
  }

  drawLevel(db) {
    const now = performance.now(), width = this.meter.clientWidth;
    const share = (level) => Math.min(1, Math.max(0, 1 - level / FLOOR_DB));
    this.level = Math.max(db, this.level - FALL_DB, FLOOR_DB);
    if (db >= this.held || now - this.heldAt > HOLD_MS) [this.held, this.heldAt] = [Math.max(db, FLOOR_DB), now];
    this.bar.style.transform = `scaleX(${share(this.level)})`;
    this.hold.style.transform = `translateX(${share(this.held) * width - 2}px)`;
    if (now - this.spokenAt < SPOKEN_MS) return;
    this.spokenAt = now;
    this.meter.setAttribute("aria-valuenow", Math.round(this.held));
    const text = this.held > FLOOR_DB ? `${Math.round(this.held)} dB` : "silence";
    this.meter.setAttribute("aria-valuetext", text);
    this.meter.title = `Peak ${text}`;
  }
}
