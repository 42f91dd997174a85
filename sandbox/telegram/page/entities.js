/** Telegram's formatted text: `text` with entities whose offsets count UTF-16 units, as JavaScript's strings do. */

import { h } from "./dom.js";

/** These stand on lines of their own, so the line break behind them would show as an empty line. */
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const SAFE_LINK = /^(https?:|tg:|mailto:|tel:)/i;

/**
 * This function will turn text and its entities into nodes. Entities nest but never cross
 * (core.telegram.org/bots/api#messageentity), so the outer one of two comes first once sorted.
 * `openLink(url)` is asked first and may take a link over by answering true; `sendCommand(words)` is what a press on a command does.
 */
export function formatted(text, entities, acts) {
  const sorted = [...entities].sort((one, other) => one.offset - other.offset || other.length - one.length);
  return nested(text, sorted, 0, text.length, acts);
}

function nested(text, entities, start, end, acts) {
  const nodes = document.createDocumentFragment();
  let at = start;
  let next = 0;
  while (next < entities.length) {
    const entity = entities[next];
    const stop = Math.min(entity.offset + entity.length, end);
    let after = next + 1;
    while (after < entities.length && entities[after].offset < stop) after += 1;
    nodes.append(text.slice(at, entity.offset));
    const inside = nested(text, entities.slice(next + 1, after), entity.offset, stop, acts);
    nodes.append(dressed(entity, text.slice(entity.offset, stop), inside, acts));
    at = BLOCKS.has(entity.type) && text[stop] === "\n" ? stop + 1 : stop;
    next = after;
  }
  nodes.append(text.slice(at, end));
  return nodes;
}

function dressed(entity, words, inside, { openLink, sendCommand }) {
  switch (entity.type) {
    case "bold": return h("strong", {}, inside);
    case "italic": return h("em", {}, inside);
    case "underline": return h("u", {}, inside);
    case "strikethrough": return h("s", {}, inside);
    case "code": return h("code", {}, inside);
    case "pre": return h("pre", {}, h("code", {}, inside));
    case "blockquote": return h("blockquote", {}, inside);
    case "expandable_blockquote": return h("blockquote", { class: "expandable", tabIndex: 0 }, inside);
    case "spoiler": return spoiler(inside);
    case "url": return link(/^[a-z]+:/i.test(words) ? words : `https://${words}`, inside, openLink);
    case "text_link": return link(entity.url, inside, openLink);
    case "email": return link(`mailto:${words}`, inside, openLink);
    case "phone_number": return link(`tel:${words}`, inside, openLink);
    case "date_time": return h("time", { dateTime: new Date(entity.unix_time * 1000).toISOString() }, inside);
    case "bot_command":
      return h("button", { type: "button", class: "mention", on: { click: () => sendCommand(words) } }, inside);
    case "mention": case "text_mention": case "hashtag": case "cashtag":
      return h("span", { class: "mention" }, inside);
    default: return inside;
  }
}

function link(url, inside, openLink) {
  if (!SAFE_LINK.test(url)) return inside;
  const open = (event) => {
    if (openLink(url)) event.preventDefault();
  };
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer", on: { click: open } }, inside);
}

function spoiler(inside) {
  const reveal = (event) => event.currentTarget.setAttribute("aria-expanded", "true");
  return h("button", { type: "button", class: "spoiler", "aria-expanded": "false", on: { click: reveal } },
    h("span", {}, inside));
}
