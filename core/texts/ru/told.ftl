person = { $name }
told-invited = { $name } зовёт вас в покупку <b>{ $purchase }</b>. Участвуете?
told-invite-declined = { $name } не сможет участвовать в покупке <b>{ $purchase }</b>.
told-removed = Организатор убрал вас из покупки <b>{ $purchase }</b>.
told-debts-head = 🧾 <b>{ $purchase }</b>: доли посчитаны.
told-you-owe = Вы должны: { $name } — <b>{ $amount }</b>, до { $due }
told-you-are-owed = Вам должны: { $name } — <b>{ $amount }</b>, до { $due }
told-debts-canceled = Расчёт покупки <b>{ $purchase }</b> отменён, долгов по ней больше нет.
told-payment-claimed = 💸 { $name } говорит, что перевёл(а) вам <b>{ $amount }</b> за «{ $purchase }». Пришло?
told-confirmed = ✅ { $payee } подтверждает: <b>{ $amount }</b> за «{ $purchase }» пришло.
told-confirmed-by-itself = ✅ { $you ->
    [payer] { $payee } не ответил(а) в срок, и ваш перевод <b>{ $amount }</b> за «{ $purchase }» считается полученным.
   *[other] Вы не ответили в срок, и перевод от { $payer } <b>{ $amount }</b> за «{ $purchase }» считается полученным.
}
told-disputed = ❌ { $you ->
    [payer] { $payee } говорит, что <b>{ $amount }</b> за «{ $purchase }» не пришло. Проверьте перевод и отметьте снова.
   *[other] { $payee } говорит, что { $amount } от { $payer } за «{ $purchase }» не пришло. Помогите им разобраться.
}
button-look-again = 💳 Посмотреть долг
told-claim-withdrawn = { $name } передумал(а): перевода { $amount } пока не было.
told-debt-written-off = 🎁 { $name } прощает вам долг: { $amount }.
told-debts-settled = 🤝 <b>{ $purchase }</b>: все рассчитались! Можно закрывать.
told-closed-head = 🏁 <b>{ $purchase }</b> закрыто. Всего потрачено <b>{ $total }</b>.
told-closed-task = ✅ { $title } — { $cost }
told-closed-people = <b>Кто сколько</b>
told-closed-person = { $name }: заплатил(а) { $paid }, доля { $borne }
told-password-set = 🔑 Для входа на страницу SyncBuy теперь есть пароль, имя — <b>{ $name }</b>.

    Это были не вы? Возьмите код: /link, войдите с ним на странице и задайте другой пароль — все остальные входы завершатся.
told-telegram-unlinked = 🔓 Вы отвязали этот Telegram от SyncBuy. Покупки и долги — на странице: входите по имени <b>{ $name }</b> и паролю.

    Это были не вы? Напишите тому, кто держит этого бота.
told-please-open-chat = { $people }, для вас есть личное сообщение. Откройте чат со мной и нажмите «Старт».
