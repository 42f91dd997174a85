/** The list of messages of the open chat: drawn from the thread, an unchanged message keeps its element. */

import { bubble, snippet } from "./bubble.js";
import { h, icon, iconButton } from "./dom.js";
import { dayName, language, say } from "./words.js";

const RUN_SECONDS = 300;
const NEAR_END_PIXELS = 80;

/** This function will make the list; `draw()` brings it up to date with the thread that is open in `seat`. */
export function messageList(seat) {
  let thread = null;
  let below = 0;
  let shown = new Map();
  const list = h("div", { class: "messages", role: "log", "aria-label": say("messages"), tabIndex: 0 });
  const badge = h("span", { class: "badge", hidden: true });
  const toEnd = iconButton("down", say("to_end"), () => end("smooth"), { class: "to-end", hidden: true });
  toEnd.append(badge);
  const pinned = h("button", { type: "button", class: "pinned", hidden: true });
  const talk = h("div", { class: "talk" }, list, toEnd);

  const nearEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PIXELS;
  function end(behavior = "instant") {
    list.scrollTo({ top: list.scrollHeight, behavior });
  }
  function arrow() {
    if (nearEnd()) below = 0;
    toEnd.hidden = nearEnd();
    badge.hidden = below === 0;
    badge.textContent = below;
  }
  list.addEventListener("scroll", arrow, { passive: true });
  list.addEventListener("load", () => follow && end(), { capture: true });
  let follow = true;

  function jump(key) {
    const found = shown.get(key)?.element;
    if (!found) return;
    found.scrollIntoView({ block: "center", behavior: "smooth" });
    mark(found, "found");
  }

  function open(next) {
    thread = next;
    shown = new Map();
    below = 0;
    list.replaceChildren();
    draw();
    end();
  }

  function draw() {
    if (!thread) return;
    const fresh = shown.size === 0;
    follow = fresh || nearEnd();
    const focused = document.activeElement?.closest?.("[data-key]");
    const focus = list.contains(focused) && { key: focused.dataset.key, at: document.activeElement.dataset.at };
    const next = new Map();
    let previous = null;
    for (const row of rows(thread, seat)) {
      const known = shown.get(row.key);
      const kept = known?.print === row.print;
      const element = kept ? known.element : row.make();
      if (!kept && known) known.element.remove();
      if (known && known.content !== row.content) mark(element, "changed");
      if (!known && !fresh && row.message) {
        element.classList.add("arrived");
        if (row.message.sender?.id === seat.viewer) follow = true;
        else below += 1;
      }
      const place = previous ? previous.nextSibling : list.firstChild;
      if (element !== place) list.insertBefore(element, place);
      next.set(row.key, { ...row, element });
      previous = element;
    }
    while (previous ? previous.nextSibling : list.firstChild) (previous ? previous.nextSibling : list.firstChild).remove();
    shown = next;
    if (focus) refocus(focus);
    if (follow) end();
    arrow();
    drawPinned();
  }

  function refocus({ key, at }) {
    const element = shown.get(key)?.element;
    if (!element || element.contains(document.activeElement)) return;
    (element.querySelector(at ? `[data-at="${at}"]` : "button") ?? list).focus({ preventScroll: true });
  }

  function drawPinned() {
    const message = thread.messages.get(thread.pinnedKey);
    pinned.hidden = !message;
    if (!message) return;
    pinned.replaceChildren(icon("pin"), h("span", {}, snippet(message)));
    pinned.setAttribute("aria-label", `${say("pinned")}: ${snippet(message)}`);
    pinned.onclick = () => jump(message.key);
  }

  return { talk, pinned, open, draw, jump, end };
}

function* rows(thread, seat) {
  let before = null;
  if (thread.messages.size === 0) {
    const words = say(thread.isPrivate ? "empty_private" : "empty_group");
    yield { key: "empty", print: words, make: () => h("p", { class: "empty" }, words) };
  }
  for (const message of thread.messages.values()) {
    const day = dayName(message.date);
    if (!before || dayName(before.date) !== day) {
      yield { key: `day ${day}`, print: day, make: () => h("div", { class: "day" }, day) };
      before = null;
    }
    const first = !before || before.service || before.sender?.id !== message.sender?.id
      || message.date - before.date > RUN_SECONDS || Boolean(before.ephemeralId) !== Boolean(message.ephemeralId);
    const content = JSON.stringify(message);
    const waiting = seat.world.waitingFor(seat.viewer, message).join();
    yield { key: message.key, message, content, print: [content, first, waiting, language()].join("\n"),
      make: () => bubble(message, seat, { first }) };
    before = message;
  }
}

function mark(element, name) {
  element.classList.remove(name);
  void element.offsetWidth; // restarts the animation
  element.classList.add(name);
  element.addEventListener("animationend", () => element.classList.remove(name), { once: true });
}
