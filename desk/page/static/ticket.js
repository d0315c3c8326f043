// A ticket's own: how long the draft was in sight, its keys, the clause that is shown.
import { keys, say } from "./keys.js";

const byId = (id) => document.getElementById(id);

// seconds that this page was in sight; a tab in the background is not read
let seen = 0;
let since = document.hidden ? null : performance.now();
const inSight = () => seen + (since === null ? 0 : performance.now() - since);
document.addEventListener("visibilitychange", () => {
  seen = inSight();
  since = document.hidden ? null : performance.now();
});
document.addEventListener("submit", (event) => {
  const field = event.target.elements.namedItem("seconds");
  if (field) field.value = (inSight() / 1000).toFixed(1);
}, true);

function edit() {
  const field = byId("sent");
  if (!field) return;
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

function arm() {
  byId("discard")?.focus();
}

function write(text) {
  const field = byId("sent");
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  edit();
}

// the marks' numbers are not part of the text
function heldBack() {
  const copy = byId("held").cloneNode(true);
  for (const number of copy.querySelectorAll("sup")) number.remove();
  return copy.textContent;
}

const take = () => { if (byId("held") && byId("reply")) write(heldBack()); };
byId("take")?.addEventListener("click", take);

const discards = (element) => element?.id === "discard";
document.addEventListener("focusin", (event) => {
  const hint = byId("armed");
  if (!hint) return;
  hint.textContent = discards(event.target) ? "Enter discards" : "";
  if (discards(event.target)) say("Enter discards this draft.");
});

// a clause stays in view until another is looked at
const cites = [...document.querySelectorAll(".cite")];
function show(cite) {
  for (const other of cites) other.classList.toggle("shown", other === cite);
}
for (const cite of cites) {
  const chip = cite.querySelector(".chip");
  chip.addEventListener("pointerenter", () => show(cite));
  chip.addEventListener("click", () => chip.focus());
  cite.addEventListener("focusin", () => show(cite));
}

// one may have been looked at before this ran
const looked = cites.find((cite) => cite.contains(document.activeElement));
if (looked) show(looked);

const numbered = cites.slice(0, 9).map((cite, n) => [`${n + 1}`, () => cite.querySelector(".chip").focus()]);
keys({
  e: edit,
  t: take,
  x: arm,
  o: () => document.querySelector(".cite.shown a")?.click(),
  ...Object.fromEntries(numbered),
});
