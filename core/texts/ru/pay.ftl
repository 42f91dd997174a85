## Paying by wallet and by link, the wallet itself, and money that goes back.

provider-yookassa = ЮKassa
provider-standard = Банк
provider-stripe = Stripe
provider-cloudpayments = CloudPayments
provider-telegram = Telegram
payment-for-wallet = Пополнение кошелька SyncBuy
payment-for-debt = { $purchase }: долг, получатель { $payee }

payment-refund = Возврат от SyncBuy

button-pay-wallet = 👛 Из кошелька { $amount }
button-pay-link = 💳 { $provider } { $amount }
button-part = ✂️ Часть
button-give-up = Заплачу иначе
button-follow-link = 💳 Оплатить { $amount }
button-qr = ▦ QR-код
button-try-again = 🔁 Попробовать снова
button-wallet = 👛 Кошелёк
button-top-up = ➕ Пополнить
button-withdraw-money = ➖ Вывести
button-statement = 🧾 Вся выписка, { $currency }
button-give-back-money = ↩️ Вернуть деньги

pay-view-link = Вы должны <b>{ $left }</b> · { $payee } · { $purchase }
    Срок: { $due }

    ⏳ { $rail ->
        [wallet] Плачу { $amount } из кошелька.
       *[provider] Ждём оплаты { $amount } по ссылке.
    }
owed-view-link = { $payer } должен(на) вам <b>{ $left }</b> · { $purchase }
    Срок: { $due }

    ⏳ Платит { $amount } прямо сейчас.
ask-part = Какую часть заплатить? Осталось { $left }. Ответьте суммой; если уже перевели — можно с фото чека.
part-view = Заплатить <b>{ $amount }</b> · { $payee }. Как?
paying-from-wallet = ⏳ Плачу { $amount } из кошелька.
paying-by-link = ⏳ Готовлю ссылку на { $amount }. Она придёт в личные сообщения.
given-up = Хорошо, платите как удобно. Если по старой ссылке всё же заплатить, деньги придут в ваш кошелёк.
qr-caption = Наведите камеру телефона, чтобы оплатить <b>{ $amount }</b>.
link-is-over = Эта ссылка больше не нужна.

progress-for-wallet = пополнение кошелька
progress-for-debt = { $payee } · { $purchase }
progress-created = ⏳ Готовлю ссылку: <b>{ $amount }</b>, { $what }.
progress-link = 💳 К оплате <b>{ $amount }</b>, { $what }. Ссылка действует около часа.
progress-invoice = 💳 Счёт на <b>{ $amount }</b>, { $what }, — сообщением рядом. Он действует около часа.
progress-paid = ✅ Оплачено <b>{ $amount }</b>, { $what }.
progress-topped-up = ✅ Кошелёк пополнен на <b>{ $amount }</b>. Теперь в нём { $balance }.
progress-wallet-created = ⏳ Плачу из кошелька <b>{ $amount }</b>, { $what }.
progress-wallet-paid = ✅ Заплачено из кошелька <b>{ $amount }</b>, { $what }. Осталось { $balance }.
progress-given-up = ↩️ Ссылка на { $amount } ({ $what }) больше не нужна. Если по ней всё же заплатить, деньги придут в ваш кошелёк.
progress-failed = ❌ Не получилось: <b>{ $amount }</b>, { $what }.
    { $reason } Деньги не списаны.
progress-amount-mismatch = ⚠️ Банк списал не ту сумму, о которой мы просили (<b>{ $amount }</b>, { $what }). Деньги не потеряны: мы уже разбираемся и напишем.
progress-expired = ⌛ Банк так и не сказал, прошла ли оплата: <b>{ $amount }</b>, { $what }. Если деньги спишутся, они придут в ваш кошелёк.

reason-not-enough-money = В кошельке не хватает денег.
reason-insufficient-funds = На карте не хватает денег.
reason-expired-on-confirmation = Время на оплату вышло.
reason-canceled-by-payer = Вы отменили оплату.
reason-card-expired = У карты вышел срок.
reason-3d-secure-failed = Банк не смог подтвердить, что платите вы.
reason-general-decline = Банк отказал и не сказал почему. Попробуйте другую карту.
reason-fraud-suspected = Банк счёл платёж подозрительным. Попробуйте другую карту.
reason-refused = Платёжная система не приняла запрос. Попробуйте позже или другим способом.
reason-not-received = Деньги не пришли.
reason-withdrawn = Отметку «перевёл» отозвали.
reason-given-up = Платить по ссылке передумали.
reason-expired = Банк так и не сказал, прошла ли оплата.
reason-amount-mismatch = Банк списал не ту сумму, о которой мы просили. Мы разбираемся.
reason-debt-gone = Этого долга больше нет.
reason-canceled = Платёж отменён.
reason-unknown = Банк отказал. Попробуйте другую карту или другой способ.

