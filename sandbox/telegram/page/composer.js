/** Where a person writes: text, an answer to a message, a photo or file, hints of the bot's commands. */

import { quote, snippet } from "./bubble.js";
import { h, icon, iconButton } from "./dom.js";
import { commandHints } from "./hints.js";
import { fileSize, say } from "./words.js";

/** This function will make the composer of a column; each chat keeps its own draft. */
export function composer(seat) {
  const drafts = new Map();
  const input = h("textarea", { rows: 1, placeholder: say("write"), "aria-label": say("write"), enterKeyHint: "send" });
  const sendButton = iconButton("send", say("send"), send, { class: "send" });
  const picker = h("input", { type: "file", hidden: true, on: { change: () => attach(picker.files[0]) } });
  const above = h("div", {});
  const row = h("div", { class: "composer-row" },
    iconButton("attach", say("attach"), () => picker.click()), picker, input, sendButton);
  const instead = h("button", { type: "button", class: "button main instead", hidden: true });
  const hints = commandHints(input, seat, send);
  const element = h("div", { class: "composer" }, hints.element, above, row, instead);

  const draft = () => drafts.get(seat.chat) ?? drafts.set(seat.chat, { text: "", answer: null, file: null }).get(seat.chat);

  input.addEventListener("input", () => {
    draft().text = input.value;
    ready();
    hints.draw();
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || hints.took(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape") {
      drop("answer");
      drop("file");
    }
  });
  input.addEventListener("paste", (event) => {
    const [file] = event.clipboardData.files;
    if (file) attach(file);
  });

  function ready() {
    const { text, file } = draft();
    sendButton.disabled = !text.trim() && !file;
  }

  function drop(what) {
    draft()[what] = null;
    draw();
  }

  function attach(file) {
    if (!file) return;
    picker.value = "";
    draft().file = file;
    draw();
    input.focus();
  }

  function answer(message, { focus = true } = {}) {
    draft().answer = message;
    draw();
    if (focus) input.focus();
  }

  async function send() {
    const { text, answer: message, file } = draft();
    if (!text.trim() && !file) return;
    const chat = seat.chat;
    const unsent = draft();
    drafts.delete(chat);
    draw();
    const sent = await seat.send({ text: text.trim(), answer: message, file });
    if (sent || drafts.get(chat)?.text) return;
    drafts.set(chat, unsent);
    draw();
  }

  function draw() {
    const { text, answer: message, file } = draft();
    if (input.value !== text) input.value = text;
    input.placeholder = message?.placeholder || say("write");
    above.replaceChildren(...[message && answering(message, seat, () => drop("answer")), file && attached(file, () => drop("file"))]
      .filter(Boolean));
    ready();
    hints.draw();
    const other = seat.insteadOfWriting();
    row.hidden = above.hidden = Boolean(other);
    instead.hidden = !other;
    instead.textContent = other?.label ?? "";
    instead.onclick = other?.act ?? null;
  }

  return { element, draw, answer, attach, focus: () => (instead.hidden ? input : instead).focus() };
}

function answering(message, seat, drop) {
  const original = { name: message.sender?.name ?? "", color: message.sender?.color, snippet: snippet(message) };
  return h("div", { class: "answering" }, icon("reply"), quote(original, () => seat.jump(message.key)),
    iconButton("close", say("cancel"), drop));
}

function attached(file, drop) {
  const picture = file.type.startsWith("image/");
  const url = picture && URL.createObjectURL(file);
  return h("div", { class: "attached" },
    picture ? h("img", { src: url, alt: "", on: { load: () => URL.revokeObjectURL(url) } }) : icon("file"),
    h("span", {}, file.name, h("br"), h("small", {}, fileSize(file.size))),
    iconButton("close", say("cancel"), drop));
}
