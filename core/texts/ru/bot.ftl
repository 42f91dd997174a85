start = Привет, { $name }! Я SyncBuy — помогаю компании покупать вместе: кто участвует, что купить, кто сколько заплатил и кто кому должен.

    Добавьте меня в группу и напишите там <code>/new Шашлыки</code>. Здесь, в личке, — ваши долги, оплата и настройки: /debts, /settings, /help.
start-group = Я здесь. Напишите <code>/new Шашлыки</code> — и начнём покупку.
hello-group = Привет! Я SyncBuy: помогаю покупать вместе и честно рассчитаться.

    Начните с <code>/new Шашлыки на даче</code> — появится карточка, где каждый отметится и возьмёт дело. Чтобы я мог писать вам о долгах лично, откройте личку со мной и нажмите «Старт».
help = <b>Что я умею здесь</b>
    /debts — сколько я должен и сколько должны мне, оплата
    /wallet — кошелёк, /topup 500 — пополнить, /withdraw 500 — вывести
    /why — откуда взялся долг
    /purchases — мои покупки
    /new — начать покупку
    /history — что происходило
    /settings — язык, напоминания, реквизиты
    /link — код, чтобы войти на странице SyncBuy
    /cancel — выйти из диалога

    Покупки удобнее вести в группе: добавьте меня туда.
help-group = <b>Что я умею в группе</b>
    <code>/new Шашлыки</code> — начать покупку (можно «до 15.06»)
    <code>/task Мясо 2000</code> — что купить и почём примерно
    <code>/spent 1200 такси</code> — «я заплатил(а)»; можно указать, на кого делим: <code>/spent 1200 такси @anna @boris</code>
    <code>/invite @name</code> — позвать, <code>/remove @name</code> — убрать
    /lock — посчитать доли, /unlock — отменить расчёт, /close — закрыть
    /debts — мои долги, /refund — вернуть деньги, /why — почему столько (ответ увидите только вы)
    /purchases, /history, /settings
not-understood = Не понял. Вот что я умею: /help
canceled = Хорошо, забыли.
nothing-to-cancel = Отменять нечего.
button-outdated = Эта кнопка устарела. Посмотрите свежую карточку: /purchases
answer-is-in-private = Ответил в личке
answer-is-private = Это личное. Откройте чат со мной — там ответ.
open-private-chat = Открыть личку

ask-purchase-title = Что покупаем? Ответьте названием, например «Шашлыки на даче до 15.06».
which-purchase = О какой покупке речь?
purchases-list = { $count ->
    [0] Открытых покупок нет. Начните: <code>/new Шашлыки</code>
   *[other] Открытые покупки:
}
purchase-active = 🛒 { $title }
purchase-locked = 🔒 { $title }
purchase-closed = 🏁 { $title }

joined = Вы участвуете!
joined-already = Вы уже участвуете
left = Вы вышли
removed = { $count ->
    [one] Убран { $count } участник.
    [few] Убраны { $count } участника.
   *[other] Убраны { $count } участников.
}
how-to-remove = Кого убрать? Например: <code>/remove @boris</code>
how-to-invite = Кого позвать? Например: <code>/invite @boris @vera</code>. Кто в этой группе, может просто нажать «Участвую».
invited = Позвали: { $name } — «{ $purchase }».
invited-takes-part = { $name } уже участвует.
button-answer-invite = Ссылка-приглашение для { $name }
invite-view = Вас зовут в покупку <b>{ $purchase }</b>. Участвуете?
button-accept = ✋ Участвую
button-decline = Не смогу
invite-accepted = Вы участвуете в покупке <b>{ $purchase }</b>. Ход дела — в её группе, ваши долги — здесь: /debts
invite-declined = Понятно. Если передумаете, попросите позвать вас снова.

ask-task = { $name }, что купить для «{ $purchase }»? Ответьте на это сообщение, например «Мясо 2000».
task-added = ➕ { $number }. { $title }
task-added-for = ➕ { $number }. { $title } — около { $amount }
task-taken = Беру: { $title }. Когда купите, нажмите ещё раз
task-given-back = ↩️ «{ $title }» снова свободно.
task-reopened = ↩️ «{ $title }» снова не сделано, сумма не считается.
task-deleted = 🗑 Удалено. В истории останется.

ask-spending = { $name }, сколько и на что для «{ $purchase }»? Ответьте на это сообщение, например «1200 такси». Можно с фото чека.
ask-cost = { $name }, сколько вышло «{ $title }»? Ответьте на это сообщение суммой. Можно с фото чека.
ask-parts = { $name }, кто сколько заплатил за «{ $title }»? Ответьте суммами по порядку через точку с запятой: { $payers }. Например «700; 500».
expense-panel = <b>{ $title }</b> · { $purchase }
    { $has_cost ->
        [yes] Стоит: { $cost }
       *[no] Цена пока неизвестна
    }
    Платит: { $payers }
    Делим поровну { $everybody ->
        [yes] на всех ({ $count })
       *[no] на { $count }: { $sharers }
    }
