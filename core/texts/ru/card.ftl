card-title-active = 🛒 <b>{ $title }</b>
card-title-locked = 🔒 <b>{ $title }</b> — доли зафиксированы
card-title-closed = 🏁 <b>{ $title }</b> — закрыто
card-people = 👥 { $count } { $count ->
    [one] участник
    [few] участника
   *[other] участников
}: { $people }
    Организатор — { $organizer }
card-due = 🗓 до { $date }
card-empty = Пока пусто. Добавьте, что купить, — или напишите, что уже оплачено.
card-more-tasks = … и ещё { $count }
card-task-open = { $number }. ⬜ { $title }{ $has_amount ->
    [yes] {" "}— около { $amount }
   *[no] {""}
}
card-task-assigned = { $number }. 🙋 { $title }{ $has_amount ->
    [yes] {" "}— около { $amount }
   *[no] {""}
} · { $name }
card-task-done = { $number }. ✅ { $title } — { $amount } · { $name }
card-spent = 💰 Потрачено <b>{ $spent }</b>
card-spent-and-expected = 💰 Потрачено <b>{ $spent }</b>, впереди ещё около { $expected }
card-paid = 🤝 Рассчитались: <b>{ $settled } из { $total }</b>
card-nobody-owes = 🤝 Никто никому не должен

button-join = ✋ Участвую
button-leave = Выйти
button-add-task = ➕ Что купить
button-spent = 💸 Я заплатил(а)
button-lock = 🔒 Посчитать доли
button-history = 📜 История
button-open-page = 📱 Открыть
button-my-debts = 💳 Мои долги
button-why = ❓ Почему столько
button-unlock = 🔓 Отменить расчёт
button-close = 🏁 Закрыть
button-take = ⬜ { $title } — беру
button-done = 🙋 { $title } · { $name }
