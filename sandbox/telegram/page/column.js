/** One person's column: their chats as tabs, the open one below, and what only they are shown: toasts and alerts. */

import { askName } from "./dialogs.js";
import { composer } from "./composer.js";
import { avatar, h, iconButton, icon } from "./dom.js";
import { messageList } from "./messages.js";
import { say } from "./words.js";

const TOAST_MILLISECONDS = 4500;
const TYPING_MILLISECONDS = 5000;

/** Which chat each person had open, so that a column that is shown again continues where it was. */
const OPEN = "syncbuy-sandbox-open-chat-of-";

/** This function will make the column of the person `viewer`; `close()` is called by its menu, `stop()` ends its listening. */
export function column(world, viewer, { close }) {
  const stopping = new AbortController();
  const person = () => world.people.get(viewer);
  const chats = () => world.chatsOf(viewer);
  const seat = { world, viewer, chat: null };

  const head = h("header", {});
  const tabs = h("div", { class: "tabs", role: "tablist", on: { keydown: walkTabs } });
  const notices = h("div", { class: "notices", role: "status", "aria-live": "polite" });
  const typing = h("div", { class: "typing", "aria-live": "polite" });
  const list = messageList(seat);
  const writing = composer(seat);
  list.talk.append(notices, typing);
  const element = h("section", { class: "column", data: { viewer }, on: { dragover, dragleave: undrop, drop } },
    head, tabs, list.pinned, list.talk, writing.element);

  Object.assign(seat, {
    toast, openLink,
    jump: list.jump,
    reply: (message) => writing.answer(message),
    act: (name, values) => doing(() => world.act(name, { user_id: viewer, ...values })),
    remove: (message) => doing(() => world.remove(viewer, message)),
    tap: (message, row, column) => doing(() => world.tap(viewer, message, row, column)),
    send: (what) => doing(() => world.send(viewer, seat.chat, what)),
    commands: () => world.commands(viewer, seat.chat),
    insteadOfWriting,
  });

  async function doing(act) {
    try {
      await act();
      return true;
    } catch (error) {
      toast(error.message);
      return false;
    }
  }

  function openLink(url) {
    const found = /^https?:\/\/t\.me\/(\w+)(?:\?start=([\w-]*))?$/i.exec(url);
    if (!found || found[1].toLowerCase() !== world.bot.username.toLowerCase()) return false;
    open(viewer);
    if (found[2] !== undefined) seat.act("start", { payload: found[2] });
    return true;
  }

  function insteadOfWriting() {
    if (seat.chat !== viewer) return null;
    if (person().blocked) return { label: say("unblock"), act: () => seat.act("unblock") };
    if (!person().started) return { label: say("start"), act: () => seat.act("start", { payload: "" }) };
    return null;
  }

  async function open(chat) {
    seat.chat = chat;
    sessionStorage.setItem(OPEN + viewer, chat);
    const thread = world.thread(viewer, chat);
    thread.unread = 0;
    drawTabs();
    typing.replaceChildren();
    list.open(thread);
    writing.draw();
    await world.load(thread);
  }

  function draw() {
    if (!person()) return;
    drawHead();
    if (!chats().some(({ id }) => id === seat.chat)) {
      const moved = world.chats.get(seat.chat)?.upgraded_to;
      open(chats().find(({ id }) => id === moved)?.id ?? chats()[0].id);
    } else {
      drawTabs();
      writing.draw();
      list.draw();
    }
  }

  function drawHead() {
    const print = JSON.stringify([person(), world.groups()]);
    if (head.dataset.print === print) return;
    head.dataset.print = print;
    const { name, username, language_code: language, color, blocked, started } = person();
    const state = blocked ? say("has_blocked") : started ? "" : say("not_started");
    element.setAttribute("aria-label", say("column_of", { name }));
    head.replaceChildren(avatar(name, color),
      h("div", { class: "who" }, h("strong", {}, name),
        h("span", {}, [username && `@${username}`, language].filter(Boolean).join(" · "),
          state && h("span", { class: blocked ? "warning" : "", style: "display: inline" }, ` · ${state}`))),
      menu());
  }

  function menu() {
    const item = (label, act, danger) => h("button", { type: "button", class: danger ? "danger" : "", on: { click: act } }, label);
    const groups = world.groups();
    const details = h("details", { class: "menu" },
      h("summary", { class: "icon-button", title: say("menu"), "aria-label": say("menu"), role: "button" }, icon("more")),
      h("div", { class: "menu-items", on: { click: () => { details.open = false; } } },
        item(say("rename"), () => askName(world, person())),
        groups.map((group) => (group.member_ids.includes(viewer)
          ? item(say("leave", { title: group.title }), () => seat.act("leave_group", { chat_id: group.id }))
          : item(say("join", { title: group.title }), () => seat.act("add_to_group", { chat_id: group.id })))),
        item(say(person().blocked ? "unblock" : "block"), () => seat.act(person().blocked ? "unblock" : "block"), !person().blocked),
        item(say("hide_column"), close)));
    return details;
  }

  function drawTabs() {
    tabs.setAttribute("aria-label", say("chats"));
    const focused = tabs.contains(document.activeElement);
    tabs.replaceChildren(...chats().map(({ id, title }) => {
      const chosen = id === seat.chat;
      const unread = world.thread(viewer, id).unread;
      return h("button", { type: "button", class: "tab", role: "tab", "aria-selected": String(chosen), tabIndex: chosen ? 0 : -1,
        data: { chat: id }, on: { click: () => open(id) } },
        id === viewer && icon("lock"), h("span", { class: "name" }, title),
        unread > 0 && h("span", { class: "badge", "aria-label": say("unread", { count: unread }) }, unread));
    }));
    if (focused) tabs.querySelector("[aria-selected=true]")?.focus();
  }

  function walkTabs(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const ids = chats().map(({ id }) => id);
    open(ids[(ids.indexOf(seat.chat) + step + ids.length) % ids.length]);
  }

  function toast(text) {
    const note = h("div", { class: "toast" }, text);
    notices.append(note);
    setTimeout(() => note.remove(), TOAST_MILLISECONDS);
  }

  function alert(text) {
    const before = document.activeElement;
    const done = () => {
      cover.remove();
      before?.focus?.();
    };
    const ok = h("button", { type: "button", class: "button main", on: { click: done } }, say("ok"));
    const cover = h("div", { class: "alert", role: "alertdialog", "aria-label": text,
      on: { keydown: (event) => event.key === "Escape" && done() } }, h("div", {}, h("p", {}, text), ok));
    element.append(cover);
    ok.focus();
  }

  let typingEnds;
  function showTyping(words) {
    typing.replaceChildren(h("span", {}, words));
    clearTimeout(typingEnds);
    typingEnds = setTimeout(() => typing.replaceChildren(), TYPING_MILLISECONDS);
  }

  function received(message) {
    typing.replaceChildren();
    if (!message.forceReply || !world.asks(viewer, message)) return;
    writing.answer({ ...message, placeholder: message.forceReply.input_field_placeholder }, { focus: world.lastActor === viewer });
  }

  function dragover(event) {
    event.preventDefault();
    element.classList.add("drop");
  }
  function undrop() {
    element.classList.remove("drop");
  }
  function drop(event) {
    event.preventDefault();
    undrop();
    writing.attach(event.dataTransfer.files[0]);
  }

  const mine = ({ detail }) => detail.viewer === viewer;
  const here = (event) => mine(event) && event.detail.chat === seat.chat;
  const listen = (kind, act) => world.addEventListener(kind, act, { signal: stopping.signal });
  listen("changed", draw);
  listen("thread", (event) => {
    if (here(event)) {
      world.thread(viewer, seat.chat).unread = 0;
      list.draw();
    } else if (mine(event)) drawTabs();
  });
  listen("received", (event) => here(event) && received(event.detail.message));
  listen("toast", (event) => mine(event) && (event.detail.isAlert ? alert : toast)(event.detail.text));
  listen("typing", (event) => here(event) && showTyping(say("typing", { name: event.detail.name })));

  seat.chat = Number(sessionStorage.getItem(OPEN + viewer));
  if (chats().some(({ id }) => id === seat.chat)) {
    drawHead();
    open(seat.chat);
  } else draw();
  return { element, stop: () => stopping.abort(), focus: () => writing.focus() };
}
