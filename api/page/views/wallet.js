/** The wallet: accounts, what they have, how it came to that, money in and out, and orders as they end. */

import { html, useEffect, useState } from "../html.js";
import { readAmount } from "../amounts.js";
import { post } from "../api.js";
import { refresh, useRead } from "../kept.js";
import { tell } from "../notices.js";
import { FormDialog } from "../parts/dialog.js";
import { AmountField, Choice, Field } from "../parts/fields.js";
import { Icon } from "../parts/icons.js";
import { IN_CHAT, useMethods } from "../parts/methods.js";
import { Empty, Read } from "../parts/reading.js";
import { openOutside } from "../telegram.js";
import { currencyCodes, money, say } from "../words.js";
import { Orders } from "./wallet_orders.js";
import { Statement } from "./wallet_statement.js";

const TOP_UP = "syncbuy-top-up"; // it and its link outlive a reload

/** This view will show the wallet, one currency at a time. */
export function Wallet() {
  const [asking, setAsking] = useState(null);
  const [wanted, setWanted] = useState(null);
  const [topUp, setTopUp] = useState(sessionStorage.getItem(TOP_UP)); // the attempt that was begun here
  const follow = (id) => {
    sessionStorage.setItem(TOP_UP, id);
    setTopUp(id);
  };
  const close = () => setAsking(null);
  return html`<section><h1>${say("place-wallet")}</h1>
    <${Read} from=${useRead("/accounts")}>${({ items }) => {
      const account = items.find(({ currency }) => currency === wanted) ?? items[0];
      return html`
        ${items.length > 1 && html`<${Choice} label=${say("currency")} name="currency" value=${account.currency} onChange=${setWanted}
          options=${items.map(({ currency }) => [currency, currency])} />`}
        ${account ? html`<${Account} key=${account.currency} account=${account} ask=${setAsking} />` : html`<${Empty} words=${say("no-account")} />`}
        <div class="row"><button type="button" class=${`button ${account ? "quiet" : "main"}`} onClick=${() => setAsking("account")}>
          <${Icon} name="plus" />${say("open-account")}</button></div>
        ${topUp && html`<${TopUpUnderWay} key=${topUp} id=${topUp} />`}
        ${asking === "account" && html`<${OpenAccount} close=${close} opened=${setWanted} />`}
        ${asking === "top-up" && html`<${TopUp} currency=${account.currency} close=${close} follow=${follow} />`}
        ${asking === "withdraw" && html`<${Withdraw} currency=${account.currency} close=${close} />`}
        ${asking === "order" && html`<${Order} currency=${account.currency} close=${close} />`}`;
    }}<//>
    <${Orders} /></section>`;
}

function Account({ account: { currency }, ask }) {
  const { data } = useRead(`/accounts/balance?currency=${currency}`);
  return html`<div class="card balance">
      <small>${say("balance")}</small><p class="big">${data ? money(data.balance_cents, currency) : "…"}</p>
      ${data?.held_cents > 0 && html`<small>${say("held", { amount: money(data.held_cents, currency) })}</small>`}
      <div class="row"><button type="button" class="button main" onClick=${() => ask("top-up")}>${say("top-up")}</button>
        <button type="button" class="button" onClick=${() => ask("withdraw")}>${say("withdraw")}</button>
        <button type="button" class="button" onClick=${() => ask("order")}>${say("order")}</button></div>
    </div>
    <${Withdrawals} /><${Statement} currency=${currency} />`;
}

function OpenAccount({ close, opened }) {
  const open = async (values) => {
    const currency = values.get("currency");
    await post("/accounts", { currency });
    refresh("/accounts");
    opened(currency);
  };
  return html`<${FormDialog} title=${say("open-account")} close=${close} confirm=${say("open-it")} act=${open}>
    <${Field} as="select" label=${say("currency")} name="currency">${currencyCodes().map((code) => html`<option key=${code}>${code}</option>`)}<//>
  <//>`;
}

function TopUp({ currency, close, follow }) {
  const providers = useMethods(currency).filter(({ rail }) => rail === "provider");
  const topUp = async (values) => {
    const [amount, provider] = [readAmount(values.get("amount"), currency), values.get("provider")];
    const attempt = await post("/accounts/deposit", { amount_cents: amount, currency, ...(provider && { provider }) });
    refresh("/accounts", "/attempts");
    follow(attempt.id);
  };
  return html`<${FormDialog} title=${say("top-up")} close=${close} confirm=${say("top-up")} act=${topUp}>
    <${AmountField} label=${say("how-much")} name="amount" required least=${1} currency=${currency} autofocus />
    ${providers.length > 0 && html`<${Field} as="select" label=${say("by-provider")} name="provider">
      ${providers.map(({ provider, title }) => html`<option key=${provider} value=${provider}>${title}</option>`)}<//>`}
  <//>`;
}

/** The provider needs a moment to make a link; it is shown as soon as it is there, until the money came or will not. */
function TopUpUnderWay({ id }) {
  const { data } = useRead(`/attempts/${id}`);
  const isOpen = ["created", "pending_confirmation"].includes(data?.status);
  useEffect(() => { if (data && !isOpen) sessionStorage.removeItem(TOP_UP); }, [isOpen, data]);
  if (!data) return null;
  return html`<div class="card" role="status">
    <p>${say(isOpen ? "top-up-waits" : `attempt-${data.status}`)} · ${money(data.amount_cents, data.currency)}</p>
    ${data.failure_text && html`<p>${data.failure_text}</p>`}
    ${isOpen && data.provider === IN_CHAT && html`<p>${say("invoice-in-chat")}</p>`}
    ${isOpen && data.confirmation_url && html`<button type="button" class="button main"
      onClick=${() => openOutside(data.confirmation_url)}>${say("to-payment")}</button>`}</div>`;
}

function Withdraw({ currency, close }) {
  const withdraw = async (values) => {
    await post("/accounts/withdrawals", { amount_cents: readAmount(values.get("amount"), currency), currency });
    refresh("/accounts");
    tell(say("withdrawal-asked"));
  };
  return html`<${FormDialog} title=${say("withdraw")} close=${close} confirm=${say("withdraw")} act=${withdraw}>
    <p class="soft">${say("withdraw-means")}</p><${AmountField} label=${say("how-much")} name="amount" required least=${1}
      currency=${currency} autofocus /><//>`;
}

function Order({ currency, close }) {
  const order = async (values) => {
    await post("/orders", { amount_cents: readAmount(values.get("amount"), currency), currency, description: values.get("description").trim() });
    refresh("/orders", "/accounts");
  };
  return html`<${FormDialog} title=${say("order")} close=${close} confirm=${say("pay-by-wallet")} act=${order}>
    <${AmountField} label=${say("how-much")} name="amount" required least=${1} currency=${currency} autofocus />
    <${Field} label=${say("what-for")} name="description" required maxlength="200" /><//>`;
}

function Withdrawals() {
  const { data } = useRead("/accounts/withdrawals");
  const waiting = (data?.items ?? []).filter(({ status }) => status === "requested");
  return waiting.map(({ id, amount_cents: cents, currency }) => html`<p key=${id} class="soft">
    <${Icon} name="clock" />${say("withdrawal-waits", { amount: money(cents, currency) })}</p>`);
}
