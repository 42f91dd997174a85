/** The board of a purchase: what is to be bought, who took what, what is done; three columns, on a phone one below another. */

import { html, useEffect, useRef, useState } from "../../html.js";
import { announce } from "../../notices.js";
import { MainAction } from "../../parts/main_action.js";
import { namesIn } from "../../parts/people.js";
import { money, say } from "../../words.js";
import { AddTask, AddSpending } from "./adding.js";
import { FinishTask } from "./finishing.js";
import { TaskCard } from "./task_card.js";

const COLUMNS = ["open", "assigned", "done"];

/** This view will show the tasks of a purchase and what can be done with them. */
export function Board({ purchase }) {
  const [asking, setAsking] = useState(null); // which dialog is open, and about what
  useSpoken(purchase);
  const close = () => setAsking(null);
  const mayChange = purchase.may.change;
  return html`<div class="board">
      ${COLUMNS.map((status) => html`<${Column} key=${status} status=${status} purchase=${purchase} finish=${(task) => setAsking({ task })} />`)}
    </div>
    ${mayChange && html`
      <div class="row"><button type="button" class="button" onClick=${() => setAsking("spending")}>${say("i-paid-already")}</button></div>
      <${MainAction} label=${say("add-task")} act=${() => setAsking("task")} />`}
    ${asking === "task" && html`<${AddTask} purchase=${purchase} close=${close} />`}
    ${asking === "spending" && html`<${AddSpending} purchase=${purchase} close=${close} />`}
    ${asking?.task && html`<${FinishTask} purchase=${purchase} task=${asking.task} close=${close} />`}`;
}

function Column({ status, purchase, finish }) {
  const tasks = purchase.tasks.filter((task) => task.status === status);
  return html`<section class=${`column ${status}`} aria-labelledby=${`column-${status}`}>
    <h2 id=${`column-${status}`}>${say(`column-${status}`)} <span class="count">${tasks.length}</span></h2>
    <ul>${tasks.map((task) => html`<${TaskCard} key=${task.id} task=${task} purchase=${purchase} finish=${finish} />`)}</ul>
    ${!tasks.length && html`<p class="soft">${say(`column-${status}-empty`)}</p>`}
  </section>`;
}

/** Screen readers are told what others see move. */
function useSpoken(purchase) {
  const before = useRef(null);
  useEffect(() => {
    const now = new Map(purchase.tasks.map((task) => [task.id, task]));
    const names = namesIn(purchase);
    for (const task of before.current ? now.values() : []) {
      const was = before.current.get(task.id);
      if (was?.status === task.status && was?.assignee_id === task.assignee_id) continue;
      announce(say(was ? `heard-${task.status}` : "heard-new", {
        title: task.title, name: names[task.assignee_id], amount: task.cost_cents === null ? "" : money(task.cost_cents, purchase.currency),
      }));
    }
    before.current = now;
  }, [purchase]);
}
