// Patches, rooms and presets to choose from, and what is known of the patch that plays.

import { byId, element, noteName, showFacts, signed } from "./names.js";

const LOWEST = 24, HIGHEST = 96; // of the bars that show ranges: C1 to C7
const ROOMS = { "small-studio": "a small studio", chamber: "a chamber", hall: "a hall", plate: "a plate" };
const MAPS = { keyboard: "a keyboard", wind: "a wind controller", mpe: "an MPE controller" };

export class Lists {
  constructor(link) {
    this.link = link;
    byId("room").onchange = ({ target }) => link.send("room", { name: target.value });
    byId("tuning").onchange = ({ target }) => link.send("tuning", { name: target.value });
    byId("a4").oninput = () => { this.typing = true; };
    byId("a4").onchange = ({ target }) => {
      this.typing = false;
      if (target.reportValidity() && target.value) link.send("a4", { hz: Number(target.value) });
    };
    byId("map").onchange = ({ target }) => link.send("map", { name: target.value });
    byId("save").onsubmit = (event) => {
      event.preventDefault();
      const name = byId("preset-name").value.trim();
      if (name) link.send("save", { name });
      byId("preset-name").value = "";
    };
  }

  setPatches(patches, playing) {
    const known = patches.some(({ reference }) => reference === playing.reference);
    this.patches = known ? patches : [{ ...playing, scores: {} }, ...patches];
    const items = this.patches.map((patch) => {
      const button = element("button", { type: "button", title: Object.values(facts(patch)).join(" · ") },
        element("span", { innerText: patch.title }), element("small", { innerText: range(patch, "–") }), bar(patch));
      button.dataset.reference = patch.reference;
      button.onclick = () => this.link.send("patch", { name: patch.reference });
      return element("li", {}, button);
    });
    byId("patches").replaceChildren(...items);
    this.setPlaying(playing);
  }

  setPlaying({ reference, title }) {
    byId("patch-title").textContent = title;
    document.title = `${title} · ddsp-live`;
    for (const button of byId("patches").querySelectorAll("button")) {
      const plays = button.dataset.reference === reference;
      button.setAttribute("aria-pressed", String(plays));
      if (plays) show(button);
    }
    const playing = this.patches?.find((patch) => patch.reference === reference);
    if (playing) showFacts("patch-facts", facts(playing));
  }

  setRooms({ chosen, choices, own }) {
    const names = { own: own ? "the patch's own" : "the patch's own: it has none", none: "none", ...ROOMS };
    byId("no-room").hidden = own || chosen !== "own";
    byId("room").replaceChildren(...choices.map((room) =>
      element("option", { value: room, innerText: names[room] ?? room, selected: room === chosen })));
  }

  setTuning({ chosen, choices, a4 }) {
    byId("tuning").replaceChildren(...choices.map((name) =>
      element("option", { value: name, innerText: name, selected: name === chosen })));
    if (!this.typing) byId("a4").value = a4 === null ? "" : Math.round(10 * a4) / 10;
    byId("a4").disabled = a4 === null;
  }

  setMaps({ chosen, choices }) {
    const named = choices.map((name) =>
      element("option", { value: name, innerText: MAPS[name] ?? name, selected: name === chosen }));
    const own = element("option", { innerText: "a map of its own", selected: true, disabled: true });
    byId("map").replaceChildren(...(chosen ? [] : [own]), ...named);
  }

  setPresets(names) {
    const items = names.map((name) => {
      const recall = element("button", { type: "button", innerText: name });
      recall.setAttribute("aria-label", `Recall the preset ${name}`);
      recall.onclick = () => this.link.send("recall", { name });
      const forget = element("button", { type: "button", className: "quiet", innerText: "Delete" });
      forget.setAttribute("aria-label", `Delete the preset ${name}`);
      forget.onclick = () => this.link.send("delete", { name });
      return element("li", {}, recall, forget);
    });
    byId("presets").replaceChildren(...items);
  }
}

// Scrolls the list alone: the page stays where it is.
function show(button) {
  const list = byId("patches");
  list.scrollTo({
    left: button.offsetLeft - (list.clientWidth - button.offsetWidth) / 2,
    top: button.offsetTop - (list.clientHeight - button.offsetHeight) / 2,
  });
}

const range = ({ pitch }, to = " to ") => pitch.map((note) => noteName(Math.round(note))).join(to);

function bar({ pitch }) {
  const [from, to] = pitch.map((note) => Math.min(1, Math.max(0, (note - LOWEST) / (HIGHEST - LOWEST))));
  const made = element("i", { className: "range", ariaHidden: "true" });
  made.style.setProperty("--from", `${100 * from}%`);
  made.style.setProperty("--span", `${100 * (to - from)}%`);
  return made;
}

function facts(patch) {
  const { distance, loudness_error_db: off, f0_cents: cents } = patch.scores;
  return {
    Range: range(patch),
    Likeness: distance === undefined ? "" : `spectral distance ${distance.toFixed(2)} from recordings not learned from`,
    Loudness: off === undefined ? "" : `within ${off.toFixed(2)} dB of what is asked`,
    Pitch: cents === undefined ? "" : `within ${cents.toFixed(1)} ct`,
    Trim: patch.trim_db === undefined ? "" : `${signed(patch.trim_db, 1, "dB")}, so that instruments are about equally loud`,
    Licence: patch.licence ?? "",
  };
}
