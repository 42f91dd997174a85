/** The head of a column: who the person is, how they stand with the bot, and what they can do to the world. */

import { askName } from "./dialogs.js";
import { avatar, h, icon } from "./dom.js";
import { say } from "./words.js";

/** This function will draw the head of `seat`'s person; `close()` hides the column. */
export function personHead(seat, close) {
  const { name, username, language_code: language, color, blocked, started } = seat.person;
  const state = blocked ? say("has_blocked") : !started && say("not_started");
  return [
    avatar(name, color),
    h("div", { class: "who" }, h("strong", {}, name),
      h("span", {}, [username && `@${username}`, language].filter(Boolean).join(" · "),
        state && h("b", { class: blocked ? "warning" : "" }, ` · ${state}`))),
    menu(seat, close),
  ];
}

function menu(seat, close) {
  const { world, viewer, person } = seat;
  const item = (label, act, look) => h("button", { type: "button", class: look, on: { click: act } }, label);
  const groups = world.groups().map(({ id, title, member_ids: members }) => (members.includes(viewer)
    ? item(say("leave", { title }), () => seat.act("leave_group", { chat_id: id }))
    : item(say("join", { title }), () => seat.act("add_to_group", { chat_id: id }))));
  const details = h("details", { class: "menu" },
    h("summary", { class: "icon-button", title: say("menu"), "aria-label": say("menu"), role: "button" }, icon("more")),
    h("div", { class: "menu-items", on: { click: () => { details.open = false; } } },
      item(say("rename"), () => askName(world, person)),
      groups,
      person.blocked ? item(say("unblock"), () => seat.act("unblock")) : item(say("block"), () => seat.act("block"), "danger"),
      item(say("hide_column"), close)));
  return details;
}

/** This function will close the menus that a click has passed by, as people expect of a menu. */
export function closeMenusOnClick() {
  document.addEventListener("click", ({ target }) => {
    for (const open of document.querySelectorAll("details.menu[open]")) {
      if (!open.contains(target)) open.open = false;
    }
  });
}
