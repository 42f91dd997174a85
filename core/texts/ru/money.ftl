## Amounts, dates and shares that were refused: what is wrong, and how it would be right.

error-unknown-currency = Не знаю валюты «{ $currency }». Нужен код из трёх букв: RUB, USD, EUR.
error-amount-too-large = Слишком большая сумма. Проверьте, нет ли лишних нулей.
error-wrong-decimal = Сумма «{ $text }» записана неверно для { $currency }.

error-amount-not-understood = Не могу разобрать сумму «{ $text }». Напишите, например, 1200, 1 200,50 или 300+450*2.
error-too-many-decimals =
    { $decimals_max ->
        [0] В { $currency } нет долей, сумма «{ $text }» должна быть целой.
        [one] В { $currency } после запятой бывает не больше { $decimals_max } знака, а в сумме «{ $text }» выходит больше.
       *[other] В { $currency } после запятой бывает не больше { $decimals_max } знаков, а в сумме «{ $text }» выходит больше.
    }
error-amount-not-positive = Сумма должна быть больше нуля.
error-other-currency = Здесь считают в { $expected }, а сумма написана в { $written }. Пересчитайте её и напишите в { $expected }.
error-wrong-number-of-amounts = Нужно столько же сумм, сколько плательщиков: { $expected }, а получилось { $given }. Напишите каждую с новой строки.

error-date-not-understood = Не могу разобрать дату «{ $text }». Напишите, например, 15.06, завтра в 18:00 или до пятницы.
error-due-in-the-past = Эта дата уже прошла. Срок должен быть впереди.
error-due-too-far =
    { $years_max ->
        [one] Слишком далёкий срок: можно не больше чем на { $years_max } год вперёд.
        [few] Слишком далёкий срок: можно не больше чем на { $years_max } года вперёд.
       *[other] Слишком далёкий срок: можно не больше чем на { $years_max } лет вперёд.
    }

error-nobody-shares = Выберите хотя бы одного человека, на которого делится расход.
error-wrong-weight = Доля — это целое число от 0 до { $weight_max }.
error-percents-do-not-add-up = Проценты должны давать вместе 100, а получается { $total }.
error-shares-do-not-add-up =
    { $side ->
        [missing] Доли не сходятся со стоимостью: не хватает { $difference }.
       *[over] Доли не сходятся со стоимостью: лишние { $difference }.
    }
error-negative-share = У кого-то доля получается меньше нуля. Уменьшите поправки.
error-nobody-paid = Укажите хотя бы одного человека, который заплатил.
error-wrong-payment = Каждый плательщик должен был заплатить больше нуля. Уберите тех, кто не платил.
error-payments-do-not-add-up =
    { $side ->
        [missing] Платежи не сходятся со стоимостью: не хватает { $difference }.
       *[over] Платежи не сходятся со стоимостью: лишние { $difference }.
    }
