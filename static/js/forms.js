// Forms: never sent twice, focus on what is wrong, filters that answer at once.
"use strict";

const sending = new WeakSet();
const PATIENCE = 10_000; // An answer that is a file leaves the page standing.

function release(form) {
  sending.delete(form);
  for (const button of form.querySelectorAll("button[aria-disabled]")) {
    button.removeAttribute("aria-disabled");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-once]") || event.defaultPrevented) return;
  if (sending.has(form)) {
    event.preventDefault();
    return;
  }
  // htmx sends by itself and may keep the form; it says when it is done.
  if (form.hasAttribute("hx-post")) return;
  sending.add(form);
  for (const button of form.querySelectorAll("button[type=submit]")) {
    button.setAttribute("aria-disabled", "true");
  }
  window.setTimeout(release, PATIENCE, form);
});

// Coming back by the Back button must not leave a dead form behind.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.querySelectorAll("form[data-once]").forEach(release);
});

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.hasAttribute("data-autosubmit") && event.target.matches("select, [type=checkbox], [type=radio]")) {
    form.requestSubmit();
  }
});

// A button says how many are ticked.
function count(button) {
  const { counts, one, many } = button.dataset;
  const ticked = button.form.querySelectorAll(`[name="${counts}"]:checked`).length;
  button.textContent = ticked === 1 ? one : many.replace("#", ticked || "no");
}

for (const button of document.querySelectorAll("button[data-counts]")) {
  button.form.addEventListener("change", () => count(button));
  count(button);
}

// Empty filters need not stand in the address; what has to be typed is asked for again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("method") === "post") return;
  const empty = [...form.elements].filter((control) => control.name && control.value === "" && !control.disabled && !control.required);
  for (const control of empty) control.disabled = true;
  window.setTimeout(() => {
    for (const control of empty) control.disabled = false;
  });
});

// Filters fold away where they would push the results off a phone's screen.
const isNarrow = window.matchMedia("(max-width: 59.99rem)");

function fold() {
  for (const details of document.querySelectorAll("details[data-fold]")) details.open = !isNarrow.matches;
}

isNarrow.addEventListener("change", fold);
fold();

document.querySelector("[data-focus]")?.focus();
