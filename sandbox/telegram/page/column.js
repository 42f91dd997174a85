/** One person's column: their chats as tabs, the open one below, and what only they are shown. */

import { Composer } from "./composer.js";
import { h, icon, soon } from "./dom.js";
import { personHead } from "./head.js";
import { MessageList } from "./messages.js";
import { MiniApp } from "./mini_app.js";
import { showAlert, showToast, toastPlace } from "./notices.js";
import { say } from "./words.js";

const TYPING_MILLISECONDS = 5000;

/** Which chat each person had open, so that a column that is shown again continues where it was. */
const OPEN = "syncbuy-sandbox-open-chat-of-";

/** The seat of one person at the page: its parts act and speak in that person's name through it. */
export class Column {
  #stopping = new AbortController();
  #head = h("header", {});
  #tabs = h("div", { class: "tabs", role: "tablist", "aria-label": say("chats") });
  #toasts = toastPlace();
  #typing = h("div", { class: "typing", "aria-live": "polite" });
  #typingEnds = null;
  #drawList = soon(() => this.list.draw());
  #drawTabsSoon = soon(() => this.#drawTabs());

  /** `close()` is called when the person's menu hides the column. */
  constructor(world, viewer, { close }) {
    Object.assign(this, { world, viewer, close, chat: Number(sessionStorage.getItem(OPEN + viewer)) });
    this.list = new MessageList(this);
    this.composer = new Composer(this);
    this.list.talk.append(this.#toasts, this.#typing);
    this.element = h("section", { class: "column", data: { viewer } },
      this.#head, this.#tabs, this.list.pinned, this.list.talk, this.composer.element);
    this.#tabs.addEventListener("keydown", (event) => this.#walkTabs(event));
    this.#takeFiles();
    this.#listen();
    this.#drawHead();
    this.open(this.#here() ? this.chat : this.#chats()[0].id);
  }

  /** Ends the listening; the column may then leave the page. */
  stop() {
    this.miniApp?.close();
    this.#stopping.abort();
  }

  get person() {
    return this.world.people.get(this.viewer);
  }

  /** Opens one of the person's chats. */
  open(chat) {
    this.chat = chat;
    sessionStorage.setItem(OPEN + this.viewer, chat);
    const thread = this.world.thread(this.viewer, chat);
    thread.unread = 0;
    this.#typing.replaceChildren();
    this.#drawTabs();
    this.list.open(thread);
    this.composer.draw();
    return this.#doing(() => this.world.load(thread));
  }

  /** Does something as this person; whether it was done. A refusal is told to them. */
  act(name, values = {}) {
    return this.#doing(() => this.world.act(name, { user_id: this.viewer, ...values }));
  }

  tap(message, at) {
    return this.#doing(() => this.world.tap(this.viewer, message, at));
  }

  /** Pays the invoice of a message; the bot has ten seconds to say why not. */
  pay(message) {
    return this.#doing(() => this.world.pay(this.viewer, message));
  }

  send(what) {
    return this.#doing(() => this.world.send(this.viewer, this.chat, what));
  }

  remove(message) {
    return this.#doing(() => this.world.remove(this.viewer, message));
  }

  reply(message) {
    this.composer.answer(message);
  }

  jump(key) {
    this.list.jump(key);
  }

  toast(text) {
    showToast(this.#toasts, text);
  }

  /** Opens a Mini App of the bot over this column, in the person's name. */
  openMiniApp(what) {
    return this.#doing(async () => {
      const { url, init_data: initData } = await this.world.openMiniApp(this.viewer, what.message?.chatId ?? this.chat, what);
      this.miniApp?.close();
      this.miniApp = new MiniApp(this, { url, initData });
    });
  }

  /** Whether the link led to an invoice, to the bot's Mini App, or into the private chat with the bot, where it presses Start with its payload. */
  openLink(url) {
    if (/^https?:\/\/t\.me\/\$[\w-]+$/.test(url)) {
      this.act("pay_invoice", { link: url });
      return true;
    }
    const app = /^https?:\/\/t\.me\/(\w+)\?startapp=([\w-]*)$/i.exec(url);
    if (app?.[1].toLowerCase() === this.world.bot.username.toLowerCase()) {
      this.openMiniApp({ start: app[2] });
      return true;
    }
    const found = /^https?:\/\/t\.me\/(\w+)(?:\?start=([\w-]*))?$/i.exec(url);
    if (found?.[1].toLowerCase() !== this.world.bot.username.toLowerCase()) return false;
    this.open(this.viewer);
    if (found[2] !== undefined) this.act("start", { payload: found[2] });
    return true;
  }

  /** The button beside the composer that opens the bot's page, where the bot has one: its words, else null. */
  menuButton() {
    const button = this.world.bot.menu_button;
    return this.chat === this.viewer && button?.type === "web_app" ? button.text : null;
  }

  /** What stands in place of the composer when the person cannot write: a button, else nothing. */
  insteadOfWriting() {
    if (this.chat !== this.viewer) return null;
    if (this.person.blocked) return { label: say("unblock"), act: () => this.act("unblock") };
    if (!this.person.started) return { label: say("start"), act: () => this.act("start", { payload: "" }) };
    return null;
  }

  #chats() {
    return this.world.chatsOf(this.viewer);
  }

  #here() {
    return this.#chats().some(({ id }) => id === this.chat);
  }

