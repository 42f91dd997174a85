## Вход вне чата: код, имя и пароль, токены, и почему войти не вышло.

command-link = Код для входа на странице
sign-in-code = 🔑 Ваш код для входа: <code>{ $code }</code>

    Откройте страницу SyncBuy, выберите вход «Код» и введите его: там будут ваши же покупки, долги и кошелёк.
    Код сработает один раз в ближайшие { $minutes } минут, а новый отменит прежний.

    Никому его не показывайте: кто введёт код, войдёт вместо вас.
button-copy-code = 📋 Скопировать код
button-new-code = 🔄 Новый код
button-sign-in-code = 🔑 Войти на странице

error-unrecognized = Не узнал вас. Войдите, пожалуйста, ещё раз.
error-proof-refused = Telegram не подтвердил вход, или он устарел. Откройте страницу заново и попробуйте ещё раз.
error-refresh-refused = Вход больше не действует. Войдите, пожалуйста, ещё раз.
error-wrong-name-or-password = Имя или пароль не подошли.
error-code-refused = Код не подошёл: он неверный, использован или устарел. Новый — в чате с ботом: /link
error-ext-identity-not-found = С этим аккаунтом мы ещё не знакомы. Зарегистрируйтесь или напишите боту /start.
error-name-taken = Имя «{ $name }» уже занято. Придумайте другое.
error-wrong-login-name = Имя для входа — от { $length_min } до { $length_max } знаков и не начинается с @.
error-wrong-password-length = Пароль — от { $length_min } до { $length_max } знаков.
error-name-needed = Чтобы входить с паролем, нужно ещё имя для входа.
error-code-needed = Для этого нужен свежий код из чата с ботом: /link
error-wrong-current-password = Нынешний пароль не подошёл.
error-sign-in-first = Токену это нельзя: войдите сами.
error-identity-taken = Этот аккаунт Telegram уже принадлежит другому человеку в SyncBuy.
error-other-telegram-linked = У вас уже привязан другой аккаунт Telegram. Сначала отвяжите его.
error-identity-not-found = Такой аккаунт к вам не привязан.
error-last-way-in = Это ваш единственный способ войти. Сначала задайте имя и пароль.
error-session-not-found = Такого входа нет, или он уже завершён.
error-token-not-found = Такого токена нет.
error-wrong-token-name = Название токена — от 1 до { $length_max } знаков.
error-token-expires-in-the-past = Этот срок уже прошёл.
error-too-many-tokens = Больше { $count_max } токенов не бывает. Удалите ненужные.
