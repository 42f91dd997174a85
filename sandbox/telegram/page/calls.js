/** The live log of Bot API calls: what the bot asked of Telegram, what it was told, how long it took. */

import { h } from "./dom.js";
import { preciseTime, say } from "./words.js";

const KEPT = 200;

/** This function will make the log as a section of the drawer; the newest call stands first. */
export function callLog(world) {
  const rows = h("div", { class: "calls" });
  const onlyFailed = h("input", { type: "checkbox", on: { change: filter } });
  const element = h("section", {},
    h("h3", {}, say("calls"), h("label", { class: "choice" }, onlyFailed, say("only_failed"))), rows);

  function filter() {
    for (const row of rows.children) row.hidden = onlyFailed.checked && !row.classList.contains("failed");
  }

  function add(call) {
    rows.prepend(drawn(call));
    while (rows.children.length > KEPT) rows.lastChild.remove();
    filter();
  }

  for (const call of world.calls) add(call);
  world.addEventListener("call", ({ detail }) => add(detail));
  return { element };
}

function drawn(call) {
  const failed = call.status >= 400 || call.answer?.ok === false;
  const body = h("pre", {});
  const details = h("details", { class: failed ? "failed" : "", on: { toggle: () => {
    body.textContent = details.open ? JSON.stringify({ params: call.params, answer: call.answer }, null, 2) : "";
  } } },
    h("summary", {}, h("span", { class: "status" }, call.status),
      h("span", { class: "method" }, call.method, " ", h("span", { class: "hint" }, hint(call))),
      h("span", { class: "took" }, `${Math.round(call.ms)} ${say("ms")}`),
      h("span", { class: "at" }, preciseTime(call.at))),
    body);
  return details;
}

function hint({ params, answer }) {
  return answer?.description ?? params?.text ?? params?.caption ?? "";
}
