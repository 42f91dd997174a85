/** Opening a purchase: for those who are invited, or in a chat of the person. */

import { html, useState } from "../html.js";
import { post } from "../api.js";
import { refresh } from "../kept.js";
import { FormDialog } from "../parts/dialog.js";
import { Field } from "../parts/fields.js";
import { go } from "../route.js";
import { currencyCodes, eveningOf, say } from "../words.js";

/** This view will ask for what a purchase needs, and go to it once it is opened. */
export function NewPurchase({ chats, close }) {
  const [chatId, setChatId] = useState("");
  const chat = chats.find(({ id }) => id === chatId);
  const codes = currencyCodes();
  const usual = chat?.currency ?? codes[0];
  const open = async (values) => {
    const due = values.get("due");
    const made = await post("/purchases", {
      title: values.get("title").trim(), currency: values.get("currency"),
      ...(chatId && { chat_id: chatId }), ...(due && { due_at: eveningOf(due) }),
    });
    refresh("/purchases?");
    go(`/purchases/${made.id}`);
  };
  return html`<${FormDialog} title=${say("new-purchase")} close=${close} confirm=${say("open-it")} act=${open}>
    <${Field} label=${say("title")} name="title" required maxlength="100" placeholder=${say("title-example")} autofocus />
    ${chats.length > 0 && html`<${Field} as="select" label=${say("chat")} hint=${chat && say("card-appears")}
      onChange=${(event) => setChatId(event.target.value)}><option value="">${say("by-invitation")}</option>
      ${chats.map(({ id, title }) => html`<option key=${id} value=${id}>${title}</option>`)}<//>`}
    <${Field} key=${chatId} as="select" label=${say("currency")} name="currency">${codes.map((code) => html`<option key=${code}
      selected=${code === usual}>${code}</option>`)}<//>
    <${Field} label=${say("due-optional")} name="due" type="date" />
  <//>`;
}
