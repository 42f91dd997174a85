/** The frame of the page: the places to go, whether the server can be reached, and the view that is open. */

import { html, useEffect, useRef } from "./html.js";
import { reachable } from "./api.js";
import { isLive } from "./live.js";
import { Notices } from "./notices.js";
import { Icon } from "./parts/icons.js";
import { Sure } from "./parts/sure.js";
import { route } from "./route.js";
import { person } from "./session.js";
import { isMiniApp } from "./telegram.js";
import { Debt } from "./views/debts/debt.js";
import { Debts } from "./views/debts/debts.js";
import { Purchase } from "./views/purchase/purchase.js";
import { Purchases } from "./views/purchases.js";
import { Settings } from "./views/settings/settings.js";
import { SignIn } from "./views/sign_in.js";
import { Wallet } from "./views/wallet.js";
import { say } from "./words.js";

const PLACES = [["purchases", "basket"], ["debts", "debts"], ["wallet", "wallet"], ["settings", "person"]];

/** This view is the whole page; `signIn()` tries once more what the page does at its start. */
export function Shell({ signIn }) {
  const place = PLACES.some(([name]) => name === route.value[0]) ? route.value[0] : "purchases";
  const isIn = person.value !== null;
  useFocusKept(route.value.join("/"));
  useEffect(() => {
    document.title = isIn ? `${say(`place-${place}`)} · SyncBuy` : "SyncBuy";
  }, [place, isIn]);
  return html`
    <a class="skip" href="#content" onClick=${skip}>${say("skip")}</a>
    ${isIn && html`<${Places} place=${place} />`}
    <${Offline} />
    <main id="content" tabindex="-1" class=${isMiniApp ? "in-telegram" : ""}>${isIn ? html`<${View} key=${person.value.id} path=${route.value} />`
      : html`<${SignIn} again=${signIn} />`}</main>
    <${Sure} />
    <${Notices} />`;
}

/** Where the focus went away with the view that was left, it goes on from the top of the next one. */
function useFocusKept(path) {
  const before = useRef(path);
  useEffect(() => {
    const isElsewhere = before.current !== path;
    before.current = path;
    if (isElsewhere && document.activeElement === document.body) document.getElementById("content").focus({ preventScroll: true });
  }, [path]);
}

function skip(event) {
  event.preventDefault();
  document.getElementById("content").focus();
}

function View({ path: [place, id, part] }) {
  const key = id ?? place;
  if (place === "purchases" && id) return html`<${Purchase} key=${key} id=${id} part=${part} />`;
  if (place === "debts" && id) return html`<${Debt} key=${key} id=${id} />`;
  if (place === "debts") return html`<${Debts} />`;
  if (place === "wallet") return html`<${Wallet} />`;
  if (place === "settings") return html`<${Settings} />`;
  return html`<${Purchases} />`;
}

function Places({ place }) {
  return html`<nav class="places" aria-label=${say("places")}>
    <span class="brand" aria-hidden="true">SyncBuy</span>
    ${PLACES.map(([name, icon]) => html`<a key=${name} href=${`#/${name}`} aria-current=${name === place ? "page" : undefined}>
      <${Icon} name=${icon} /><span>${say(`place-${name}`)}</span></a>`)}
  </nav>`;
}

function Offline() {
  const away = !reachable.value || isLive.value === false;
  return html`<div class="offline" role="status">${away && html`<span>${say("offline")}</span>`}</div>`;
}
