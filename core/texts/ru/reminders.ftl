## Reminders of debts, when people want to be left alone, and the choice of both.

due-in-words = { $when ->
    [later] срок — через { $days } { $days ->
        [one] день
        [few] дня
       *[other] дней
    }, { $date }
    [tomorrow] срок — завтра, { $date }
    [today] срок — сегодня, { $date }
    [passed] срок был сегодня, { $date }
    [yesterday] срок был вчера, { $date }
   *[earlier] срок был { $days } { $days ->
        [one] день
        [few] дня
       *[other] дней
    } назад, { $date }
}
told-reminder = ⏰ Напоминаю о долге: <b>{ $amount }</b> · { $payee } · { $purchase } · { $due }

    Уже перевели? Нажмите «Перевёл(а)» — и я больше не напомню.
told-reminders = ⏰ Напоминаю о долгах, всего <b>{ $totals }</b>:
told-reminders-line = → { $payee }: { $amount } · { $purchase } · { $due }
told-reminders-more = … и ещё { $count }
told-reminders-end = Уже перевели? Откройте долг и отметьте — и я больше не напомню.
button-snooze-hour = 😴 Через час
button-snooze-day = Завтра
button-snooze-days = Через 3 дня
snoozed = Хорошо, напомню { $at }
told-overdue = ⌛ Срок прошёл, а долги ещё открыты:
told-overdue-line = { $payer } → { $payee }: { $amount } · { $purchase } · { $due }
told-overdue-end = Люди часто просто забывают — обычно хватает дружеского слова. Кроме вас, этого списка никто не видит.
card-overdue = ⌛ Срок прошёл, но заплатить ещё можно

history-intent-expired = { $payer } → { $payee }: срок прошёл

settings-times = Часовой пояс: { $zone }, сейчас { $time }
    Тихие часы: { $quiet }
    Напоминания о долгах: { $reminders }
quiet-hours = { $quiet ->
    [yes] { $from }–{ $until }
   *[no] нет
}
reminders-in-words = { $on ->
    [yes] включены
   *[no] выключены
}
button-choose-time-zone = 🕒 Часовой пояс: { $zone }
button-choose-quiet-hours = 🌙 Тихие часы: { $quiet }
button-choose-reminders = ⏰ Напоминания: { $reminders }
button-back-to-settings = ◀️ К настройкам
button-other = ✏️ Другое

reminders-panel = ⏰ <b>Напоминания о долгах</b>
    Приходят только вам и только в личку. Замолкают, как только вы заплатили или нажали «Перевёл(а)». О долге, который просрочен на день, узнаёт и организатор. Нажмите, чтобы поменять.
button-remind = { $on ->
    [yes] 🔔 Включены
   *[no] 🔕 Выключены
}
button-remind-before = Заранее: { $days ->
    [0] нет
    [one] за { $days } день
    [few] за { $days } дня
   *[other] за { $days } дней
}
button-remind-when-due = В срок: { $on ->
    [yes] да
   *[no] нет
}
button-remind-every = После срока: { $days ->
    [0] нет
    [1] каждый день
    [one] раз в { $days } день
    [few] раз в { $days } дня
   *[other] раз в { $days } дней
}
quiet-panel = 🌙 <b>Тихие часы</b>: { $quiet }
    В это время я не напоминаю и не пишу о том, что подождёт до утра. Ответы вам и вопросы «пришло?» приходят сразу.
button-no-quiet = Не нужны
ask-quiet-hours = С какого часа по какой вас не беспокоить? Например 23–8 или 22:30–7:45.
time-zone-panel = 🕒 <b>Часовой пояс</b>: { $zone }, сейчас { $time }
    По нему я понимаю даты, которые вы пишете, и выбираю время для напоминаний.
ask-time-zone = Какой у вас город или пояс? Например Berlin или Asia/Tbilisi — латиницей.

zone-Europe-Kaliningrad = Калининград
zone-Europe-Moscow = Москва
zone-Europe-Samara = Самара
zone-Asia-Yekaterinburg = Екатеринбург
zone-Asia-Omsk = Омск
zone-Asia-Krasnoyarsk = Красноярск
zone-Asia-Irkutsk = Иркутск
zone-Asia-Yakutsk = Якутск
zone-Asia-Vladivostok = Владивосток
zone-Europe-Minsk = Минск
zone-Asia-Tbilisi = Тбилиси
zone-Asia-Yerevan = Ереван
zone-Asia-Almaty = Алматы
zone-Europe-Istanbul = Стамбул
zone-Europe-Belgrade = Белград
zone-Europe-Berlin = Берлин
zone-Europe-London = Лондон

error-quiet-too-long = Тишина — не больше { $hours } часов в сутки, иначе мне не успеть ничего сказать.
error-wrong-reminder-days = Можно до { $max } дней.
error-not-hours = Не понял. Напишите два времени, например 23–8 или 22:30–7:45.
error-reminder-not-found = Этого напоминания уже нет. Все долги: /debts
error-nothing-to-remind = Напоминать больше не о чем: здесь всё заплачено или вот-вот будет.
