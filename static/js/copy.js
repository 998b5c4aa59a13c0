// Copies a link or a code, and says that it did.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const label = button.querySelector("span");
  const before = label.textContent;
  label.textContent = button.dataset.done;
  document.getElementById("announcements").textContent = button.dataset.done;
  window.setTimeout(() => {
    label.textContent = before;
  }, 2000);
});
