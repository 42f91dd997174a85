/** The page's own words in English and Russian, and how it writes times, days and sizes. */

const WORDS = {
  en: {
    tagline: "sandbox", people: "People", language: "Сменить язык на русский", theme: "Light or dark", outside: "Outside world",
    offline: "The sandbox does not answer. Trying again…", unreachable: "Not done: the sandbox does not answer.",
    add_person: "Add a person", show_person: "{name}: show or hide", write: "Message", send: "Send", attach: "Attach a photo or file",
    cancel: "Cancel", close: "Close", ok: "OK", reply: "Reply", reply_to: "Answer to {name}", delete: "Delete", edited: "edited",
    only_you: "Only you see this", bot: "bot", photo: "Photo", file: "File", open_photo: "Open the photo", pinned: "Pinned message",
    buttons: "Buttons of the message", reactions: "Reactions", messages: "Messages", to_end: "To the newest message", copied: "Copied: {text}",
    empty_private: "This is a private chat with the bot. Nothing here yet.", empty_group: "Nobody has written here yet.",
    commands: "Commands of the bot", typing: "{name} is typing…", start: "Start", block: "Block the bot", unblock: "Unblock the bot",
    has_blocked: "has blocked the bot", not_started: "bot not started", column_of: "{name}: chats", menu: "Menu", chats: "Chats",
    unread: "{count} unread", rename: "Change name", leave: "Leave “{title}”", join: "Join “{title}”", hide_column: "Hide this column",
    new_person: "A new person", add: "Add", first_name: "First name", last_name: "Last name (optional)", username: "Username (optional)",
    username_rule: "At least four letters, digits or underscores, beginning with a letter", their_language: "Language of their Telegram",
    into_groups: "Joins the groups", save: "Save", new_group: "New group", create: "Create", group_title: "Title", members: "Members",
    with_bot: "{bot} is a member too", clock: "Simulated clock", real_time: "Runs with real time.",
    ahead: "{days} days ahead of real time.", hour: "+1 hour", day: "+1 day", eight_days: "+8 days", faults: "Faults of Telegram",
    faults_hint: "Each strikes the bot's next calls.", clear_faults: "Clear", fault_too_many_requests: "Too many requests",
    fault_outage: "Outage, 20 s", fault_slow: "Slow answers", fault_lose_answer: "Lose an answer", fault_duplicate_updates: "Repeat updates",
    fault_no_ephemeral: "No ephemeral", fault_kick: "Kick", groups: "Groups", group: "group", supergroup: "supergroup",
    kick_bot: "Kick the bot", add_bot: "Add the bot", bot_admin: "Bot is admin", upgrade: "Upgrade to supergroup",
    reset: "Reset everything", reset_title: "Start the world anew?",
    reset_text: "All chats, people, files and faults are forgotten, and the first world is made again. The bot keeps its own memory.",
    calls: "Bot API calls", paid: "Paid", only_failed: "failed only", ms: "ms", mini_app: "Mini App of {bot}", back: "Back", opening: "Opening…",
  },
  ru: {
    tagline: "песочница", people: "Люди", language: "Switch to English", theme: "Светлая или тёмная", outside: "Внешний мир",
    offline: "Песочница не отвечает. Пробуем снова…", unreachable: "Не вышло: песочница не отвечает.",
    add_person: "Добавить человека", show_person: "{name}: показать или скрыть", write: "Сообщение", send: "Отправить",
    attach: "Прикрепить фото или файл", cancel: "Отмена", close: "Закрыть", ok: "Понятно", reply: "Ответить", reply_to: "Ответ для {name}",
    delete: "Удалить", edited: "изменено", only_you: "Видите только вы", bot: "бот", photo: "Фото", file: "Файл",
    open_photo: "Открыть фото", pinned: "Закреплённое сообщение", buttons: "Кнопки сообщения", reactions: "Реакции", messages: "Сообщения",
    to_end: "К новым сообщениям", copied: "Скопировано: {text}", empty_private: "Это личный чат с ботом. Пока здесь пусто.",
    empty_group: "Здесь ещё никто не писал.", commands: "Команды бота", typing: "{name} печатает…", start: "Начать",
    block: "Заблокировать бота", unblock: "Разблокировать бота", has_blocked: "бот заблокирован",
    not_started: "бот не запущен", column_of: "{name}: чаты", menu: "Меню", chats: "Чаты", unread: "Непрочитанных: {count}",
    rename: "Сменить имя", leave: "Выйти из «{title}»", join: "Войти в «{title}»", hide_column: "Скрыть колонку",
    new_person: "Новый человек", add: "Добавить", first_name: "Имя", last_name: "Фамилия (можно без неё)",
    username: "Имя пользователя (можно без него)", username_rule: "Не меньше четырёх латинских букв, цифр и подчёркиваний, первая — буква",
    their_language: "Язык в Telegram", into_groups: "Войдёт в группы", save: "Сохранить", new_group: "Новая группа", create: "Создать",
    group_title: "Название", members: "Участники", with_bot: "Добавить и {bot}", clock: "Время в песочнице",
    real_time: "Идёт вместе с настоящим.", ahead: "Впереди настоящего на {days} дн.", hour: "+1 час", day: "+1 день",
    eight_days: "+8 дней", faults: "Сбои Telegram", faults_hint: "Каждый бьёт по следующим вызовам бота.", clear_faults: "Снять",
    fault_too_many_requests: "Слишком часто", fault_outage: "Нет связи 20 с", fault_slow: "Медленно", fault_lose_answer: "Потерять ответ",
    fault_duplicate_updates: "Повторы событий", fault_no_ephemeral: "Без личных ответов", fault_kick: "Выгнать", groups: "Группы",
    group: "группа", supergroup: "супергруппа", kick_bot: "Выгнать бота", add_bot: "Добавить бота", bot_admin: "Бот — админ",
    upgrade: "Сделать супергруппой", reset: "Начать заново", reset_title: "Начать мир заново?",
    reset_text: "Чаты, люди, файлы и сбои будут забыты, и появится первоначальный мир. Своё бот помнит сам.", calls: "Вызовы Bot API", paid: "Оплачено",
    only_failed: "только ошибки", ms: "мс", mini_app: "Мини-приложение {bot}", back: "Назад", opening: "Открываем…",
  },
};

