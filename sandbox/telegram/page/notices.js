/** What the bot says to one person only, over their column: toasts that pass by, alerts that wait to be read. */

import { h } from "./dom.js";
import { say } from "./words.js";

const TOAST_MILLISECONDS = 4500;

/** This function will make the place of a column's toasts. */
export function toastPlace() {
  return h("div", { class: "notices", role: "status", "aria-live": "polite" });
}

/** This function will show `text` in `place` for a while. */
export function showToast(place, text) {
  const note = h("div", { class: "toast" }, text);
  place.append(note);
  setTimeout(() => note.remove(), TOAST_MILLISECONDS);
}

/** This function will cover `column` with `text` until it is dismissed; the keyboard then returns to where it was. */
export function showAlert(column, text) {
  const before = document.activeElement;
  const done = () => {
    cover.remove();
    before?.focus?.();
  };
  const ok = h("button", { type: "button", class: "button main", on: { click: done } }, say("ok"));
  const cover = h("div", { class: "alert", role: "alertdialog", "aria-label": text,
    on: { keydown: (event) => event.key === "Escape" && done() } }, h("div", {}, h("p", {}, text), ok));
  column.append(cover);
  ok.focus();
}
