## Отчёты: как о них просят и что в них написано.

command-report = отчёт файлом: PDF, Excel, CSV, JSON
button-report = 📊 Отчёт

report-which = 📊 Отчёт «{ $purchase }». В каком виде?
report-whose = 📊 О чём отчёт?
report-statement-which = 🧾 Ваша выписка: всё, что вы платили, ваши доли, долги и переводы. За какое время и в каком виде?
button-my-statement = 🧾 Моя выписка
button-format-pdf = 📕 PDF
button-format-xlsx = 📗 Excel
button-format-csv = 📄 CSV
button-format-json = ⚙️ JSON
button-format-png = 🖼 Картинка
button-statement-of = { $format } · { $period ->
    [year] { $year } год
    [month] { $month }
   *[all] за всё время
}
report-asked = Готовлю, файл придёт сюда
error-unknown-format = Такого вида у отчёта нет. Бывают: { $known }.
error-report-not-found = Такого отчёта нет.
error-made-anew-already = Такой же отчёт уже готовится.

report-about-purchase = «{ $purchase }»
report-about-person = ваша выписка
report-making = ⏳ Готовлю отчёт: { $about }, { $format }…
report-making-again = ⏳ Отчёт ({ $about }, { $format }) пока не получился, пробую ещё раз…
report-ready = 📊 Отчёт: { $about }
report-picture-ready = 🤝 { $about }: кто кому сколько
report-closed = 📕 { $about }: всё в одном файле — расходы, доли, долги и переводы
report-gone = 📊 Отчёт ({ $about }) был готов, но файл уже не хранится. Попросите новый: /report
report-failed = 😔 Отчёт ({ $about }, { $format }) сделать не удалось. Мы уже разбираемся; можно попробовать ещё раз.
button-report-again = 🔁 Ещё раз

report-day = dd.MM.y
report-moment = dd.MM.y HH:mm
report-day-in-spreadsheet = dd.mm.yyyy
report-moment-in-spreadsheet = dd.mm.yyyy hh:mm

report-purchase-active = идёт
report-purchase-locked = доли зафиксированы
report-purchase-closed = закрыта
report-subtitle = Покупка: { $state } · { $days } · организатор { $organizer }
report-statement-title = Выписка: { $name }
report-statement-all = За всё время
report-statement-since = С { $day }
report-footer = SyncBuy · { $moment } ({ $zone })
report-page = стр. { $page } из { $pages }
report-signs = Плюс — человеку вернётся, минус — ему отдавать.
report-total = Итого
report-nothing = Пока ничего нет

report-fact-spent = Потрачено
report-fact-people = Участников
report-fact-expenses = Расходов
report-fact-left = Осталось перевести
report-fact-expected = Предстоит перевести
report-all-settled = всё!
report-fact-my-paid = Вы заплатили
report-fact-my-share = Ваша доля
report-fact-i-owe = Вы должны
report-fact-i-am-owed = Вам должны

report-picture-heading = Кто кому должен
report-picture-active = Кто кому будет должен, если посчитать сейчас
report-picture-locked = Кто кому должен
report-picture-closed = Кто с кем рассчитался
report-nobody-owes = Никто никому не должен
report-more-arrows = …и ещё { $count } { $count ->
    [one] перевод
    [few] перевода
   *[other] переводов
} на { $amount } — они есть в файле
report-arrow-part = { $done } из { $amount }

report-table-in = { $table }, { $symbol }
report-table-summary = Главное
report-table-people = Участники
report-table-purchases = Покупки
report-table-expenses = Расходы
report-table-shares = Доли
report-table-debts = Долги
report-table-payments = Переводы
report-table-refunds = Возвраты

report-column-person = Участник
report-column-paid = Заплатил(а)
report-column-share = Доля
report-column-net = Разница
report-column-sent = Перевёл(а)
report-column-received = Получил(а)
report-column-forgiven = Прощено
report-column-balance = Осталось
report-column-purchase = Покупка
report-column-state = Состояние
report-column-my-paid = Я заплатил(а)
report-column-my-share = Моя доля
report-column-number = №
report-column-day = Дата
report-column-what = Что
report-column-cost = Стоимость
report-column-payers = Кто платил
report-column-shared = На кого и сколько
report-column-extra = Лишняя единица
report-column-debtor = Кто должен
report-column-creditor = Кому
report-column-amount = Сумма
report-column-settled = Оплачено
report-column-written-off = Прощено
report-column-refunded = Возвращено
report-column-left = Осталось
report-column-due = Срок
report-column-moment = Когда
report-column-from = От кого
report-column-to = Кому
report-column-rail = Способ

report-everybody = все ({ $count })
report-each = по { $amount } — { $people }
report-extra-for = лишняя { $amount } — { $people }

report-debt-expected = если посчитать
report-debt-created = ждёт оплаты
report-debt-awaiting = оплачивается
report-debt-succeeded = закрыт
report-debt-canceled = отменён
report-debt-expired = просрочен
report-debt-refunded = деньги возвращены
report-rail-manual = напрямую
report-rail-wallet = кошелёк
report-rail-provider = картой
report-payment-created = готовится
report-payment-pending-confirmation = ждёт подтверждения
report-payment-succeeded = получено
report-refund-pending = в пути
report-refund-succeeded = вернулось

report-fact = Строка
report-fact-total = потрачено всего
report-fact-paid = заплачено
report-fact-share = доля
report-fact-balance = осталось получить
report-fact-debt = долг
report-fact-payment = перевод
report-fact-refund = возврат
report-fact-written-off = прощено
report-column-currency = Валюта
report-column-note = Примечание
