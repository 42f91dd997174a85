/** The list of messages of the open chat: drawn from the thread, an unchanged message keeps its element. */

import { bubble, snippet } from "./bubble.js";
import { h, icon, iconButton } from "./dom.js";
import { dayName, say } from "./words.js";

const RUN_SECONDS = 300;
const NEAR_END_PIXELS = 80;

/** The list in `talk` and the bar of the pinned message in `pinned`, both drawn from the thread that is open in `seat`. */
export class MessageList {
  #thread = null;
  #shown = new Map();
  #below = 0;
  #follows = true;
  #badge = h("span", { class: "badge", hidden: true });

  constructor(seat) {
    this.seat = seat;
    this.list = h("div", { class: "messages", role: "log", "aria-label": say("messages"), tabIndex: 0 });
    this.toEnd = iconButton("down", say("to_end"), () => this.#end("smooth"), { class: "to-end", hidden: true });
    this.toEnd.append(this.#badge);
    this.talk = h("div", { class: "talk" }, this.list, this.toEnd);
    this.pinned = h("button", { type: "button", class: "pinned", hidden: true });
    this.list.addEventListener("scroll", () => this.#drawArrow(), { passive: true });
    this.list.addEventListener("load", () => this.#follows && this.#end(), { capture: true }); // pictures grow the list
  }

  /** Shows another thread, from its end. */
  open(thread) {
    this.#thread = thread;
    this.#shown = new Map();
    this.#below = 0;
    this.list.replaceChildren();
    this.draw();
    this.#end();
  }

  /** Brings the list up to date with the thread. */
  draw() {
    const focus = this.#focused();
    this.#follows = this.#shown.size === 0 || this.#nearEnd();
    this.#place(rows(this.#thread, this.seat));
    if (focus) this.#focusAgain(focus);
    if (this.#follows) this.#end();
    this.#drawArrow();
    this.#drawPinned();
  }

  /** Goes to the message, if it is there, and marks it for a moment. */
  jump(key) {
    const element = this.#shown.get(key)?.element;
    if (!element) return;
    element.scrollIntoView({ block: "center", behavior: "smooth" });
    mark(element, "found");
  }

  #place(wanted) {
    const known = this.#shown;
    this.#shown = new Map();
    let next = this.list.firstChild;
    for (const row of wanted) {
      const before = known.get(row.key);
      const element = before?.print === row.print ? before.element : row.make();
      if (before && before.element !== element) {
        if (next === before.element) next = next.nextSibling;
        before.element.remove();
        if (before.content !== row.content) mark(element, "changed");
      }
      if (!before && known.size && row.message) this.#arrived(element, row.message);
      if (element === next) next = next.nextSibling;
      else this.list.insertBefore(element, next);
      this.#shown.set(row.key, { ...row, element });
    }
    while (next) {
      const gone = next;
      next = next.nextSibling;
      gone.remove();
    }
  }

  #arrived(element, message) {
    element.classList.add("arrived");
    if (message.sender?.id === this.seat.viewer) this.#follows = true;
    else this.#below += 1;
  }

  /** A bubble that is drawn anew takes the keyboard's focus with it: its button is found again by its place. */
  #focused() {
    const { activeElement: active } = document;
    const message = this.list.contains(active) && active.closest("[data-key]");
    return message && { key: message.dataset.key, at: active.dataset.at };
  }

  #focusAgain({ key, at }) {
    const element = this.#shown.get(key)?.element;
    if (!element || element.contains(document.activeElement)) return;
    (element.querySelector(at ? `[data-at="${at}"]` : "button") ?? this.list).focus({ preventScroll: true });
  }

  #nearEnd() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR_END_PIXELS;
  }

  #end(behavior = "instant") {
    this.list.scrollTo({ top: this.list.scrollHeight, behavior });
  }

  #drawArrow() {
    if (this.#nearEnd()) this.#below = 0;
    this.toEnd.hidden = this.#nearEnd();
    this.#badge.hidden = this.#below === 0;
    this.#badge.textContent = this.#below;
  }

  #drawPinned() {
    const message = this.#thread.messages.get(this.#thread.pinnedKey);
    this.pinned.hidden = !message;
    if (!message) return;
    this.pinned.replaceChildren(icon("pin"), h("span", {}, snippet(message)));
    this.pinned.setAttribute("aria-label", `${say("pinned")}: ${snippet(message)}`);
    this.pinned.onclick = () => this.jump(message.key);
  }
}

/** What stands in the list: each row has a key, a print that tells whether it must be drawn anew, and a way to make it. */
function* rows(thread, seat) {
  if (thread.messages.size === 0) {
    const words = say(thread.isPrivate ? "empty_private" : "empty_group");
    yield { key: "empty", print: words, make: () => h("p", { class: "empty" }, words) };
  }
  let before = null;
  for (const message of thread.messages.values()) {
    const day = dayName(message.date);
    if (!before || dayName(before.date) !== day) {
      yield { key: `day ${day}`, print: day, make: () => h("div", { class: "day" }, day) };
      before = null;
    }
    const first = !before || !sameRun(before, message);
    const content = JSON.stringify(message);
    const print = JSON.stringify([content, first, seat.world.waitingFor(seat.viewer, message)]);
    yield { key: message.key, message, content, print, make: () => bubble(message, seat, { first }) };
    before = message;
  }
}

function sameRun(one, next) {
  return !one.service && one.sender?.id === next.sender?.id && next.date - one.date <= RUN_SECONDS
    && Boolean(one.ephemeralId) === Boolean(next.ephemeralId);
}

function mark(element, name) {
  element.classList.remove(name);
  void element.offsetWidth; // restarts the animation
  element.classList.add(name);
  element.addEventListener("animationend", () => element.classList.remove(name), { once: true });
}
