"use strict";

// Keys of the console. A key selects or moves; only Enter records, and only what is selected.
const by = (id) => document.getElementById(id);
const pageKey = document.body.dataset.page;
const picture = by("picture");

function veil() {
  if (!picture) return;
  picture.replaceChildren();
  by("stage").className = "stage grey blur";
  for (const id of ["grey", "blur"]) by(id)?.setAttribute("aria-pressed", "true");
  if (by("veil")) by("veil").disabled = true;
}

function look() {
  if (picture.childElementCount) veil();
  else by("view")?.click();
}

function toggle(name) {
  const on = by("stage")?.classList.toggle(name);
  by(name)?.setAttribute("aria-pressed", String(on));
}

function chosen() {
  return document.querySelector("#decision input[name=decision]:checked");
}

function say(text) {
  by("chosen").textContent = text;
}

function selected() {
  const decision = chosen()?.value;
  for (const pair of document.querySelectorAll("#decision .pair")) {
    const fits = pair.dataset.for.split(" ").includes(decision);
    const select = pair.querySelector("select");
    select.disabled = !fits;
    if (!fits) select.value = "";
  }
  if (decision) {
    const extra = [...document.querySelectorAll("#decision .pair select")].find((s) => !s.disabled && s.value);
    const more = extra ? `, ${extra.selectedOptions[0].text}` : "";
    say(`Selected: ${decision}${more}. Nothing is recorded until you press Enter.`);
  }
}

function choose(key) {
  const radio = document.querySelector(`#decision input[data-key="${key}"]`);
  if (!radio) return;
  radio.checked = true;
  selected();
}

function cycle(id) {
  const select = by(id);
  if (!select || select.disabled) return;
  select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
  selected();
}

function record() {
  const form = by("decision");
  if (!form) return;
  if (chosen()) form.requestSubmit();
  else say("Select a decision first: 1, 2, 3 or 4.");
}

function move(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement);
  const next = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step));
  rows[next].focus();
}

const caseKeys = {
  v: look,
  g: () => toggle("grey"),
  b: () => toggle("blur"),
  1: () => choose("1"),
  2: () => choose("2"),
  3: () => choose("3"),
  4: () => choose("4"),
  e: () => choose("4"),
  a: () => cycle("classification"),
  o: () => cycle("opinion"),
  r: () => by("remarks")?.focus(),
  j: () => by("following")?.click(),
  k: () => by("previous")?.click(),
  q: () => location.assign("/queue"),
  Enter: record,
};
const listKeys = { j: () => move(1), k: () => move(-1), "/": () => by("subject")?.focus() };

document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || by("help")?.open) return;
  if (target.matches("textarea, select, input:not([type=radio])")) {
    if (event.key === "Escape") target.blur();
    return;
  }
  if (event.key === "?" && by("help")) {
    by("help").showModal();
    return;
  }
  // Enter on a link or a button is theirs.
  if (event.key === "Enter" && target.closest("a, button, input")) return;
  const keys = pageKey === "case" ? caseKeys : listKeys;
  if (Object.hasOwn(keys, event.key) && (!event.repeat || pageKey !== "case")) {
    event.preventDefault();
    keys[event.key]();
  }
});

if (pageKey === "case") {
  by("veil")?.addEventListener("click", veil);
  by("grey")?.addEventListener("click", () => toggle("grey"));
  by("blur")?.addEventListener("click", () => toggle("blur"));
  by("decision")?.addEventListener("change", selected);
  by("decision")?.addEventListener("submit", (event) => {
    event.target.querySelector("button").disabled = true;
  });
  picture.addEventListener("htmx:afterSwap", () => {
    by("veil").disabled = false;
    picture.querySelector("img")?.addEventListener("error", (event) => {
      event.target.nextElementSibling.hidden = false;
      event.target.remove();
    });
  });
  // A picture does not stay behind when the reviewer goes elsewhere.
  window.addEventListener("pagehide", veil);
  document.addEventListener("visibilitychange", () => document.hidden && veil());
  selected();
} else {
  document.querySelector("[data-row]")?.focus({ preventScroll: true });
}
