// Sound that comes in: its level and the gate, the pitch that is heard, how long that takes, and what is wrong with it.

import { byId, decibels, pitchName, showFacts } from "./names.js";

const FLOOR_DB = -60;
const CLIPPED_MS = 3000;    // that clipping is told of after it was seen

const share = (db) => Math.min(1, Math.max(0, 1 - db / FLOOR_DB));

export class Input {
  constructor(link) {
    this.clipped = null;     // samples so far, as last seen
    this.clips = 0;          // timer: it was cut off a moment ago
    byId("calibrate").onclick = () => link.send("calibrate");
  }

  // null: it does not listen.
  show(heard) {
    byId("input").hidden = !heard;
    if (!heard) return;
    byId("input-bar").style.transform = `scaleX(${share(heard.level_db)})`;
    byId("input-gate").style.left = `${100 * share(heard.gate_db)}%`;
    byId("input-meter").setAttribute("aria-valuenow", Math.max(FLOOR_DB, heard.level_db));
    const measures = heard.calibrating > 0;
    byId("calibrate").setAttribute("aria-pressed", String(measures));
    byId("calibrate").textContent = measures ? `Sing soft and loud: ${heard.calibrating} s` : "Calibrate";
    this.showTrouble(heard);
    showFacts("input-readings", {
      From: heard.device ?? "no input: connect a microphone",
      Heard: heard.f0_hz ? `${pitchName(69 + 12 * Math.log2(heard.f0_hz / 440))}, ${heard.f0_hz.toFixed(1)} Hz` : "no pitch",
      Loudness: `${decibels(heard.loudness_db)}, ${heard.f0_hz ? "sounds" : "silent"} (gate ${decibels(heard.gate_db)})`,
      Played: heard.mode === "control" ? "as a controller: keys play notes" :
        (heard.mode === "notes" ? "as notes" : "as sung") + octaves(heard.octave),
      Delay: `${heard.delay_ms} ms to hear it, ${heard.devices_ms} ms the devices'`,
    });
  }

  showTrouble(heard) {
    const { clipped, duck_db: duck, howls } = heard;
    if (clipped > (this.clipped ?? clipped)) {
      clearTimeout(this.clips);
      this.clips = setTimeout(() => { this.clips = 0; this.showTrouble({ ...heard, duck_db: 0 }); }, CLIPPED_MS);
    }
    this.clipped = clipped;
    const text = duck < -0.5 ? `Feedback: played ${decibels(-duck)} softer. Use headphones.` :
      this.clips ? "Cut off at full scale: turn its gain down." :
      howls ? `Feedback so far: ${howls}. Use headphones.` : "";
    byId("input-trouble").hidden = !text;
    if (byId("input-trouble").textContent !== text) byId("input-trouble").textContent = text;
  }
}

const octaves = (moved) =>
  moved ? `, ${Math.abs(moved)} octave${Math.abs(moved) > 1 ? "s" : ""} ${moved > 0 ? "up" : "down"}` : "";