choose-payers = Кто платил за «{ $title }»?
choose-sharers = На кого делим «{ $title }»?
button-save-cost = ✅ Куплено за { $amount }
button-say-cost = 💰 Другая сумма
button-say-first-cost = 💰 Указать сумму
button-say-parts = 💰 Кто сколько заплатил
button-choose-payers = 👛 Кто платил
button-choose-sharers = 👥 На кого делим
button-give-back = ↩️ Не успеваю, отдать
button-back-to-expense = ◀️ Дальше
button-change = ✏️ Изменить
button-undo = ↩️ Не куплено
button-delete = 🗑 Удалить
spending-echo = ✅ <b>{ $title }</b> — { $amount }
    Платил(а): { $payers }
    { $everybody ->
        [yes] Поровну на всех ({ $count })
       *[no] Поровну на { $count }: { $sharers }
    } — { $exact ->
        [yes] по { $share }
       *[no] примерно по { $share }
    }

preview-head = <b>{ $title }</b>: всего { $total }, { $count } { $count ->
    [one] расход
    [few] расхода
   *[other] расходов
}.
preview-unfinished = ⚠️ Не сделано и будет убрано: { $titles }
preview-both = <b>{ $count } { $count ->
    [one] перевод
    [few] перевода
   *[other] переводов
}</b>
preview-accruals = <b>Как платили: { $count } { $count ->
    [one] перевод
    [few] перевода
   *[other] переводов
}</b>, у каждого понятная причина
preview-minimal = <b>Меньше всего переводов: { $count }</b>
preview-transfer = { $payer } → { $payee }: { $amount }
preview-more = … и ещё { $count }
button-lock-both = 🔒 Зафиксировать ({ $count })
button-lock-both-drop = 🔒 Убрать несделанное и зафиксировать ({ $count })
button-lock-accruals = 🔒 Как платили ({ $count })
button-lock-accruals-drop = 🔒 Убрать несделанное, как платили ({ $count })
button-lock-minimal = 🔒 Меньше переводов ({ $count })
button-lock-minimal-drop = 🔒 Убрать несделанное, меньше переводов ({ $count })
locked = { $count ->
    [0] 🔒 Зафиксировано: никто никому не должен.
    [one] 🔒 Зафиксировано: { $count } долг. Всем напишу лично.
    [few] 🔒 Зафиксировано: { $count } долга. Всем напишу лично.
   *[other] 🔒 Зафиксировано: { $count } долгов. Всем напишу лично.
}
unlock-question = Отменить расчёт «{ $purchase }»? Долги исчезнут, покупку снова можно будет менять.
button-unlock-yes = 🔓 Да, отменить
unlocked = 🔓 Расчёт отменён.
close-question = Закрыть «{ $purchase }»? Итоги опубликую в чате, менять после этого ничего нельзя.
button-close-yes = 🏁 Да, закрыть
closed = 🏁 Закрыто.

debts-none = Никаких долгов: ни вы, ни вам. 🎉
debts-i-owe = <b>Вы должны { $totals }</b>
debts-owed-to-me = <b>Вам должны { $totals }</b>
debt-to = → { $name }: { $amount } · { $purchase } · до { $due }{ $status ->
    [awaiting] {" "}· ждёт подтверждения
    [expired] {" "}· <b>просрочено</b>
   *[other] {""}
}
debt-from = ← { $name }: { $amount } · { $purchase } · до { $due }{ $status ->
    [awaiting] {" "}· говорит, что перевёл(а)
    [expired] {" "}· просрочено
   *[other] {""}
}
button-pay = 💳 { $name }: { $amount }
button-waiting-claim = ⏳ { $name } ещё не ответил(а)
button-look-at-debt = 👀 Долг: { $name }
button-received-all = ✅ Всё пришло ({ $count })
pay-view = Вы должны <b>{ $left }</b>{ $partly ->
    [yes] {" "}(из { $amount })
   *[no] {""}
} · { $payee } · { $purchase }
    Срок: { $due }{ $waits ->
        [yes] {""}

    ⏳ Вы сказали, что перевели { $claimed }. Ждём ответа.
       *[no] { $has_requisites ->
            [yes] {""}

    Куда перевести:
           *[no] {""}

    Реквизитов нет — спросите, куда перевести.
        }
    }
