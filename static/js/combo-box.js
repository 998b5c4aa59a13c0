// Fetches the USWDS combo box only where a page has one, gives its input what the select had, and
// keeps what was typed: the box alone would erase without a word what is not on its list.
"use strict";

const boxes = document.querySelectorAll(".usa-combo-box");

function parts(target) {
  const box = target instanceof Element ? target.closest(".usa-combo-box") : null;
  const input = box?.querySelector("input");
  const note = input && document.getElementById(`${input.id}-unknown`);
  return note ? { box, input, select: box.querySelector("select"), note } : null;
}

// As names are compared: without case, accents and spaces around.
function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim().replace(/\s+/g, " ");
}

function prepare(box) {
  const select = box.querySelector("select");
  const input = box.querySelector("input");
  if (!input) return;
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  const hint = document.getElementById(`${input.id}-hint`);
  if (hint && box.dataset.hint) hint.textContent = box.dataset.hint;
  // It stands there before it speaks: a live region that comes with its words may stay unheard.
  const note = document.createElement("div");
  note.id = `${input.id}-unknown`;
  note.className = "field-error";
  note.setAttribute("role", "status");
  box.before(note);
  const described = input.getAttribute("aria-describedby");
  input.setAttribute("aria-describedby", [described, note.id].filter(Boolean).join(" "));
}

// What was typed, when it is nothing that could be sent.
const unknown = new WeakMap();

function choose(select, value) {
  if (select.value === value) return;
  select.value = value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

// Chooses what was meant, and returns the sentence that says what to do when that is not clear.
function settle({ box, input, select }) {
  const typed = plain(input.value);
  const options = [...select.options].filter((option) => option.value);
  if (typed && select.value && plain(select.selectedOptions[0].text) === typed) return null;
  const fitting = typed ? options.filter((option) => plain(option.text).includes(typed)) : [];
  const same = fitting.filter((option) => plain(option.text) === typed);
  const [meant, ...others] = same.length > 0 ? same : fitting;
  // The box then shows the name as the list has it.
  choose(select, meant && others.length === 0 ? meant.value : "");
  if (!typed || select.value) return null;
  const said = input.value.trim();
  const begin = meant
    ? `${fitting.length} names on the list have “${said}” in them. Choose one of them`
    : `“${said}” is not on the list. Choose one from the list`;
  const { missing } = box.dataset;
  if (missing) return `${begin}, or, if it is missing, type “not” and choose “${missing}”.`;
  const none = [...select.options].find((option) => !option.value);
  return none && !input.required ? `${begin}, or empty the field for “${none.text}”.` : `${begin}.`;
}

function say({ box, input, note }, sentence) {
  if (note.textContent === (sentence ?? "")) return;
  const field = box.closest(".field");
  const isOurs = !field.querySelector(`[id="${input.id}-error"]`); // Else the server found fault.
  const line = document.createElement("p");
  line.textContent = sentence;
  note.replaceChildren(...(sentence ? [line] : []));
  if (!isOurs) return;
  field.classList.toggle("field-invalid", Boolean(sentence));
  if (sentence) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

// The box listens at the body: what is caught at the document comes before it, what bubbles after.
function before(event) {
  const found = parts(event.target);
  if (!found) return;
  unknown.delete(found.box);
  const typed = found.input.value;
  const sentence = settle(found);
  if (sentence) unknown.set(found.box, { typed, sentence });
}

function after(event) {
  const found = parts(event.target);
  if (!found) return;
  const { box, input, select } = found;
  const kept = unknown.get(box);
  if (kept) input.value = kept.typed;
  else if (select.value) show(box, input, select.selectedOptions[0].text);
  say(found, kept?.sentence);
}

// As the box does itself when something is chosen in its list.
function show(box, input, name) {
  input.value = name;
  box.classList.add("usa-combo-box--pristine");
  close({ box, input });
}

function close({ box, input }) {
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-activedescendant", "");
  box.querySelector(".usa-combo-box__list").hidden = true;
}

// Who goes on to the button that clears the box has left, too; going to the list is not leaving.
function leaves({ target, relatedTarget }) {
  if (!parts(target)?.box.contains(relatedTarget)) return true;
  return target.matches("input") && relatedTarget.matches(".usa-combo-box__clear-input");
}

// The arrows lead into the list; Tab leads on, as in any other field.
document.addEventListener("keydown", (event) => {
  if (event.key === "Tab" && event.target.matches(".usa-combo-box__input")) close(parts(event.target));
}, true);

const enters = (event) => event.key === "Enter" && event.target.matches(".usa-combo-box__input");

document.addEventListener("focusout", (event) => leaves(event) && before(event), true);
document.addEventListener("focusout", (event) => leaves(event) && after(event));
document.addEventListener("keydown", (event) => enters(event) && before(event), true);
document.addEventListener("keydown", (event) => enters(event) && after(event));

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const found = parts(event.target);
    if (!found || !found.note.hasChildNodes()) return;
    unknown.delete(found.box);
    say(found, null);
  });
}

// Nothing else is sent than what is shown.
document.addEventListener("submit", (event) => {
  const open = [...event.target.querySelectorAll(".usa-combo-box")].find((box) => unknown.has(box));
  if (!open) return;
  event.preventDefault();
  open.querySelector("input").focus();
}, true);

if (boxes.length > 0) {
  const script = document.createElement("script");
  script.src = boxes[0].dataset.script;
  script.addEventListener("load", () => {
    window.requestAnimationFrame(() => boxes.forEach(prepare));
  });
  document.head.append(script);
}
