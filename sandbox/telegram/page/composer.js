/** Where a person writes: text, an answer to a message, a photo or file, hints of the bot's commands. */

import { quote, snippet } from "./bubble.js";
import { h, icon, iconButton } from "./dom.js";
import { commandHints } from "./hints.js";
import { fileSize, say } from "./words.js";

/** The composer of a column; each chat keeps its own draft: text, the message answered, a file. */
export class Composer {
  #drafts = new Map();
  #above = { answer: null, file: null };

  constructor(seat) {
    this.seat = seat;
    this.input = h("textarea", { rows: 1, "aria-label": say("write"), enterKeyHint: "send" });
    this.hints = commandHints(this.input, seat, () => this.send());
    this.sendButton = iconButton("send", say("send"), () => this.send(), { class: "send" });
    const picker = h("input", { type: "file", hidden: true, on: { change: () => this.attach(picker.files[0]) } });
    this.above = h("div", {});
    this.menu = h("button", { type: "button", class: "button menu-button", on: { click: () => seat.openMiniApp({}) } });
    this.row = h("div", { class: "composer-row" }, this.menu,
      iconButton("attach", say("attach"), () => picker.click()), picker, this.input, this.sendButton);
    this.instead = h("button", { type: "button", class: "button main instead", hidden: true });
    this.element = h("div", { class: "composer" }, this.hints.element, this.above, this.row, this.instead);
    this.input.addEventListener("input", () => this.#typed());
    this.input.addEventListener("keydown", (event) => this.#pressed(event));
    this.input.addEventListener("paste", ({ clipboardData }) => this.attach(clipboardData.files[0]));
  }

  /** Shows the draft of the open chat, or the button that stands in its place. */
  draw() {
    const { text, answer, file } = this.#draft;
    if (this.input.value !== text) this.input.value = text;
    this.input.placeholder = answer?.placeholder || say("write");
    this.#drawAbove(answer, file);
    this.sendButton.disabled = !text.trim() && !file;
    this.hints.draw();
    const menu = this.seat.menuButton();
    this.menu.hidden = !menu;
    this.menu.textContent = menu ?? "";
    const other = this.seat.insteadOfWriting();
    this.row.hidden = this.above.hidden = Boolean(other);
    this.instead.hidden = !other;
    this.instead.textContent = other?.label ?? "";
    this.instead.onclick = other?.act ?? null;
  }

  /** Begins an answer to a message. */
  answer(message, { focus = true } = {}) {
    this.#change({ answer: message });
    if (focus) this.input.focus();
  }

  /** Takes a file from the disk, if there is one. */
  attach(file) {
    if (!file) return;
    this.#change({ file });
    this.input.focus();
  }

  /** Sends the draft; what the sandbox refused comes back, unless something new was begun. */
  async send() {
    const { chat } = this.seat;
    const draft = this.#draft;
    if (!draft.text.trim() && !draft.file) return;
    this.#drafts.delete(chat);
    this.draw();
    const sent = await this.seat.send({ ...draft, text: draft.text.trim() });
    if (sent || this.#drafts.get(chat)?.text) return;
    this.#drafts.set(chat, draft);
    this.draw();
  }

  get #draft() {
    return this.#drafts.get(this.seat.chat) ?? { text: "", answer: null, file: null };
  }

  #change(part) {
    this.#drafts.set(this.seat.chat, { ...this.#draft, ...part });
    this.draw();
  }

  #drawAbove(answer, file) {
    if (this.#above.answer === answer && this.#above.file === file) return; // a picture would blink at each letter
    this.#above = { answer, file };
    this.above.replaceChildren();
    if (answer) this.above.append(this.#answering(answer));
    if (file) this.above.append(attached(file, () => this.#change({ file: null })));
  }

  #typed() {
    this.#change({ text: this.input.value });
  }

  #pressed(event) {
    if (event.isComposing || this.hints.took(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    } else if (event.key === "Escape") {
      this.#change({ answer: null, file: null });
    }
  }

  #answering(message) {
    const original = { name: message.sender?.name ?? "", color: message.sender?.color, snippet: snippet(message) };
    return h("div", { class: "answering" }, icon("reply"), quote(original, () => this.seat.jump(message.key)),
      iconButton("close", say("cancel"), () => this.#change({ answer: null })));
  }
}

function attached(file, drop) {
  const picture = file.type.startsWith("image/");
  const url = picture && URL.createObjectURL(file);
  return h("div", { class: "attached" },
    picture ? h("img", { src: url, alt: "", on: { load: () => URL.revokeObjectURL(url) } }) : icon("file"),
    h("span", {}, file.name, h("br"), h("small", {}, fileSize(file.size))),
    iconButton("close", say("cancel"), drop));
}
