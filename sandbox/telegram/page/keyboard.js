/** The inline keyboard under a message: taps, links, copying; a spinner until the bot has answered a tap. */

import { h, icon } from "./dom.js";
import { say } from "./words.js";

const STYLES = new Set(["primary", "success", "danger"]);

/**
 * This function will draw rows of Bot API `InlineKeyboardButton` (core.telegram.org/bots/api#inlinekeyboardbutton).
 * A repeated tap is never held back: the bot must stand it, and people do it.
 */
export function keyboard(message, seat) {
  const rows = message.keyboard.map((row, rowAt) =>
    h("div", { class: "keys" }, row.map((key, columnAt) => drawn(key, { message, seat, at: `${rowAt},${columnAt}` }))));
  return h("div", { class: "keyboard", role: "group", "aria-label": say("buttons") }, rows);
}

function drawn(key, place) {
  const { message, seat, at } = place;
  const look = `key ${STYLES.has(key.style) ? key.style : ""}`;
  if (key.url) return linkKey(key, look, seat);
  const waiting = seat.world.waitingFor(seat.viewer, message).includes(at);
  return h("button", {
    type: "button", class: look, disabled: Boolean(key.disabled), "aria-busy": waiting ? "true" : null,
    data: { at }, on: { click: () => press(key, place) },
  }, h("span", {}, key.text), key.copy_text && cornerIcon("copy"), key.web_app && cornerIcon("app"), waiting && h("span", { class: "spinner" }));
}

function linkKey(key, look, seat) {
  const open = (event) => {
    if (seat.openLink(key.url)) event.preventDefault();
  };
  return h("a", { class: look, href: key.url, target: "_blank", rel: "noopener noreferrer", on: { click: open } },
    h("span", {}, key.text), cornerIcon("link"));
}

function cornerIcon(name) {
  const sign = icon(name);
  sign.classList.add("corner");
  return sign;
}

async function press(key, { message, seat, at }) {
  if (key.pay) {
    await seat.pay(message);
  } else if (key.web_app) {
    await seat.openMiniApp({ message, url: key.web_app.url });
  } else if (key.copy_text) {
    await navigator.clipboard?.writeText(key.copy_text.text).catch(() => {});
    seat.toast(say("copied", { text: key.copy_text.text }));
  } else {
    await seat.tap(message, at);
  }
}