requisite-phone = 📱 Телефон: <code>{ $value }</code>
requisite-card = 💳 Карта: <code>{ $value }</code>
requisite-text = 📝 { $value }
button-copy-phone = 📋 Телефон
button-copy-card = 📋 Карта
button-copy-text = 📋 Реквизиты
button-paid = ✅ Перевёл(а) { $amount }
button-paid-proof = 📎 С чеком
button-withdraw = Я ошибся, не переводил(а)
ask-paid-proof = Пришлите фото чека. Если это часть от { $left }, напишите сумму в подписи.
send-a-photo = Жду фото чека (или /cancel).
claimed = ⏳ Отметил: { $amount }. { $payee } получит вопрос «пришло?». Если ответа не будет { $days } { $days ->
    [one] день
    [few] дня
   *[other] дней
}, подтвердится само.
claim-withdrawn = Хорошо, считаем, что не переводили.
owed-view = { $payer } должен(на) вам <b>{ $left }</b> · { $purchase }
    Срок: { $due }{ $waits ->
        [yes] {""}

    ⏳ Говорит, что перевёл(а) { $claimed }. Пришло?
       *[no] {""}
    }
button-received = ✅ Пришло
button-not-received = ❌ Не пришло
confirmed = ✅ Записал: { $amount } пришло.
confirmed-all = { $count ->
    [0] Подтверждать нечего.
    [one] ✅ Подтверждён { $count } перевод.
    [few] ✅ Подтверждены { $count } перевода.
   *[other] ✅ Подтверждены { $count } переводов.
}
disputed = Понял: не пришло. Сообщу плательщику и организатору.
button-write-off = 🎁 Простить
write-off-question = Простить { $payer } { $left }? Вернуть это решение будет нельзя.
button-write-off-yes = 🎁 Да, простить { $left }
written-off = 🎁 Долг прощён.

which-debt = О каком долге рассказать?
which-i-owe = Я → { $name }: { $amount }
which-owed = { $name } → мне: { $amount }
why-head = <b>{ $payer } → { $payee }: { $amount }</b>
    { $purchase }
why-task = <b>{ $title }</b> — { $cost }, платил(а) { $paid }
    Доля ({ $payer }): { $share }; в долг { $sign ->
    [minus] −
   *[plus] +
}{ $counts }
why-extra = Не делится ровно: лишние { $unit } — { $people }
why-more = … и ещё { $count }
why-total = Итого: { $total }
why-total-minimal = Всего { $payer } недоплатил(а) { $total }. Чтобы переводов было меньше, из них { $amount } идут этому человеку.
button-receipt = 🧾 { $title }
receipt = 🧾 { $title } — { $cost }

history-head = 📜 <b>{ $title }</b>
button-older = ◀️ Раньше
button-newer = Позже ▶️
history-purchase-opened = { $actor }: начало покупки
history-purchase-person-invited = { $actor }: приглашение для { $name }
history-purchase-invite-declined = { $actor }: отказ от приглашения
history-purchase-participant-joined = { $actor }: участвует
history-purchase-participant-left = { $actor }: больше не участвует
history-purchase-participant-removed = { $actor }: убрал(а) { $name }
history-task-added = { $actor }: добавлено «{ $title }»
history-task-taken = { $actor }: взял(а) «{ $title }»
history-task-given-back = { $actor }: «{ $title }» снова свободно
history-task-completed = { $actor }: «{ $title }» — { $amount }
history-task-reopened = { $actor }: «{ $title }» не сделано ({ $amount } не считается)
history-task-deleted = { $actor }: удалено «{ $title }»
history-purchase-locked = { $actor }: доли зафиксированы
history-purchase-unlocked = { $actor }: расчёт отменён
history-purchase-closed = { $actor }: покупка закрыта
history-purchase-debts-settled = все рассчитались
history-intent-written-off = { $payee }: долг { $payer } прощён
history-payment-claimed = { $payer } → { $payee }: перевод отправлен
history-payment-confirmed = { $payer } → { $payee }: перевод получен
history-payment-disputed = { $payer } → { $payee }: перевод не пришёл
history-payment-claim-withdrawn = { $payer } → { $payee }: «перевёл» отозвано

language-ru = 🇷🇺 Русский
language-en = 🇬🇧 English
settings-head = ⚙️ <b>Настройки</b>
    Язык: { $language }
    { $times }

    <b>Куда вам переводить</b>
settings-no-requisites = Пока ничего. Добавьте — и должникам будет куда перевести.
settings-chat = ⚙️ <b>Настройки группы</b>
    Язык карточек: { $language }
    Валюта новых покупок: { $currency }

    Личные настройки и реквизиты — в личке: /settings
button-set-phone = 📱 Телефон
button-set-card = 💳 Карта
button-set-text = 📝 Свободный текст
button-forget = 🗑 Убрать
ask-requisite-phone = Номер телефона для перевода? Например +7 912 345-67-89
ask-requisite-card = Номер карты?
ask-requisite-text = Как вам перевести? До 200 знаков.

command-new = Начать покупку
command-task = Добавить, что купить
command-spent = Я заплатил(а): сумма и за что
command-purchases = Открытые покупки
command-invite = Позвать @name
command-lock = Посчитать доли
command-unlock = Отменить расчёт
command-close = Закрыть покупку
command-debts = Мои долги
command-why = Откуда взялся долг
command-history = Что происходило
command-settings = Настройки
command-help = Что я умею
command-cancel = Выйти из диалога