  async #doing(act) {
    try {
      await act();
      return true;
    } catch (error) {
      this.toast(error.message);
      return false;
    }
  }

  #listen() {
    const options = { signal: this.#stopping.signal };
    const mine = (kind, act) => this.world.addEventListener(kind, ({ detail }) => detail.viewer === this.viewer && act(detail), options);
    this.world.addEventListener("changed", () => this.#draw(), options);
    mine("thread", ({ chat }) => this.#threadChanged(chat));
    mine("received", ({ chat, message }) => chat === this.chat && this.#received(message));
    mine("toast", ({ text, isAlert }) => (isAlert ? showAlert(this.element, text) : this.toast(text)));
    mine("link", ({ url }) => this.openLink(url));
    mine("typing", ({ chat, name }) => chat === this.chat && this.#showTyping(name));
  }

  #draw() {
    if (!this.person) return;
    this.#drawHead();
    if (this.#here()) {
      this.#drawTabs();
      this.composer.draw();
      this.list.draw();
    } else {
      this.open(this.world.chats.get(this.chat)?.upgraded_to ?? this.#chats()[0].id);
    }
  }

  #threadChanged(chat) {
    if (chat !== this.chat) {
      this.#drawTabsSoon();
      return;
    }
    this.world.thread(this.viewer, chat).unread = 0;
    this.#drawList();
  }

  #received(message) {
    this.#typing.replaceChildren();
    if (!message.forceReply || !this.world.asks(this.viewer, message)) return;
    const focus = this.world.lastActor === this.viewer;
    this.composer.answer({ ...message, placeholder: message.forceReply.input_field_placeholder }, { focus });
  }

  #showTyping(name) {
    this.#typing.replaceChildren(h("span", {}, say("typing", { name })));
    clearTimeout(this.#typingEnds);
    this.#typingEnds = setTimeout(() => this.#typing.replaceChildren(), TYPING_MILLISECONDS);
  }

  #drawHead() {
    const print = JSON.stringify([this.person, this.world.groups()]);
    if (this.#head.dataset.print === print) return; // an open menu stays open
    this.#head.dataset.print = print;
    this.element.setAttribute("aria-label", say("column_of", { name: this.person.name }));
    this.#head.replaceChildren(...personHead(this, this.close));
  }

  #drawTabs() {
    const focused = this.#tabs.contains(document.activeElement);
    this.#tabs.replaceChildren(...this.#chats().map(({ id, title }) => {
      const chosen = id === this.chat;
      const { unread } = this.world.thread(this.viewer, id);
      return h("button", { type: "button", class: "tab", role: "tab", "aria-selected": String(chosen), tabIndex: chosen ? 0 : -1,
        data: { chat: id }, on: { click: () => this.open(id) } },
        id === this.viewer && icon("lock"), h("span", { class: "name" }, title),
        unread > 0 && h("span", { class: "badge", "aria-label": say("unread", { count: unread }) }, unread));
    }));
    if (focused) this.#tabs.querySelector("[aria-selected=true]")?.focus();
  }

  #walkTabs({ key }) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (!step) return;
    const ids = this.#chats().map(({ id }) => id);
    this.open(ids[(ids.indexOf(this.chat) + step + ids.length) % ids.length]);
  }

  #takeFiles() {
    const over = (now) => (event) => {
      event.preventDefault();
      this.element.classList.toggle("drop", now);
    };
    this.element.addEventListener("dragover", over(true));
    this.element.addEventListener("dragleave", over(false));
    this.element.addEventListener("drop", (event) => {
      over(false)(event);
      this.composer.attach(event.dataTransfer.files[0]);
    });
  }
}