const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const LANGUAGE = "syncbuy-sandbox-language";
const chosen = localStorage.getItem(LANGUAGE) ?? (navigator.language.toLowerCase().startsWith("ru") ? "ru" : "en");

/** This function will say which language the page speaks: "en" or "ru". */
export function language() {
  return chosen;
}

/** This function will make the page speak the other language; everything a person has done is kept by the sandbox. */
export function switchLanguage() {
  localStorage.setItem(LANGUAGE, chosen === "ru" ? "en" : "ru");
  location.reload();
}

/** This function will say `key` in the page's language, with `{name}` filled from `values`. */
export function say(key, values = {}) {
  return WORDS[chosen][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** This function will write seconds since 1970 as the time of day. */
export function clockTime(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString(chosen, TIME);
}

/** This function will write seconds since 1970 as the time of day with seconds. */
export function preciseTime(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString(chosen, { ...TIME, second: "2-digit" });
}

/** This function will write seconds since 1970 as day, month and time. */
export function dateAndTime(seconds) {
  return new Date(seconds * 1000).toLocaleString(chosen, { ...TIME, weekday: "short", day: "numeric", month: "short" });
}

/** This function will name the day of seconds since 1970, as between two days' messages. */
export function dayName(seconds) {
  return new Date(seconds * 1000).toLocaleDateString(chosen, { day: "numeric", month: "long" });
}

/** This function will write an amount in minor units; XTR are Telegram's Stars. */
export function money(minor, currency) {
  if (currency === "XTR") return `${minor} ⭐`;
  const format = new Intl.NumberFormat(chosen, { style: "currency", currency, currencyDisplay: "narrowSymbol" });
  return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
}

/** This function will write a size in bytes. */
export function fileSize(bytes) {
  if (!Number.isFinite(bytes)) return "";
  const units = chosen === "ru" ? ["Б", "КБ", "МБ"] : ["B", "KB", "MB"];
  const power = Math.min(2, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  return `${(bytes / 1024 ** power).toLocaleString(chosen, { maximumFractionDigits: power ? 1 : 0 })} ${units[power]}`;
}
