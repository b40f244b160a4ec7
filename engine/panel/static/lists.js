// Patches, rooms and presets to choose from.

import { byId, element, noteName } from "./names.js";

const MAPS = { keyboard: "a keyboard", wind: "a wind controller", mpe: "an MPE controller" };

export class Lists {
  constructor(link) {
    this.link = link;
    byId("room").onchange = ({ target }) => link.send("room", { name: target.value });
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
      const button = element("button", { type: "button" },
        element("span", { innerText: patch.title }), element("small", { innerText: about(patch) }));
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
    for (const button of byId("patches").querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(button.dataset.reference === reference));
  }

  setRooms({ chosen, choices }) {
    const names = { own: "the patch's own", none: "none" };
    byId("room").replaceChildren(...choices.map((room) =>
      element("option", { value: room, innerText: names[room] ?? room, selected: room === chosen })));
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

function about({ pitch, scores, licence }) {
  const parts = [`${noteName(Math.round(pitch[0]))} to ${noteName(Math.round(pitch[1]))}`];
  if (scores.distance !== undefined) parts.push(`spectral distance ${scores.distance.toFixed(2)}`);
  if (scores.loudness_error_db !== undefined) parts.push(`loudness within ${scores.loudness_error_db.toFixed(2)} dB`);
  if (scores.f0_cents !== undefined) parts.push(`pitch within ${scores.f0_cents.toFixed(1)} ct`);
  if (licence) parts.push(licence);
  return parts.join(" · ");
}
