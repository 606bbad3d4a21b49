"use strict";
// The player: plays the sound, stands at a second, and tells the page where it is.
// Anything with class "seek" and data-start plays from there. Events on document: "voicecoach:seek"
// {start, play} asks for a second, "voicecoach:at" {at, playing} tells it. Without sound the place moves all the same.
(() => {
  const box = document.getElementById("player");
  if (!box) return;
  const find = (id) => document.getElementById(id);
  const sound = find("sound"), play = find("play"), place = find("place"), now = find("now"), note = find("sound-note");
  const duration = Number(box.dataset.duration), lead = Number(box.dataset.lead) || 0, step = 5;
  let heard = sound.hasAttribute("src"), at = 0, frame = 0;

  const { texts, fill, clock } = language;

  const tell = () => {
    if (heard) at = sound.currentTime;
    now.textContent = clock(at);
    place.value = String(at);
    place.setAttribute("aria-valuetext", clock(at));
    mark(at);
    document.dispatchEvent(new CustomEvent("voicecoach:at", { detail: { at, playing: !sound.paused } }));
  };
  const run = () => {
    cancelAnimationFrame(frame);
    tell();
    if (!sound.paused) frame = requestAnimationFrame(run);
  };
  const silent = (text) => {
    heard = false;
    note.textContent = text;
    for (const one of [play, find("speed")]) one.disabled = true;
  };
  const seek = (seconds, start) => {
    at = Math.min(Math.max(seconds, 0), duration);
    if (heard) {
      sound.currentTime = at;
      if (start) begin();
    }
    tell();
  };
  const ask = () => {
    box.classList.add("started");
    find("ask").textContent = fill("ready", { time: clock(at) });
  };
  const begin = () => sound.play().catch((error) => { // a browser may want a click first; the place is right all the same
    if (error.name === "NotAllowedError") ask();
  });
  const read = (again = 3) => { // turns get their height when they come near: it takes a few looks until they stand
    document.querySelector("#transcript .turn.now")?.scrollIntoView({ block: "center", behavior: "instant" });
    if (again) requestAnimationFrame(() => setTimeout(read, 0, again - 1));
  };
  const toggle = () => {
    if (!heard) return;
    if (sound.paused) begin();
    else sound.pause();
  };

  // --- where it is in the transcript: what began last and has not ended
  let spoken = null;
  const marked = [null, null];
  const gather = () => ["li.turn", ".w"].map((kind) => {
    const list = [...document.querySelectorAll(`#transcript ${kind}[data-start]`)].map((one) => ({ one, start: Number(one.dataset.start), end: Number(one.dataset.end) }));
    list.sort((a, b) => a.start - b.start);
    list.forEach((entry, k) => { // a word lasts until the next, but not over a pause
      if (Number.isNaN(entry.end)) entry.end = Math.min(list[k + 1]?.start ?? Infinity, entry.start + 0.8);
    });
    return list;
  });
  const last = (list, seconds) => {
    let low = 0, high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle].start <= seconds) low = middle + 1;
      else high = middle;
    }
    const found = list[low - 1];
    return found && seconds <= found.end + 0.15 ? found.one : null;
  };
  const mark = (seconds) => {
    spoken ??= gather();
    spoken.forEach((list, kind) => {
      const found = last(list, seconds);
      if (found === marked[kind]) return;
      marked[kind]?.classList.remove("now");
      found?.classList.add("now");
      marked[kind] = found;
      if (found && kind === 0 && find("follow").checked) found.scrollIntoView({ block: "center" });
    });
  };

  // --- wiring
  find("back").addEventListener("click", () => seek(at - step));
  find("forward").addEventListener("click", () => seek(at + step));
  play.addEventListener("click", toggle);
  place.addEventListener("input", () => seek(Number(place.value)));
  find("speed").addEventListener("change", (event) => { sound.playbackRate = Number(event.target.value); });
  for (const kind of ["play", "pause", "seeked", "ended"]) sound.addEventListener(kind, run);
  for (const kind of ["play", "pause"]) {
    sound.addEventListener(kind, () => {
      play.textContent = sound.paused ? texts.play : texts.pause;
      play.setAttribute("aria-label", play.textContent);
      if (sound.paused) return;
      box.classList.add("started");
      find("ask").textContent = "";
    });
  }
  sound.addEventListener("error", () => {
    silent(texts.no_sound);
  });
  document.addEventListener("click", (event) => {
    const moment = event.target.closest?.("[data-start].seek, .w[data-start]");
    if (!moment || moment.closest("a")) return;
    seek(Number(moment.dataset.start) - (moment.classList.contains("w") ? 0 : lead), true);
    if (!heard && box.classList.contains("away") && !moment.closest("#transcript")) read(); // where else would it show
  });
  document.addEventListener("voicecoach:seek", (event) => seek(event.detail.start, event.detail.play));

  const busy = (one) => one?.closest?.("input:not([type=checkbox]), select, textarea, [contenteditable]");
  const pressed = (one) => one?.closest?.("button, summary, a, input, select, textarea, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented || busy(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === " " && pressed(event.target)) return; // it presses what has the focus
    const wanted = {
      " ": toggle, k: toggle,
      j: () => seek(at - step), arrowleft: () => seek(at - step),
      l: () => seek(at + step), arrowright: () => seek(at + step),
    }[key];
    if (!wanted) return;
    event.preventDefault();
    wanted();
  });

  const asked = () => {
    const folded = document.getElementById(location.hash.slice(1))?.closest("details:not([open])");
    if (folded) {
      folded.open = true;
      document.getElementById(location.hash.slice(1)).scrollIntoView();
    }
    const found = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash);
    if (!found) return;
    seek(Number(found[1]));
    if (heard) ask();
    else if (document.readyState === "complete") read();
    else document.addEventListener("voicecoach:drawn", () => read(), { once: true });
  };
  addEventListener("hashchange", asked);

  sound.controls = false;
  sound.hidden = true;
  box.querySelector(".deck").hidden = false;
  if (!heard) silent(note.textContent);
  else if (sound.error) sound.dispatchEvent(new Event("error")); // it failed before anyone listened
  if (location.hash) asked();

  // once it plays it stays in sight, at the lower edge, wherever the reader is
  if ("IntersectionObserver" in window) {
    const home = box.parentElement;
    new IntersectionObserver(([seen]) => box.classList.toggle("away", !seen.isIntersecting)).observe(home);
  }
})();
