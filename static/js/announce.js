// Says what changed: a swapped part may carry data-announce with the sentence to speak.
"use strict";

const announcements = document.getElementById("announcements");

function announce(sentence) {
  announcements.textContent = "";
  window.setTimeout(() => {
    announcements.textContent = sentence;
  }, 50);
}

// The focus stays where it was, by id, when the part around it is swapped.
let focused = null;

document.addEventListener("htmx:beforeSwap", (event) => {
  focused = document.activeElement?.id || null;
  // A refusal of ours says where its words belong; a proxy's error page does not.
  if (event.detail.xhr.getResponseHeader("HX-Retarget")) event.detail.shouldSwap = true;
});

document.addEventListener("htmx:afterSettle", (event) => {
  const part = event.detail.elt;
  const flashes = document.getElementById("flashes");
  if (event.detail.target === flashes) flashes.scrollIntoView({ block: "nearest" });
  else flashes?.replaceChildren(); // What was refused before is settled.
  const said = part.matches?.("[data-announce]") ? part : part.querySelector?.("[data-announce]");
  if (said) announce(said.dataset.announce);
  // Whoever has moved on meanwhile is left in peace.
  if (focused && document.activeElement === document.body) {
    // What was pressed may be gone, as Undo is after the first mark: then the first thing beside it.
    const next = document.getElementById(focused) ?? part.querySelector?.("button");
    next?.focus?.({ preventScroll: true });
  }
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => announce("No answer. Check the connection and try again."));
}

document.addEventListener("htmx:responseError", (event) => {
  if (!event.detail.xhr.getResponseHeader("HX-Retarget")) announce("That did not work. Load the page again and try once more.");
});
