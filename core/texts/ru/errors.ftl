error-our-fault = Что-то сломалось у меня, не у вас. Ничего не пропало — попробуйте ещё раз чуть позже.
error-domain-error = Так не получится.
error-not-found = Не нашёл.
error-forbidden = Вам это нельзя.
error-conflict = Сейчас так нельзя.
error-invalid = Не понял.
error-same-key-still-running = Этот запрос уже выполняется.
error-same-key-other-request = Этот ключ уже использован для другого запроса.
error-no-idempotency-key = Запросу, который что-то создаёт, нужен Idempotence-Key.
error-wrong-idempotency-key = Ключ идемпотентности — от 16 до 64 латинских букв, цифр, знаков - и _.
error-two-idempotency-keys = Два ключа идемпотентности этого запроса различаются.

error-purchase-not-found = Такой покупки не нашёл.
error-task-not-found = Такой задачи нет — возможно, её удалили.
error-not-participant = Сначала нажмите «Участвую» на карточке.
error-not-the-organizer = Это может только организатор.
error-not-your-task = Это не ваша задача: её может менять тот, кто взял или добавил, и организатор.
error-not-active = { $status ->
    [locked] Доли уже зафиксированы, менять состав нельзя. Организатор может отменить расчёт: /unlock
   *[closed] Покупка закрыта.
}
error-wrong-task-status = { $status ->
    [done] «{ $title }» уже куплено.
    [open] «{ $title }» ещё никто не взял.
   *[assigned] «{ $title }» уже в работе.
}
error-wrong-title = Название — от 1 до { $length_max } знаков (сейчас { $length }).
error-negative-amount = Сумма не бывает меньше нуля.
error-organizer-stays = Организатор не может выйти из своей покупки.
error-has-done-tasks = Нельзя: на человеке уже есть расходы ({ $titles }). Сначала измените или отмените их.
error-participant-not-found = Этот человек не участвует в покупке.
error-already-takes-part = Уже участвует.
error-invite-not-found = Такого приглашения для вас нет.
error-invite-answered = { $answer ->
    [accepted] Вы уже согласились. Выйти можно кнопкой на карточке.
   *[declined] Вы уже отказались. Попросите позвать вас снова.
}
error-too-many-tasks = В покупке помещается не больше { $count_max } задач.
error-already-taken = «{ $title }» уже взял(а) { $name }.
error-cost-unknown = Сколько стоило «{ $title }»? Нажмите «Другая сумма».
error-link-not-found = Ссылка не подошла: она устарела или предназначена не вам.
error-no-purchase-here = Здесь нет подходящей покупки. Начните: /new Шашлыки

error-name-of-two = «{ $name }» — это два разных человека: один в Telegram, другой входит здесь под этим именем. Напишите @{ $name }, если нужен тот, кто в Telegram.
error-not-a-username = «{ $username }» не похоже на имя в Telegram. Нужно вроде @anna.
error-not-a-phone = В номере телефона от 10 до 15 цифр. Например +7 912 345-67-89.
error-not-a-card = Это не номер карты — проверьте цифры.
error-wrong-requisite = Нужен текст до { $length_max } знаков.
error-unknown-language = Такого языка я не знаю.
error-unknown-time-zone = Не знаю часового пояса «{ $time_zone }».
error-chat-not-found = Такого чата не нашёл.

error-already-locked = Доли уже зафиксированы.
error-too-few-participants = Нужны хотя бы двое участников.
error-nothing-done = Пока нечего делить: нет ни одного расхода.
error-tasks-unfinished = Не сделано: { $titles }. Подтвердите, что убрать.
error-changed-meanwhile = Пока вы смотрели, всё изменилось. Посмотрите ещё раз и решите.
error-not-locked = { $status ->
    [active] Доли ещё не посчитаны: /lock
   *[closed] Покупка закрыта.
}
error-payments-began = Кто-то уже платит — отменить расчёт нельзя.
error-debts-open = Ещё не все рассчитались.
error-already-closed = Покупка уже закрыта.
error-intent-not-found = Такого долга у вас нет.
error-nothing-left = { $status ->
    [awaiting] Сначала ответьте на «перевёл(а)».
   *[other] От этого долга ничего не осталось.
}

error-already-paid = Этот долг уже закрыт.
error-attempt-open = Предыдущий платёж ещё не подтверждён.
error-debt-canceled = Расчёт отменён, платить не нужно.
error-wrong-paid-amount = Нужна сумма больше нуля и не больше { $left }.
error-photo-not-found = Такого фото нет — возможно, его удалили.
error-other-photo = Под этим номером уже другое фото.
error-not-a-photo = Это не фото: нужен JPEG, PNG или WebP до 50 мегапикселей.
error-attempt-not-found = Такого платежа у вас нет.
error-answered-already = { $status ->
    [succeeded] Уже подтверждено.
   *[other] Ответ уже дан или платёж отозван.
}

error-not-enough-money = Не хватает денег.
error-account-closed = Этот счёт закрыт.
