// The pad: pitch to the right, loudness upwards. A map of what the patch was trained on, a ball for each voice that
// sounds, and fingers that play.

import { byId, color, decibels, isBlack, noteName, onScheme, onSize, pitchName } from "./names.js";

const BEYOND = 4;          // semitones on either side of the trained range
const MARGIN_DB = 2;
const TRAIL_MS = 1100;
const KEY_FINGER = 1;      // the finger that the computer's keys move; pointers' ids are counted on from it
const CURSOR_STEP = 0.5, CURSOR_STRENGTH = 0.05;
const EDGE = { left: 40, right: 16, top: 16, bottom: 30 };
const FONT = "12px ui-sans-serif, system-ui, sans-serif";
const BALL = 9, BLUR_PX = 5;

export class Pad {
  constructor(link) {
    this.link = link;
    this.box = byId("pad");
    this.reading = byId("pad-reading");
    this.spoken = byId("pad-spoken");
    this.invitation = byId("pad-invitation");
    this.patch = null;
    this.trails = new Map(); // voice -> [{x, y, at}]
    this.pointers = new Map();
    this.cursor = null;      // {pitch, strength} while the keys move it
    this.keySounds = false;
    this.back = document.createElement("canvas");
    onSize(byId("pad-canvas"), (context, width, height) => {
      Object.assign(this, { context, width, height });
      this.drawMap();
    });
    onScheme(() => this.drawMap());
    this.box.addEventListener("pointerdown", (event) => this.down(event));
    this.box.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
      this.box.addEventListener(end, (event) => this.up(event));
    this.box.addEventListener("keydown", (event) => this.keyDown(event));
    this.box.addEventListener("keyup", (event) => this.keyUp(event));
    this.box.addEventListener("blur", () => { this.box.classList.remove("touched"); this.endKey(); });
    this.box.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  setPatch(patch) {
    this.patch = patch;
    this.low = Math.floor(patch.pitch[0]) - BEYOND;
    this.high = Math.ceil(patch.pitch[1]) + BEYOND;
    this.soft = patch.softest_db;
    this.loud = patch.loudness[1];
    this.cursor = { pitch: Math.round((patch.pitch[0] + patch.pitch[1]) / 2), strength: 0.6 };
    this.trails.clear();
    this.drawMap();
  }

  xOf(pitch) { return EDGE.left + (pitch - this.low) / (this.high - this.low) * (this.width - EDGE.left - EDGE.right); }

  yOf(db) {
    const share = (db - this.soft + MARGIN_DB) / (this.loud - this.soft + 2 * MARGIN_DB);
    return this.height - EDGE.bottom - share * (this.height - EDGE.top - EDGE.bottom);
  }

  // Where a voice is drawn: one that is louder or softer than the pad stays at its edge.
  heightOf(loudness) {
    return this.yOf(Math.min(this.loud + MARGIN_DB, Math.max(this.soft - MARGIN_DB, loudness)));
  }

  // What is under a pointer: pitch, and strength from 0 to 1.
  at({ clientX, clientY }) {
    const box = this.box.getBoundingClientRect();
    const x = (clientX - box.left - EDGE.left) / (this.width - EDGE.left - EDGE.right);
    const y = 1 - (clientY - box.top - EDGE.top) / (this.height - EDGE.top - EDGE.bottom);
    const db = this.soft - MARGIN_DB + y * (this.loud - this.soft + 2 * MARGIN_DB);
    const pitch = this.low + x * (this.high - this.low);
    return {
      pitch: Math.min(127, Math.max(0, Math.min(this.high, Math.max(this.low, pitch)))),
      strength: Math.min(1, Math.max(0, (db - this.soft) / (this.loud - this.soft))),
    };
  }

  down(event) {
    if (!this.patch || event.button > 0) return;
    event.preventDefault();
    this.box.classList.add("touched"); // a browser takes this focus for the keyboard's
    this.box.focus({ preventScroll: true });
    this.box.setPointerCapture(event.pointerId);
    const finger = KEY_FINGER + 1 + event.pointerId % 1e9;
    this.pointers.set(event.pointerId, finger);
    this.tell("finger_down", finger, this.at(event));
  }

  move(event) {
    const finger = this.pointers.get(event.pointerId);
    if (finger !== undefined) this.tell("finger_move", finger, this.at(event));
  }

  up(event) {
    const finger = this.pointers.get(event.pointerId);
    if (finger === undefined) return;
    this.pointers.delete(event.pointerId);
    this.link.send("finger_up", { finger });
  }

  tell(what, finger, { pitch, strength }) {
    this.link.send(what, { finger, pitch, strength });
    this.read(pitch, strength);
  }

  read(pitch, strength) {
    const db = this.soft + strength * (this.loud - this.soft);
    this.reading.textContent = `${pitchName(pitch)}, ${decibels(db)}`;
  }

  keyDown(event) {
    const steps = { ArrowLeft: [-CURSOR_STEP, 0], ArrowRight: [CURSOR_STEP, 0], ArrowUp: [0, CURSOR_STRENGTH],
      ArrowDown: [0, -CURSOR_STRENGTH] };
    if (!this.patch || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " || steps[event.key]) this.box.classList.remove("touched");
    if (event.key === " ") {
      event.preventDefault();
      if (event.repeat || this.keySounds) return;
      this.keySounds = true;
      this.tell("finger_down", KEY_FINGER, this.cursor);
    } else if (steps[event.key]) {
      event.preventDefault();
      const [pitch, strength] = steps[event.key], far = event.shiftKey ? 2 : 1;
      this.cursor.pitch = Math.min(this.high, Math.max(this.low, this.cursor.pitch + far * pitch));
      this.cursor.strength = Math.min(1, Math.max(0, this.cursor.strength + far * strength));
      if (this.keySounds) this.tell("finger_move", KEY_FINGER, this.cursor);
      this.read(this.cursor.pitch, this.cursor.strength);
      this.spoken.textContent = this.reading.textContent;
    }
  }

  keyUp(event) { if (event.key === " ") this.endKey(); }

  endKey() {
    if (this.keySounds) this.link.send("finger_up", { finger: KEY_FINGER });
    this.keySounds = false;
  }

  letGo() {
    this.pointers.clear();
    this.keySounds = false;
  }

  drawMap() {
    if (!this.patch || !this.context) return;
    const ratio = devicePixelRatio || 1;
    this.back.width = Math.round(this.width * ratio);
    this.back.height = Math.round(this.height * ratio);
    const c = this.back.getContext("2d");
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.fillStyle = color("card");
    c.fillRect(0, 0, this.width, this.height);
    c.save();
    c.beginPath();
    c.rect(EDGE.left, EDGE.top, this.width - EDGE.left - EDGE.right, this.height - EDGE.top - EDGE.bottom);
    c.clip();
    this.drawCoverage(c);
    c.restore();
    this.drawGrid(c);
    this.colours = [color("accent"), color("ink"), color("mute")];
    this.context.font = FONT;
    this.draw([]);
  }

  drawCoverage(c) {
    const cells = this.cells(), most = Math.max(...cells.map((cell) => cell.share));
    const sharp = document.createElement("canvas"), s = sharp.getContext("2d");
    [sharp.width, sharp.height] = [Math.ceil(this.width), Math.ceil(this.height)];
    s.fillStyle = color("cool");
    for (const { pitch, width, db, height, share } of cells) {
      const x = this.xOf(pitch), y = this.yOf(db + height);
      s.globalAlpha = 0.14 + 0.56 * Math.sqrt(share / most);
      s.fillRect(x, y, this.xOf(pitch + width) - x, this.yOf(db) - y);
    }
    c.filter = `blur(${BLUR_PX}px)`; // where a browser cannot, cells stay sharp
    c.drawImage(sharp, 0, 0, this.width, this.height);
    c.filter = "none";
  }

  // Where the recordings lay; without the patch's own map, from how its pitches and levels are spread.
  cells() {
    const map = this.patch.coverage, cells = [];
    if (map) {
      map.frames.forEach((row, i) => row.forEach((share, j) => {
        if (share) cells.push({ pitch: map.pitch_low + (i - 0.5) * map.pitch_step, width: map.pitch_step,
          db: map.loudness_low + j * map.loudness_step, height: map.loudness_step, share });
      }));
      if (cells.length) return cells;
    }
    const pitches = this.patch.pitch_quantiles, levels = this.patch.loudness_quantiles;
    const density = (quantiles, low, high) => quantiles.slice(1).reduce((sum, next, i) => {
      const from = quantiles[i], span = Math.max(next - from, 0.25);
      return sum + Math.max(0, Math.min(high, from + span) - Math.max(low, from)) / span;
    }, 0);
    for (let pitch = Math.floor(pitches[0]); pitch <= pitches[20] + 1; pitch++)
      for (let db = Math.floor(levels[1]); db <= levels[20]; db++) {
        const share = density(pitches, pitch - 0.5, pitch + 0.5) * density(levels, db, db + 1);
        if (share > 0) cells.push({ pitch: pitch - 0.5, width: 1, db, height: 1, share });
      }
    return cells;
  }

  drawGrid(c) {
    const bottom = this.height - EDGE.bottom, right = this.width - EDGE.right;
    c.font = FONT;
    c.lineWidth = 1;
    const room = this.xOf(this.low + 12) - this.xOf(this.low) > 230;
    for (let note = this.low; note <= this.high; note++) {
      const x = Math.round(this.xOf(note)) + 0.5, octave = note % 12 === 0;
      if (isBlack(note)) continue;
      c.strokeStyle = color("line");
      c.globalAlpha = octave ? 1 : 0.45;
      c.beginPath(); c.moveTo(x, EDGE.top); c.lineTo(x, bottom); c.stroke();
      c.globalAlpha = 1;
      if (!octave && !room) continue;
      c.fillStyle = octave ? color("ink") : color("mute");
      c.textAlign = "center";
      c.fillText(octave ? noteName(note) : noteName(note).slice(0, -1), x, bottom + 18);
    }
    c.textAlign = "right";
    for (let db = Math.ceil(this.soft / 6) * 6; db <= this.loud + MARGIN_DB; db += 6) {
      const y = Math.round(this.yOf(db)) + 0.5;
      c.strokeStyle = color("line");
      c.globalAlpha = 0.45;
      c.beginPath(); c.moveTo(EDGE.left, y); c.lineTo(right, y); c.stroke();
      c.globalAlpha = 1;
      c.fillStyle = color("mute");
      c.fillText(String(db).replace("-", "−"), EDGE.left - 8, y + 4);
    }
    c.textAlign = "left";
    c.fillText("dB", 8, bottom + 18);
  }

  draw(voices) {
    if (!this.context || !this.patch) return;
    const c = this.context, now = performance.now(), [accent, ink, mute] = this.colours;
    c.save();
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.drawImage(this.back, 0, 0);
    c.restore();
    if (voices.length) this.invitation.classList.add("taken");
    this.follow(voices, now);
    for (const trail of this.trails.values()) {
      c.strokeStyle = accent;
      c.lineCap = "round";
      for (let i = 1; i < trail.length; i++) {
        const fresh = 1 - (now - trail[i].at) / TRAIL_MS;
        if (fresh <= 0) continue;
        c.globalAlpha = 0.55 * fresh;
        c.lineWidth = 1 + 4 * fresh;
        c.beginPath(); c.moveTo(trail[i - 1].x, trail[i - 1].y); c.lineTo(trail[i].x, trail[i].y); c.stroke();
      }
    }
    for (const { pitch, loudness, held, age } of voices) {
      const x = this.xOf(pitch), y = this.heightOf(loudness);
      c.globalAlpha = held ? 1 : 0.5;
      c.fillStyle = accent;
      c.shadowColor = accent;
      c.shadowBlur = 18;
      c.beginPath(); c.arc(x, y, BALL, 0, 7); c.fill();
      c.shadowBlur = 0;
      c.lineWidth = 2;
      c.strokeStyle = ink;
      c.stroke();
      c.fillStyle = ink;
      c.textAlign = "center";
      c.fillText(noteName(Math.round(pitch)), x, y > EDGE.top + 3 * BALL ? y - 1.8 * BALL : y + 2.8 * BALL);
      if (age < 0.35) {
        c.globalAlpha = 1 - age / 0.35;
        c.strokeStyle = accent;
        c.beginPath(); c.arc(x, y, 10 + 50 * age, 0, 7); c.stroke();
      }
    }
    c.globalAlpha = 1;
    if (this.box.matches(":focus-visible:not(.touched)")) {
      const x = this.xOf(this.cursor.pitch), y = this.yOf(this.soft + this.cursor.strength * (this.loud - this.soft));
      c.strokeStyle = mute;
      c.lineWidth = 1.5;
      c.beginPath(); c.moveTo(x - 16, y); c.lineTo(x + 16, y); c.moveTo(x, y - 16); c.lineTo(x, y + 16); c.stroke();
    }
  }

  follow(voices, now) {
    const here = new Set();
    for (const { voice, pitch, loudness, age } of voices) {
      here.add(voice);
      const trail = this.trails.get(voice) ?? [];
      if (age < 0.05) trail.length = 0; // another note has this voice now
      trail.push({ x: this.xOf(pitch), y: this.heightOf(loudness), at: now });
      while (trail.length && now - trail[0].at > TRAIL_MS) trail.shift();
      this.trails.set(voice, trail);
    }
    for (const [voice, trail] of this.trails) {
      while (trail.length && now - trail[0].at > TRAIL_MS) trail.shift();
      if (!here.has(voice) && !trail.length) this.trails.delete(voice);
    }
  }
}
