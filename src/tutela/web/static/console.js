"use strict";

// Keys of the console. A key selects or moves; only Enter records, and only what is selected.
const by = (id) => document.getElementById(id);
const pageKey = document.body.dataset.page;
const picture = by("picture");
const stage = by("stage");
let holding = false;

// The bar of keys lies over the page, in as many rows as it needs: the page leaves room for it.
const bar = document.querySelector(".keys");
if (bar) {
  const leave = () => document.documentElement.style.setProperty("--keys", `${bar.offsetHeight}px`);
  new ResizeObserver(leave).observe(bar);
}

// The picture is small, grey and blurred except while a key or the button is held.
function unveil() {
  stage?.classList.toggle("unveiled", holding && Boolean(picture?.querySelector("img")));
}

// The reasons stand above the picture, which may lie below the window. A held pointer must not lose its button.
function reach() {
  stage.scrollIntoView({ block: "nearest" });
}

function hold(event) {
  if (holding || !by("hold")) return;
  holding = true;
  if (!picture.querySelector("img")) htmx.trigger(picture, "look");
  unveil();
  if (event?.type !== "pointerdown") reach();
}

function letGo() {
  holding = false;
  unveil();
}

function putAway() {
  letGo();
  if (!picture) return;
  picture.replaceChildren();
  stage.classList.remove("coloured", "large");
  for (const id of ["colour", "large"]) by(id)?.setAttribute("aria-pressed", "false");
  if (by("away")) by("away").disabled = true;
}

function toggle(name, id) {
  if (!by(id)) return;
  by(id).setAttribute("aria-pressed", String(stage.classList.toggle(name)));
  if (holding) reach();
}

function chosen() {
  return document.querySelector("#decision input[name=decision]:checked");
}

function say(text) {
  by("chosen").textContent = text;
}

function wordsOf(box) {
  return box.closest("label").lastChild.textContent.trim();
}

function selected() {
  const form = by("decision");
  if (!form) return;
  const decision = chosen();
  const said = [];
  for (const row of form.querySelectorAll("[data-for]")) {
    const fits = row.dataset.for.split(" ").includes(decision?.value);
    for (const control of row.querySelectorAll("select, input")) {
      control.disabled = !fits;
      if (!fits && control.type === "checkbox") control.checked = false;
      else if (!fits) control.value = "";
      else if (control.matches("select") && control.value) said.push(control.selectedOptions[0].text);
      else if (control.checked) said.push(wordsOf(control));
    }
  }
  if (by("urgent")?.checked) said.push(wordsOf(by("urgent")));
  const all = [...(decision ? [decision.dataset.label] : []), ...said];
  if (all.length) say(`${form.dataset.selected}: ${all.join(", ")}. ${form.dataset.nothing}`);
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

function skip() {
  if (chosen()?.value !== "skip") choose("5");
  cycle("skip");
}

function tick(id) {
  const box = by(id);
  if (!box || box.disabled) return;
  box.checked = !box.checked;
  selected();
}

function record() {
  const form = by("decision");
  if (!form) return;
  if (chosen() || by("urgent").checked) form.requestSubmit();
  else say(form.dataset.first);
}

function move(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement);
  const next = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step));
  rows[next].focus();
}

const caseKeys = {
  v: hold,
  g: () => toggle("coloured", "colour"),
  z: () => toggle("large", "large"),
  h: putAway,
  1: () => choose("1"),
  2: () => choose("2"),
  3: () => choose("3"),
  4: () => choose("4"),
  5: () => choose("5"),
  e: () => choose("4"),
  s: skip,
  a: () => cycle("classification"),
  w: () => cycle("ground"),
  o: () => cycle("opinion"),
  x: () => tick("generated"),
  p: () => tick("self_produced"),
  u: () => tick("urgent"),
  l: () => document.querySelector("[data-legality]:not(:disabled)")?.focus(),
  r: () => by("remarks")?.focus(),
  c: () => by("comment")?.focus(),
  i: () => by("add-to-list")?.focus(),
  j: () => by("following")?.click(),
  k: () => by("previous")?.click(),
  n: () => by("next")?.click(),
  q: () => {
    leave();
    location.assign("/queue");
  },
  Enter: record,
};
const listKeys = {
  j: () => move(1),
  k: () => move(-1),
  n: () => by("next")?.click(),
  "/": () => by("subject")?.focus(),
};

document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || by("help")?.open) return;
  if (target.matches("textarea, select, input:not([type=radio], [type=checkbox])")) {
    if (event.key === "Escape") target.blur();
    return;
  }
  if (event.key === "?" && by("help")) {
    letGo();
    by("help").showModal();
    return;
  }
  // Enter on a link or a button is theirs.
  if (event.key === "Enter" && target.closest("a, button, input")) return;
  const keys = pageKey === "case" ? caseKeys : listKeys;
  if (!Object.hasOwn(keys, event.key)) return;
  // While a key is held it repeats, which would otherwise scroll or search in the page.
  if (!event.repeat || pageKey !== "case") keys[event.key]();
  event.preventDefault();
});

// Who works on the case: renewed while the page is used, ended when it is left.
let used = Date.now();
let staying = false;
let left = false;

function isOfThisCase(path) {
  return new URL(path, location.href).pathname.startsWith(location.pathname.split("/").slice(0, 3).join("/"));
}

function leave() {
  const claim = by("claim");
  if (staying || left || !claim?.dataset.ticket) return;
  left = true;
  const csrf = document.querySelector("input[name=csrf]").value;
  navigator.sendBeacon(claim.dataset.leave, new URLSearchParams({ csrf, ticket: claim.dataset.ticket }));
}

if (pageKey === "case") {
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
  by("decision")?.addEventListener("change", selected);
  by("decision")?.addEventListener("submit", (event) => {
    event.target.querySelector("button").disabled = true;
  });
  picture.addEventListener("htmx:afterSwap", () => {
    const shown = picture.querySelector("img");
    by("away").disabled = !shown;
    unveil();
    shown?.addEventListener("error", (event) => {
      event.target.nextElementSibling.hidden = false;
      event.target.remove();
      letGo();
    });
  });
  window.addEventListener("blur", letGo);
  // A picture does not stay behind when the reviewer goes elsewhere.
  window.addEventListener("pagehide", putAway);
  document.addEventListener("visibilitychange", () => document.hidden && putAway());

  for (const sign of ["keydown", "pointerdown", "pointermove"]) {
    document.addEventListener(sign, () => (used = Date.now()), { passive: true });
  }
  // Also tells the server that nobody sits here any more, since it is not asked then.
  by("claim").addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden || Date.now() - used > Number(event.target.dataset.idle) * 1000) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    staying = isOfThisCase(link.href);
    // Before the next page is asked for, so that it shows the case as free.
    leave();
  });
  document.addEventListener("submit", (event) => (staying = isOfThisCase(event.target.action)));
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  selected();
} else {
  document.querySelector("[data-row]")?.focus({ preventScroll: true });
}
