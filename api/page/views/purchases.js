/** My purchases, invitations that wait for me, and opening a new purchase. */

import { html, useState } from "../html.js";
import { post } from "../api.js";
import { refresh, useRead } from "../kept.js";
import { ActButton } from "../parts/acting.js";
import { FormDialog } from "../parts/dialog.js";
import { Choice, Field } from "../parts/fields.js";
import { Icon } from "../parts/icons.js";
import { MainAction } from "../parts/main_action.js";
import { Paged } from "../parts/paged.js";
import { Empty } from "../parts/reading.js";
import { go } from "../route.js";
import { currencyCodes, day, eveningOf, money, say } from "../words.js";

/** This view will list purchases, the open ones first. */
export function Purchases() {
  const [shown, setShown] = useState("open");
  const [isNew, setNew] = useState(false);
  return html`<section>
    <h1>${say("place-purchases")}</h1>
    <${Invites} />
    <${Choice} label=${say("which-purchases")} name="shown" value=${shown} onChange=${setShown}
      options=${[["open", say("open-purchases")], ["closed", say("closed-purchases")]]} />
    <${Paged} key=${shown} path=${`/purchases?status=${shown}`}>${(items) => (items.length ? html`<ul class="list">${items.map((one) =>
      html`<${Line} key=${one.id} purchase=${one} />`)}</ul>`
      : html`<${Empty} words=${say(`no-purchases-${shown}`)} />`)}<//>
    <${MainAction} label=${say("new-purchase")} act=${() => setNew(true)} />
    ${isNew && html`<${NewPurchase} close=${() => setNew(false)} />`}
  </section>`;
}

function Line({ purchase }) {
  const { id, title, status, chat_title: chat, due_at: due, total_cents: total, my_net_cents: net, currency } = purchase;
  const about = [chat, due && say("due", { date: day(due) }), status !== "active" && say(`status-${status}`)].filter(Boolean).join(" · ");
  return html`<li><a class="line" href=${`#/purchases/${id}`}>
    <span class="grow"><b>${title}</b>${about && html`<small>${about}</small>`}</span>
    <span class="sum">${total > 0 && html`<b>${money(total, currency)}</b>`}<${Net} cents=${net} currency=${currency} /></span>
    <${Icon} name="forward" /></a></li>`;
}

function Net({ cents, currency }) {
  if (!cents) return null;
  return html`<small class=${cents > 0 ? "good" : "bad"}>${say(cents > 0 ? "you-are-owed" : "you-owe", { amount: money(Math.abs(cents), currency) })}</small>`;
}

function Invites() {
  const { data } = useRead("/invites");
  if (!data?.items.length) return null;
  const answer = (invite, word) => async () => {
    await post(`/invites/${invite.id}/${word}`);
    refresh("/invites", "/purchases?");
  };
  return html`<section aria-label=${say("invites")}><h2>${say("invites")}</h2><ul class="list">${data.items.map((invite) =>
    html`<li class="line" key=${invite.id}>
    <span class="grow"><b>${invite.purchase_title ?? ""}</b>${invite.inviter_name
      && html`<small>${say("invited-by", { name: invite.inviter_name })}</small>`}</span>
    <${ActButton} act=${answer(invite, "decline")}>${say("decline")}<//>
    <${ActButton} look="main" act=${answer(invite, "accept")}>${say("accept")}<//></li>`)}</ul></section>`;
}

function NewPurchase({ close }) {
  const open = async (values) => {
    const due = values.get("due");
    const made = await post("/purchases", {
      title: values.get("title").trim(), currency: values.get("currency"),
      ...(due && { due_at: eveningOf(due) }),
    });
    refresh("/purchases?");
    go(`/purchases/${made.id}`);
  };
  return html`<${FormDialog} title=${say("new-purchase")} close=${close} confirm=${say("open-it")} act=${open}>
    <${Field} label=${say("title")} name="title" required maxlength="100" placeholder=${say("title-example")} autofocus />
    <${Field} as="select" label=${say("currency")} name="currency">${currencyCodes().map((code) => html`<option key=${code}>${code}</option>`)}<//>
    <${Field} label=${say("due-optional")} name="due" type="date" />
  <//>`;
}
