/** One task on the board: what, how much, whose, and what this person can do with it. */

import { html, useLayoutEffect, useRef, useState } from "../../html.js";
import { post, remove } from "../../api.js";
import { ActButton } from "../../parts/acting.js";
import { Avatar, namesIn } from "../../parts/people.js";
import { PhotoButton } from "../../parts/photo.js";
import { sure } from "../../parts/sure.js";
import { person } from "../../session.js";
import { day, listed, money, say } from "../../words.js";
import { changed } from "./purchase.js";

const GONE_MILLISECONDS = 1000;

/** The task whose card had the focus when it left its column; it gets it back where it arrives. */
let focusedTask = null;

/** This view will draw a task; `finish(task)` opens the dialog in which it is done. */
export function TaskCard({ task, purchase, finish }) {
  const element = useRef(null);
  const [isOpen, setOpen] = useState(false);
  useFocusKept(element, task.id);
  const names = namesIn(purchase);
  const isDone = task.status === "done";
  const cents = isDone ? task.cost_cents : task.estimate_cents;
  return html`<li ref=${element} class="task" tabindex="-1" aria-label=${task.title}>
    <div class="task-head"><b class="grow">${task.title}</b>
      ${cents !== null && html`<span class="amount">${isDone ? "" : "≈ "}${money(cents, purchase.currency)}</span>`}</div>
    ${!isDone && task.due_at && html`<p class="soft">${say("due", { date: day(task.due_at) })}</p>`}
    ${task.assignee_id && html`<p class="who">
      <${Avatar} id=${task.assignee_id} name=${names[task.assignee_id]} />${names[task.assignee_id] ?? "—"}</p>`}
    ${isDone && html`<div class="row"><button type="button" class="link" aria-expanded=${isOpen ? "true" : "false"}
        onClick=${() => setOpen(!isOpen)}>${say("who-shares")}</button>
      ${task.receipt_url && html`<${PhotoButton} look="quiet" url=${task.receipt_url} title=${say("receipt-of", { title: task.title })}
        label=${say("receipt-of", { title: task.title })}>${say("receipt")}<//>`}</div>`}
    ${isOpen && isDone && html`<${Shares} task=${task} purchase=${purchase} names=${names} />`}
    ${purchase.may.change && html`<${Buttons} task=${task} purchase=${purchase} finish=${finish} />`}
  </li>`;
}

function Buttons({ task, purchase, finish }) {
  const base = `/purchases/${purchase.id}/tasks/${task.id}`;
  const me = person.value.id;
  const isOrganizer = purchase.owner_id === me;
  const isMine = task.assignee_id === me;
  const doing = (act) => async () => {
    await act();
    changed(purchase.id);
  };
  const deleting = async () => {
    if (await sure({ title: say("delete-sure", { title: task.title }), confirm: say("delete") })) await doing(() => remove(base))();
  };
  const mayChange = task.author_id === me || isOrganizer;
  const isAtIt = task.status === "assigned" && (isMine || isOrganizer);
  if (task.status !== "open" && !isAtIt && !mayChange) return null;
  return html`<div class="row">
    ${task.status === "open" && html`<${ActButton} look="main" label=${say("take-this", { title: task.title })}
      act=${doing(() => post(`${base}/assign`))}>${say("take")}<//>`}
    ${isAtIt && html`
      <button type="button" class="button main" aria-label=${say("finish-this", { title: task.title })}
        onClick=${() => finish(task)}>${say("finish")}</button>
      <${ActButton} label=${say("give-back-this", { title: task.title })} act=${doing(() => post(`${base}/give-back`))}>${say("give-back")}<//>`}
    ${task.status === "done" && mayChange && html`<${ActButton} act=${doing(() => post(`${base}/reopen`))}
      label=${say("reopen-this", { title: task.title })}>${say("reopen")}<//>`}
    ${mayChange && html`<${ActButton} look="quiet" act=${deleting} label=${say("delete-this", { title: task.title })}>${say("delete")}<//>`}
  </div>`;
}

function Shares({ task, purchase, names }) {
  const { currency } = purchase;
  const payers = task.payers.map(({ user_id: id, amount_cents: cents }) => `${names[id] ?? "—"} (${money(cents, currency)})`);
  return html`<div class="shares">
    <p>${say("paid-by", { names: listed(payers) })}</p>
    <ul>${task.shares.map(({ user_id: id, amount_cents: cents }) => html`<li key=${id}>
      <span class="grow">${names[id] ?? "—"}</span>${money(cents, currency)}</li>`)}</ul>
  </div>`;
}

function useFocusKept(element, id) {
  useLayoutEffect(() => {
    const card = element.current;
    if (focusedTask === id) {
      focusedTask = null;
      (card.querySelector("button") ?? card).focus();
    }
    return () => {
      if (!card.contains(document.activeElement)) return;
      focusedTask = id;
      setTimeout(() => giveUp(id), GONE_MILLISECONDS);
    };
  }, [id]);
}

/** It arrived nowhere: somebody deleted it. */
function giveUp(id) {
  if (focusedTask !== id) return;
  focusedTask = null;
  document.getElementById("content")?.focus();
}
