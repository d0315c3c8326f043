// What the keyboard does, on every page. A single key acts only outside of fields, and can be
// switched off: some people's screen readers and voices type letters that they don't mean.
const STORED = "desk.keys";
const help = document.getElementById("help");
const byId = (id) => document.getElementById(id);

export const say = (text) => { byId("said").textContent = text; };

function stored() {
  try { return localStorage.getItem(STORED) !== "off"; } catch { return true; }
}

function store(on) {
  try { localStorage.setItem(STORED, on ? "on" : "off"); } catch { /* it holds for this page */ }
}

let on = stored();
byId("keys-on").checked = on;
byId("keys-on").addEventListener("change", (event) => { on = event.target.checked; store(on); });
byId("help-open").addEventListener("click", () => help.showModal());
byId("help-close").addEventListener("click", () => help.close());
help.addEventListener("click", (event) => { if (event.target === help) help.close(); });

// rows of the inbox: j and k move the focus, Enter is the link's own
function row(step) {
  const rows = [...document.querySelectorAll("#tickets .ticket")];
  const at = rows.indexOf(document.activeElement);
  const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1);
  rows[next]?.focus();
  rows[next]?.scrollIntoView({ block: "nearest" });
}

const beside = (id, none) => { const link = byId(id); if (link) link.click(); else say(none); };
const inbox = document.body.dataset.page === "inbox";

const does = {
  "?": () => help.showModal(),
  j: () => inbox ? row(1) : beside("after", "There is no next ticket."),
  k: () => inbox ? row(-1) : beside("before", "There is no previous ticket."),
  u: () => { location.href = byId("back")?.href ?? "/"; },
  n: () => { location.href = "/new"; },
};

// other scripts add theirs
export const keys = (more) => Object.assign(does, more);

const writes = (element) => element?.matches?.("input:not([type=checkbox]), textarea, select");

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest?.("form") ?? byId("reply");
    const button = form?.querySelector("[data-send]");
    if (button && !button.disabled) { event.preventDefault(); form.requestSubmit(button); }
    return;
  }
  if (event.ctrlKey || event.metaKey || help.open) return;
  if (event.key === "Escape" && writes(event.target)) { event.target.blur(); byId("main").focus(); return; }
  if (!on || writes(event.target)) return;
  const act = Object.hasOwn(does, event.key) ? does[event.key] : undefined;
  if (act) { event.preventDefault(); act(); }
});

// what was asked for came to nothing: say so where it is seen, and leave the page as it is
const trouble = (text) => { byId("trouble").textContent = text; };
const kept = "What you wrote is still here.";
document.addEventListener("htmx:error", () => trouble(`The desk does not answer. ${kept}`));
document.addEventListener("htmx:after:request", (event) => {
  const { status, headers } = event.detail.ctx.response;
  const html = headers.get("Content-Type")?.startsWith("text/html");
  if (status < 400 || (html && status !== 404)) { trouble(""); return; }
  trouble(`The desk could not do that (${status}). ${kept}`);
  event.preventDefault();
});
// a form that came back with a problem asks for a yes, or to be read
document.addEventListener("htmx:after:swap", () => {
  if (!document.querySelector("main form [role=alert]")) return;
  document.querySelector("main form [name=checked]")?.focus();
});
