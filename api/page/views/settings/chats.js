/** What was chosen for the chats of the person: the language of the cards and the currency of new purchases. */

import { html } from "../../html.js";
import { patch } from "../../api.js";
import { put, refresh } from "../../kept.js";
import { tell } from "../../notices.js";
import { wordsOf } from "../../parts/acting.js";
import { CHATS, useChats } from "../../parts/chats.js";
import { Field } from "../../parts/fields.js";
import { currencyCodes, say } from "../../words.js";
import { LANGUAGE_NAMES } from "./choices.js";

/** This view will let a person choose for everybody in a chat of theirs; it is empty where they are in none. */
export function Chats() {
  const chats = useChats();
  if (!chats.length) return null;
  return html`<section aria-labelledby="chats"><h2 id="chats">${say("chats")}</h2><p class="soft">${say("chats-hint")}</p>
    ${chats.map((chat) => html`<${Chat} key=${chat.id} chat=${chat} chats=${chats} />`)}</section>`;
}

function Chat({ chat, chats }) {
  const { id, title, language, currency } = chat;
  const choose = async (change) => {
    put(CHATS, { items: chats.map((one) => (one === chat ? { ...chat, ...change } : one)) });
    await patch(`/chats/${id}`, change).catch((error) => tell(wordsOf(error)));
    refresh(CHATS);
  };
  return html`<div class="card" role="group" aria-label=${title}><b>${title}</b><div class="pair">
    <${Field} as="select" label=${say("chat-language")} onChange=${(event) => choose({ language: event.target.value })}>
      ${LANGUAGE_NAMES.map(([code, name]) => html`<option key=${code} value=${code} selected=${code === language}>${name}</option>`)}<//>
    <${Field} as="select" label=${say("chat-currency")} onChange=${(event) => choose({ currency: event.target.value })}>
      ${currencyCodes().map((code) => html`<option key=${code} selected=${code === currency}>${code}</option>`)}<//></div></div>`;
}
