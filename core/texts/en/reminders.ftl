## Reminders of debts, when people want to be left alone, and the choice of both.

due-in-words = { $when ->
    [later] due in { $days } days, { $date }
    [tomorrow] due tomorrow, { $date }
    [today] due today, { $date }
    [passed] was due today, { $date }
    [yesterday] was due yesterday, { $date }
   *[earlier] was due { $days } days ago, { $date }
}
told-reminder = ⏰ A reminder: <b>{ $amount }</b> to { $payee } for { $purchase }, { $due }.

    Paid already? Press “I paid”, and I will not remind you again.
told-reminders = ⏰ A reminder of your debts, <b>{ $totals }</b> in all:
told-reminders-line = → { $payee }: { $amount } · { $purchase } · { $due }
told-reminders-more = … and { $count } more
told-reminders-end = Paid already? Open the debt and say so, and I will not remind you again.
button-snooze-hour = 😴 In an hour
button-snooze-day = Tomorrow
button-snooze-days = In 3 days
snoozed = Fine, I will remind you on { $at }
told-overdue = ⌛ These debts are past their date and still open:
told-overdue-line = { $payer } → { $payee }: { $amount } · { $purchase } · { $due }
told-overdue-end = People often just forget, and a friendly word is enough. Nobody but you sees this list.
card-overdue = ⌛ Past the due date, and it can still be paid

history-intent-expired = { $payer } → { $payee }: past the due date

settings-times = Time zone: { $zone }, { $time } now
    Quiet hours: { $quiet }
    Reminders of debts: { $reminders }
quiet-hours = { $quiet ->
    [yes] { $from }–{ $until }
   *[no] none
}
reminders-in-words = { $on ->
    [yes] on
   *[no] off
}
button-choose-time-zone = 🕒 Time zone: { $zone }
button-choose-quiet-hours = 🌙 Quiet hours: { $quiet }
button-choose-reminders = ⏰ Reminders: { $reminders }
button-back-to-settings = ◀️ Back to settings
button-other = ✏️ Another

reminders-panel = ⏰ <b>Reminders of debts</b>
    They come to you alone, in private, and stop as soon as you have paid or pressed “I paid”. A debt that is a day overdue is told to the organiser too. Tap to change.
button-remind = { $on ->
    [yes] 🔔 On
   *[no] 🔕 Off
}
button-remind-before = Before: { $days ->
    [0] no
    [one] { $days } day
   *[other] { $days } days
}
button-remind-when-due = When due: { $on ->
    [yes] yes
   *[no] no
}
button-remind-every = Once overdue: { $days ->
    [0] no
    [one] every day
   *[other] every { $days } days
}
quiet-panel = 🌙 <b>Quiet hours</b>: { $quiet }
    Then I send no reminders, and nothing that can wait for the morning. Answers to you and “did it arrive?” come at once.
button-no-quiet = No quiet hours
ask-quiet-hours = From when until when should I leave you alone? For example 23–8 or 22:30–7:45.
time-zone-panel = 🕒 <b>Time zone</b>: { $zone }, { $time } now
    I read the dates that you write in it, and choose the time of reminders by it.
ask-time-zone = Which city or zone are you in? For example Berlin or Asia/Tbilisi.

zone-Europe-Kaliningrad = Kaliningrad
zone-Europe-Moscow = Moscow
zone-Europe-Samara = Samara
zone-Asia-Yekaterinburg = Yekaterinburg
zone-Asia-Omsk = Omsk
zone-Asia-Krasnoyarsk = Krasnoyarsk
zone-Asia-Irkutsk = Irkutsk
zone-Asia-Yakutsk = Yakutsk
zone-Asia-Vladivostok = Vladivostok
zone-Europe-Minsk = Minsk
zone-Asia-Tbilisi = Tbilisi
zone-Asia-Yerevan = Yerevan
zone-Asia-Almaty = Almaty
zone-Europe-Istanbul = Istanbul
zone-Europe-Belgrade = Belgrade
zone-Europe-Berlin = Berlin
zone-Europe-London = London

error-quiet-too-long = Quiet hours are { $hours } of the day at most, or I could never tell you anything.
error-wrong-reminder-days = Up to { $max } days.
error-not-hours = I did not get that. Write two times, for example 23–8 or 22:30–7:45.
error-reminder-not-found = This reminder is gone. All your debts: /debts
error-nothing-to-remind = There is nothing left to remind you of: it is paid, or about to be.
