// Fetches the USWDS combo box only where a page has one, and gives its input what the select had.
"use strict";

const boxes = document.querySelectorAll(".usa-combo-box");

function describe(box) {
  const select = box.querySelector("select");
  const input = box.querySelector("input");
  if (!input) return;
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
}

if (boxes.length > 0) {
  const script = document.createElement("script");
  script.src = boxes[0].dataset.script;
  script.addEventListener("load", () => {
    window.requestAnimationFrame(() => boxes.forEach(describe));
  });
  document.head.append(script);
}
