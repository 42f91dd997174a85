/** One purchase: its head, its board, its people, what everybody owes, its papers. */

import { html } from "../../html.js";
import { post } from "../../api.js";
import { refresh, useRead } from "../../kept.js";
import { ActButton } from "../../parts/acting.js";
import { Icon } from "../../parts/icons.js";
import { Read } from "../../parts/reading.js";
import { isMiniApp } from "../../telegram.js";
import { day, money, say } from "../../words.js";
import { Board } from "./board.js";
import { Papers } from "./papers.js";
import { People } from "./people.js";
import { Sums } from "./sums.js";

const PARTS = { board: Board, people: People, sums: Sums, papers: Papers };

/** This view will show the purchase `id`, at one of its parts. */
export function Purchase({ id, part = "board" }) {
  const reading = useRead(`/purchases/${id}`);
  const Part = PARTS[part] ?? Board;
  return html`<section class="purchase">
    ${!isMiniApp && html`<a class="back" href="#/purchases"><${Icon} name="back" />${say("place-purchases")}</a>`}
    <${Read} from=${reading} missing=${say("join-in-chat")}>${(purchase) => html`
      <${Head} purchase=${purchase} />
      <nav class="tabs" aria-label=${say("parts")}>${Object.keys(PARTS).map((name) => html`<a key=${name} href=${`#/purchases/${id}/${name}`}
        aria-current=${PARTS[name] === Part ? "page" : undefined}>${say(`part-${name}`)}</a>`)}</nav>
      <${Part} purchase=${purchase} />`}<//>
  </section>`;
}

/** This function will read anew what an action on a purchase changes. */
export function changed(id) {
  refresh(`/purchases/${id}`, "/purchases?", "/intents");
}

function Head({ purchase }) {
  const { id, title, status, chat_title: chat, due_at: due, total_cents: total, my_net_cents: net, currency, may } = purchase;
  const join = async () => {
    await post(`/purchases/${id}/join`);
    changed(id);
  };
  return html`<header class="head">
    <h1>${title}</h1>
    <p class="soft">${[chat, due && say("due", { date: day(due) })].filter(Boolean).join(" · ")}</p>
    <dl class="figures">
      <div><dt>${say("status")}</dt><dd><span class=${`status ${status}`}>${say(`status-${status}`)}</span></dd></div>
      <div><dt>${say("spent")}</dt><dd>${money(total, currency)}</dd></div>
      <div><dt>${say("my-balance")}</dt><dd class=${net < 0 ? "bad" : net > 0 ? "good" : ""}>${money(net, currency)}</dd></div>
    </dl>
    ${may.join && html`<${ActButton} look="main" act=${join}>${say("join")}<//>`}
  </header>`;
}
