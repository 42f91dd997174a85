/** My purchases, those of my chats, and invitations that wait for me. */

import { html, useState } from "../html.js";
import { post } from "../api.js";
import { refresh, useRead } from "../kept.js";
import { ActButton } from "../parts/acting.js";
import { CHATS, useChats } from "../parts/chats.js";
import { Choice } from "../parts/fields.js";
import { Icon } from "../parts/icons.js";
import { MainAction } from "../parts/main_action.js";
import { Paged } from "../parts/paged.js";
import { Empty } from "../parts/reading.js";
import { day, money, say } from "../words.js";
import { NewPurchase } from "./new_purchase.js";
import { changed } from "./purchase/purchase.js";

const IN_MY_CHATS = "/purchases?joined=false&status=open";

/** This view will list purchases, the open ones first. */
export function Purchases() {
  const [shown, setShown] = useState("open");
  const [isNew, setNew] = useState(false);
  const chats = useChats();
  const begin = () => {
    refresh(CHATS); // nobody tells of a group that one has come into
    setNew(true);
  };
  return html`<section>
    <h1>${say("place-purchases")}</h1>
    <${Invites} />
    <${Choice} label=${say("which-purchases")} name="shown" value=${shown} onChange=${setShown}
      options=${[["open", say("open-purchases")], ["closed", say("closed-purchases")]]} />
    <${Paged} key=${shown} path=${`/purchases?status=${shown}`}>${(items) => (items.length ? html`<ul class="list">${items.map((one) =>
      html`<${Line} key=${one.id} purchase=${one} />`)}</ul>`
      : html`<${Empty} words=${say(`no-purchases-${shown}`)} />`)}<//>
    ${shown === "open" && html`<${InMyChats} />`}
    <${MainAction} label=${say("new-purchase")} act=${begin} />
    ${isNew && html`<${NewPurchase} chats=${chats} close=${() => setNew(false)} />`}
  </section>`;
}

function aboutOf({ status, chat_title: chat, due_at: due }) {
  return [chat, due && say("due", { date: day(due) }), status !== "active" && say(`status-${status}`)].filter(Boolean).join(" · ");
}

function Line({ purchase }) {
  const { id, title, total_cents: total, my_net_cents: net, currency } = purchase;
  const about = aboutOf(purchase);
  return html`<li><a class="line" href=${`#/purchases/${id}`}>
    <span class="grow"><b>${title}</b>${about && html`<small>${about}</small>`}</span>
    <span class="sum">${total > 0 && html`<b>${money(total, currency)}</b>`}<${Net} cents=${net} currency=${currency} /></span>
    <${Icon} name="forward" /></a></li>`;
}

function Net({ cents, currency }) {
  if (!cents) return null;
  return html`<small class=${cents > 0 ? "good" : "bad"}>${say(cents > 0 ? "you-are-owed" : "you-owe", { amount: money(Math.abs(cents), currency) })}</small>`;
}

/** What goes on in my chats without me. */
function InMyChats() {
  const { data } = useRead(IN_MY_CHATS);
  if (!data?.items.length) return null;
  return html`<section aria-labelledby="in-my-chats"><h2 id="in-my-chats">${say("in-my-chats")}</h2>
    <${Paged} path=${IN_MY_CHATS}>${(items) => html`<ul class="list">${items.map((one) => (one.may_join
      ? html`<${Joinable} key=${one.id} purchase=${one} />` : html`<${Line} key=${one.id} purchase=${one} />`))}</ul>`}<//></section>`;
}

function Joinable({ purchase }) {
  const { id, title } = purchase;
  const join = async () => {
    await post(`/purchases/${id}/join`);
    changed(id);
  };
  return html`<li class="line"><a class="grow" href=${`#/purchases/${id}`}><b>${title}</b><small>${aboutOf(purchase)}</small></a>
    <${ActButton} look="main" label=${say("join-this", { title })} act=${join}>${say("join")}<//></li>`;
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
