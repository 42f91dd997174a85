/** One message as a bubble: who, what it answers, words, picture or file, time, buttons. */

import { h, icon, iconButton } from "./dom.js";
import { formatted } from "./entities.js";
import { keyboard } from "./keyboard.js";
import { clockTime, fileSize, money, say } from "./words.js";
import { lightbox } from "./dialogs.js";

/** This function will draw a message for the person of `seat`; `first` begins a run of one sender's messages. */
export function bubble(message, seat, { first }) {
  if (message.service) {
    return h("div", { class: "event", data: { key: message.key } }, message.service);
  }
  const mine = message.sender?.id === seat.viewer;
  const names = ["message", mine && "mine", first && "first",
    message.ephemeralId && "only-you", (message.keyboard || message.invoice || message.media?.kind === "photo") && "wide"];
  const acts = { openLink: (url) => seat.openLink(url), sendCommand: (text) => seat.send({ text }) };
  const time = `${message.edited ? `${say("edited")} ` : ""}${clockTime(message.date)}`;
  const label = `${message.sender?.name ?? ""}, ${clockTime(message.date)}${message.ephemeralId ? `, ${say("only_you")}` : ""}`;
  return h("article", { class: names.filter(Boolean).join(" "), data: { key: message.key }, "aria-label": label,
    style: `--person: ${message.sender?.color ?? "gray"}` },
    h("div", { class: "bubble", on: { dblclick: () => seat.reply(message) } },
      message.ephemeralId && onlyYou(),
      first && !mine && sender(message),
      message.replyTo && quoted(message, seat),
      message.media && media(message.media),
      message.invoice && invoiceCard(message.invoice, seat),
      h("div", { class: "text", data: { room: time } }, formatted(message.text, message.entities, acts)),
      h("div", { class: `meta ${message.text ? "" : "below"}` }, time),
      message.reactions.length > 0 && h("div", { class: "reactions", "aria-label": say("reactions") },
        message.reactions.map((emoji) => h("span", {}, emoji)))),
    message.keyboard && keyboard(message, seat),
    h("div", { class: "acts" },
      iconButton("reply", say("reply"), () => seat.reply(message)),
      mine && !message.ephemeralId && iconButton("close", say("delete"), () => seat.remove(message))));
}

function quoted({ chatId, replyTo }, seat) {
  const original = seat.world.thread(seat.viewer, chatId).messages.get(replyTo.key);
  return quote({ ...replyTo, snippet: original ? snippet(original) : replyTo.snippet }, () => seat.jump(replyTo.key));
}

/** This function will draw the piece of a message that another one answers; a press on it runs `act`. */
export function quote(original, act) {
  return h("button", { type: "button", class: "quote", style: original.color && `--person: ${original.color}`,
    "aria-label": say("reply_to", { name: original.name }), on: { click: act } },
    h("b", {}, original.name), h("span", {}, original.snippet));
}

/** This function will say in one line what a message holds. */
export function snippet(message) {
  const kind = message.media && say(message.media.kind === "photo" ? "photo" : "file");
  return (message.text || message.invoice?.title || kind || message.service || "").replace(/\s+/g, " ").slice(0, 160);
}

function onlyYou() {
  return h("div", { class: "only-you-mark" }, icon("eye"), say("only_you"));
}

function sender({ sender }) {
  return h("div", { class: "sender" }, sender.name, sender.isBot && h("span", { class: "is-bot" }, say("bot")));
}

function invoiceCard({ title, description, total_amount: total, currency, paid_by: paidBy }, seat) {
  return h("div", { class: "invoice" }, h("b", {}, title), h("p", {}, description),
    h("div", { class: "total" }, money(total, currency), paidBy.includes(seat.viewer) && h("span", { class: "paid" }, say("paid"))));
}

function media(thing) {
  if (thing.kind === "photo") {
    return h("button", { type: "button", class: "photo", "aria-label": say("open_photo"), on: { click: () => lightbox(thing.url) } },
      h("img", { src: thing.url, alt: say("photo"), width: thing.width, height: thing.height, loading: "lazy" }));
  }
  return h("a", { class: "file", href: thing.url, download: thing.name, target: "_blank" },
    h("span", { class: "file-sign" }, icon("file")),
    h("span", {}, h("b", {}, thing.name), h("small", {}, fileSize(thing.size))));
}
