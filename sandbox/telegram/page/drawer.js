/** The outside world: the clock, faults of Telegram, groups and their bot, the log of Bot API calls, a fresh start. */

import { callLog } from "./calls.js";
import { ask, askGroup } from "./dialogs.js";
import { h, iconButton } from "./dom.js";
import { dateAndTime, say } from "./words.js";

const HOUR = 3600;
const LEAPS = [["hour", HOUR], ["day", 24 * HOUR], ["eight_days", 8 * 24 * HOUR]];
const FAULTS = [
  { kind: "too_many_requests", times: 3, seconds: 5 },
  { kind: "outage", seconds: 20 },
  { kind: "slow", seconds: 3, times: 10 },
  { kind: "lose_answer", times: 1 },
  { kind: "duplicate_updates", times: 5 },
  { kind: "no_ephemeral", times: 5 },
];

/** This function will make the drawer; `close()` hides it. */
export function drawer(world, { close }) {
  const time = h("div", { class: "time" });
  const ahead = h("p", {});
  const faults = h("div", {});
  const groups = h("div", {});
  const log = callLog(world);
  const refusal = h("p", { class: "refusal", role: "alert", hidden: true });

  async function act(name, values = {}) {
    refusal.hidden = true;
    try {
      await world.act(name, values);
    } catch (error) {
      refusal.textContent = error.message;
      refusal.hidden = false;
    }
  }
  const button = (label, press, look = "") => h("button", { type: "button", class: `button ${look}`, on: { click: press } }, label);
  const quiet = (label, press) => h("button", { type: "button", class: "quiet", on: { click: press } }, label);

  const element = h("aside", { class: "drawer", id: "outside", "aria-label": say("outside") },
    h("header", {}, h("h2", {}, say("outside")), iconButton("close", say("close"), close)),
    h("section", {}, h("h3", {}, say("clock")), time, ahead,
      h("div", { class: "set" }, LEAPS.map(([name, seconds]) => button(say(name), () => act("advance_clock", { seconds }))))),
    h("section", {}, h("h3", {}, say("faults"), quiet(say("clear_faults"), () => act("clear_faults"))),
      h("p", {}, say("faults_hint")), faults,
      h("div", { class: "set" }, FAULTS.map((fault) => button(say(`fault_${fault.kind}`), () => act("set_fault", fault))))),
    h("section", {}, h("h3", {}, say("groups"), quiet(say("new_group"), () => askGroup(world))), groups),
    h("section", {}, refusal, button(say("reset"), reset, "danger")),
    log.element);

  function reset() {
    ask({ title: say("reset_title"), text: say("reset_text"), confirm: say("reset"), danger: true, act: () => world.act("reset", {}) });
  }

  function tick() {
    time.textContent = dateAndTime(world.now());
    ahead.textContent = world.clockOffset ? say("ahead", { days: Math.round((world.clockOffset / (24 * HOUR)) * 10) / 10 }) : say("real_time");
  }

  function draw() {
    tick();
    faults.replaceChildren(...world.faults.map((fault) => h("div", { class: "active-fault" }, "● ",
      [say(`fault_${fault.kind}`), fault.method, fault.times && `×${fault.times}`].filter(Boolean).join(" "))));
    groups.replaceChildren(...world.groups().map((group) => h("div", { class: "group-row" },
      h("strong", {}, group.title, h("small", {}, ` · ${say(group.type)}`)),
      h("div", { class: "set" },
        group.bot_is_member
          ? button(say("kick_bot"), () => act("kick_bot", { chat_id: group.id }))
          : button(say("add_bot"), () => act("add_to_group", { chat_id: group.id, bot: true, by: group.member_ids[0] })),
        group.bot_is_member && h("button", { type: "button", class: "button", "aria-pressed": String(Boolean(group.bot_is_admin)),
          on: { click: () => act("make_admin", { chat_id: group.id, on: !group.bot_is_admin }) } }, say("bot_admin")),
        group.type === "group" && button(say("upgrade"), () => act("upgrade_group", { chat_id: group.id }))))));
  }

  world.addEventListener("changed", draw);
  setInterval(tick, 1000);
  draw();
  return { element };
}
