error-malformed-request = Запрос не читается: его тело должно быть в JSON.
error-not-signed-in = Войдите, пожалуйста.
error-no-such-address = По этому адресу ничего нет.
error-no-such-method = По этому адресу так не делают.
error-too-slow = Запрос шёл слишком долго.
error-too-long = Запрос слишком длинный.
error-wrong-shape = Запрос не совсем верный, подробности — в нём самом.
error-too-often = Слишком много запросов сразу. Попробуйте через { $seconds ->
    [one] { $seconds } секунду
    [few] { $seconds } секунды
   *[many] { $seconds } секунд
}.
error-too-many-listeners = За изменениями вы уже следите через { $most } соединений. Закройте одно из них.
error-not-now = Сейчас не получается. Ничего не произошло, попробуйте ещё раз.

error-no-account = У вас ещё нет счёта в { $currency }.
error-no-such-requisite = Сначала скажите, куда платить: добавьте телефон, карту или другие реквизиты.
error-wrong-snooze = Отложить напоминание можно на срок от 1 до { $max } дней.
rail-manual = Вне SyncBuy, с подтверждением получателя
rail-wallet = Из моего кошелька
error-debt-in-other-currency = Этот долг — в { $currency }.
