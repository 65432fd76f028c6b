"use strict";

// Keys of the page of an entry, beside those of the console. A key selects; only Enter on what is selected records.
(() => {
  const keys = {
    v: hold,
    g: () => toggle("coloured", "colour"),
    z: () => toggle("large", "large"),
    h: putAway,
    y: () => (by("verify") ?? by("release"))?.focus(),
    t: () => location.assign("/tasks"),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || by("help")?.open) return;
    if (event.target.matches("textarea, select, input") || !Object.hasOwn(keys, event.key)) return;
    if (!event.repeat) keys[event.key]();
    event.preventDefault();
  });
  if (!picture) return;
  document.addEventListener("keyup", (event) => event.key.toLowerCase() === "v" && letGo());
  const button = by("hold");
  button?.addEventListener("pointerdown", hold);
  for (const end of ["pointerup", "pointerleave", "pointercancel", "blur"]) button?.addEventListener(end, letGo);
  button?.addEventListener("keydown", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    if (!event.repeat) hold();
  });
  button?.addEventListener("keyup", letGo);
  by("away")?.addEventListener("click", putAway);
  by("colour")?.addEventListener("click", () => toggle("coloured", "colour"));
  by("large")?.addEventListener("click", () => toggle("large", "large"));
  picture.addEventListener("htmx:afterSwap", () => {
    by("away").disabled = !picture.querySelector("img");
    unveil();
  });
  window.addEventListener("blur", letGo);
  // A picture does not stay behind when somebody goes elsewhere.
  window.addEventListener("pagehide", putAway);
  document.addEventListener("visibilitychange", () => document.hidden && putAway());
})();