told-payment-received = 💰 { $payer } заплатил(а) вам <b>{ $amount }</b> за «{ $purchase }». Деньги в вашем кошельке.{ $fee ->
    [none] {""}
   *[some] {" "}Комиссия сервиса — { $fee_amount }.
}
told-came-late = 💰 Оплата <b>{ $amount }</b> пришла позже срока. Деньги в вашем кошельке — можно заплатить долг из него: /debts
told-refund-requested = ↩️ { $organizer } просит вернуть <b>{ $amount }</b> за «{ $purchase }». Платил(а) { $payer }. { $rail ->
    [manual] Вы согласны и вернёте деньги сами?
   *[other] Вы согласны? Деньги уйдут из вашего кошелька.
}
button-refund-agree = ✅ Вернуть { $amount }
button-refund-decline = ❌ Не возвращать
told-refund-manual = ↩️ { $payee } возвращает вам <b>{ $amount }</b> за «{ $purchase }» — мимо SyncBuy. Пришло?
told-refund-on-its-way = ↩️ { $payee } возвращает вам <b>{ $amount }</b> за «{ $purchase }». Деньги идут на вашу карту.
told-refund-succeeded = ↩️ { $you ->
    [payer] Вам вернули <b>{ $amount }</b> за «{ $purchase }»{ $rail ->
        [wallet] {" "}— деньги в кошельке.
        [provider] {" "}— деньги на карте.
       *[manual] .
    }
   *[other] Возврат <b>{ $amount }</b> за «{ $purchase }» дошёл. Получатель — { $payer }.
}
told-refund-canceled = ❌ Возврат <b>{ $amount }</b> за «{ $purchase }» не состоялся. { $reason ->
    [declined] { $payee } не согласен(на).
    [not_answered] { $payee } так и не ответил(а) за две недели. Деньги остались на месте.
    [not_received] { $payer } говорит, что деньги не пришли.
   *[other] Банк отказал, деньги остались на месте.
}
told-top-up-refund = ↩️ { $status ->
    [succeeded] Пополнение <b>{ $amount }</b> вернули на вашу карту.
    [canceled] Вернуть <b>{ $amount }</b> на карту не удалось. Деньги снова в кошельке.
   *[other] Возвращаем <b>{ $amount }</b> из кошелька на вашу карту.
}
told-withdrawal-settled = { $status ->
    [paid] ✅ Вывод <b>{ $amount }</b>: отправлено.
   *[rejected] ❌ Вывод <b>{ $amount }</b> не прошёл: { $reason }. Деньги снова в кошельке.
}
told-order-ended = { $status ->
    [finished] ✅ «{ $description }»: заплачено из кошелька <b>{ $amount }</b>.
   *[cancelled] ❌ «{ $description }»: <b>{ $amount }</b> не заплачено. { $reason }
}

wallet-empty = 👛 <b>Кошелёк</b>
    Пока пуст. Пополните: <code>/topup 500</code>
wallet-head = 👛 <b>Кошелёк: { $balances }</b>
wallet-line = { $at } · { $what }: { $change } → { $balance }
wallet-what-top_up = пополнение
wallet-what-hold = оплата
wallet-what-capture = вам заплатили
wallet-what-void = оплата отменена
wallet-what-settle = вам заплатили
wallet-what-came_late = поздняя оплата
wallet-what-withdrawal = вывод
wallet-what-withdrawal_rejected = вывод не прошёл
wallet-what-placed = невыясненный платёж
wallet-what-refund = возврат
wallet-what-refund_reserved = возврат на карту
wallet-what-refund_canceled = возврат не прошёл
statement-head = 🧾 <b>Выписка, { $currency }</b>
statement-empty = Движений ещё не было.
ask-top-up = На сколько пополнить? Например 500.
choose-provider = Чем пополнить на <b>{ $amount }</b>?
ask-withdrawal = Сколько вывести? В кошельке { $balances }.
withdrawal-where = Вывести <b>{ $amount }</b>. Куда отправить?
withdrawal-needs-requisites = Сначала скажите, куда вам переводить: /settings
button-withdraw-to = ➡️ { $kind ->
    [phone] По телефону { $value }
    [card] На карту { $value }
   *[text] { $value }
}
withdrawal-requested = ⏳ Заявка на вывод <b>{ $amount }</b> принята. Деньги отложены; когда отправим, напишу.

refund-none = В этой покупке возвращать нечего: никто ещё не заплатил или всё уже возвращено.
refund-which = Какой платёж вернуть?
refund-line = ↩️ { $payer } → { $payee }: { $amount }
refund-question = Вернуть деньги за «{ $purchase }»? Платил(а) { $payer }: { $paid }{ $refunded ->
    [none] {""}
   *[some] , уже возвращено { $refunded_amount }
}. { $rail ->
    [wallet] Деньги уйдут из кошелька в кошелёк: { $payee } → { $payer }.
    [provider] Деньги уйдут из кошелька на карту: { $payee } → { $payer }.
   *[manual] Деньги нужно отдать самим; { $payer } подтвердит, что они пришли.
}
button-refund-all = ↩️ Вернуть { $amount }
ask-refund-part = Сколько вернуть? Можно до { $left }.
refund-begun = ↩️ Возврат { $amount } начат.
refund-asked = ↩️ Вопрос отправлен: { $payee } решает, вернуть ли деньги.
refund-done = ✅ { $amount } возвращено.
refund-declined = Хорошо, деньги остаются у вас.
refund-came = ✅ Записал: { $amount } вернулось.
refund-did-not-come = Понял: не вернулось. Сообщу.

history-payment-received = { $payer } → { $payee }: заплачено { $amount }
history-refund-requested = { $actor }: просьба о возврате { $payee } → { $payer }, { $amount }
history-refund-started = { $payee } → { $payer }: возврат { $amount } начат
history-refund-succeeded = { $payee } → { $payer }: возвращено { $amount }
history-refund-canceled = { $payee } → { $payer }: возврат { $amount } не состоялся

error-wallet-is-short = В кошельке { $balance } — на { $amount } не хватает. Пополните: /topup
error-already-pressed = Эта кнопка уже сработала.
error-no-provider = Пополнить в { $currency } сейчас нечем.
error-account-exists = Кошелёк в { $currency } у вас уже есть.
error-above-operation-limit = За один раз — не больше { $limit }.
error-above-daily-limit = За день — не больше { $limit }. Продолжите завтра.
error-wrong-amount = Нужна сумма больше нуля и не больше { $max }.
error-no-destination = Напишите, куда отправить деньги, — до { $max } знаков.
error-withdrawal-not-found = Такой заявки на вывод нет.
error-withdrawal-settled-already = Эта заявка уже закрыта.
error-wrong-description = Нужно описание, до { $max } знаков.
error-order-not-found = Такого заказа у вас нет.
error-too-many-top-ups = У вас уже { $max } незаконченных пополнений. Закончите или отмените одно из них.
error-too-late-to-cancel = Этот платёж уже не отменить: { $status ->
    [succeeded] он прошёл.
    [created] он проходит прямо сейчас.
    [pending_confirmation] он проходит прямо сейчас.
   *[other] он закончился.
}
error-invoice-not-payable = Этот счёт уже нельзя оплатить. Откройте долг заново: /debts
error-refund-not-found = Такого возврата у вас нет.
error-nothing-to-refund = Возвращать нечего.
error-wrong-refund-amount = Нужна сумма больше нуля и не больше { $left }.
error-refund-under-way = Возврат этого платежа уже идёт.
error-refund-ended = Этот возврат уже закончился.
error-refund-not-waiting = Этот возврат уже закончился или идёт не через банк.
error-placed-already = Эти деньги уже зачислены на другой кошелёк.
error-suspense-not-found = Таких невыясненных денег нет.
error-notice-not-found = Такого уведомления нет.

command-wallet = Кошелёк: сколько там и откуда
command-topup = Пополнить кошелёк
command-withdraw = Вывести деньги
command-refund = Вернуть деньги за платёж
