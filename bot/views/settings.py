"""A person's settings: what is chosen now, and buttons that choose anew."""

from collections.abc import Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

from core.identity.models import User
from core.identity.requisites import KINDS, Kind
from core.notifications.message import Button, Message, tap
from core.texts import LANGUAGES, say, say_plain

# Buttons of old messages name them by their place here: another one goes to the end.
ZONES = (
    *("Europe/Moscow", "Europe/Kaliningrad", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Krasnoyarsk"),
    *("Asia/Irkutsk", "Asia/Yakutsk", "Asia/Vladivostok", "Europe/Minsk", "Asia/Tbilisi", "Asia/Yerevan"),
    *("Asia/Almaty", "Europe/Istanbul", "Europe/Belgrade", "Europe/Berlin", "Europe/London"),
)  # fmt: skip
QUIETS = ((21, 8), (22, 9), (23, 8), (0, 10))
QUIET_RADIX = 100  # a button says 2209 for 22:00-09:00, and 0 for none
BEFORE_DAYS = (0, 1, 2, 3, 7)
EVERY_DAYS = (0, 1, 3, 7)
ZONES_A_ROW = 3


def own_view(user: User, requisites: Mapping[Kind, str], now: datetime) -> Message:
    """Return all settings of a person."""
    language = user.language
    quiet, reminders = _quiet(user), say_plain(language, "reminders-in-words", on=_yes(user.remind))
    zone = _zone(user.time_zone, language)
    times = say(language, "settings-times", zone=zone, time=_wall(user, now), quiet=quiet, reminders=reminders)
    head = say(language, "settings-head", language=say_plain(language, f"language-{language}"), times=times)
    lines = [head, *(say(language, f"requisite-{kind}", value=value) for kind, value in requisites.items())]
    if not requisites:
        lines.append(say(language, "settings-no-requisites"))
    rows = [
        tuple(tap(say_plain(code, f"language-{code}"), f"speak_{code}") for code in LANGUAGES),
        (tap(say_plain(language, "button-choose-reminders", reminders=reminders), "choose_reminders"),),
        (tap(say_plain(language, "button-choose-quiet-hours", quiet=quiet), "choose_quiet"),),
        (tap(say_plain(language, "button-choose-time-zone", zone=zone), "choose_zone"),),
    ]
    for kind in KINDS:
        row = [tap(say_plain(language, f"button-set-{kind}"), f"set_{kind}")]
        if kind in requisites:
            row.append(tap(say_plain(language, "button-forget"), f"forget_{kind}"))
        rows.append(tuple(row))
    rows.append((tap(say_plain(language, "button-sign-in-code"), "sign_in_code"),))
    rows.append((tap(say_plain(language, "button-my-data"), "my_data"),))
    return Message("\n".join(lines), tuple(rows))


def reminders_view(user: User) -> Message:
    """Return when a person is reminded; each button says what is, and a tap chooses the next of what could be."""
    language = user.language
    switch = say_plain(language, "button-remind", on=_yes(user.remind))
    rows = [(tap(switch, "remind", version=int(not user.remind), style="success" if user.remind else None),)]
    if user.remind:
        before = say_plain(language, "button-remind-before", days=user.remind_before_days)
        when_due = say_plain(language, "button-remind-when-due", on=_yes(user.remind_when_due))
        every = say_plain(language, "button-remind-every", days=user.remind_every_days)
        rows += [
            (tap(before, "remind_before", version=_after(BEFORE_DAYS, user.remind_before_days)),),
            (tap(when_due, "remind_when_due", version=int(not user.remind_when_due)),),
            (tap(every, "remind_every", version=_after(EVERY_DAYS, user.remind_every_days)),),
        ]
    return Message(say(language, "reminders-panel"), (*rows, _back(language)))


def quiet_view(user: User) -> Message:
    """Return a person's quiet hours, and others to choose from."""
    language = user.language
    buttons = [
        tap(_span(language, time(start), time(end)), "quiet", version=start * QUIET_RADIX + end)
        for start, end in QUIETS
    ]
    none = tap(say_plain(language, "button-no-quiet"), "quiet", version=0)
    rest = (none, tap(say_plain(language, "button-other"), "ask_quiet"))
    rows = (tuple(buttons[:2]), tuple(buttons[2:]), rest, _back(language))
    return Message(say(language, "quiet-panel", quiet=_quiet(user)), rows)


def time_zone_view(user: User, now: datetime) -> Message:
    """Return a person's time zone, and others to choose from; a button names its zone by its number."""
    language = user.language
    zones = [tap(_zone(zone, language), "zone", version=number) for number, zone in enumerate(ZONES)]
    zones.append(tap(say_plain(language, "button-other"), "ask_zone"))
    rows = tuple(tuple(zones[start : start + ZONES_A_ROW]) for start in range(0, len(zones), ZONES_A_ROW))
    text = say(language, "time-zone-panel", zone=_zone(user.time_zone, language), time=_wall(user, now))
    return Message(text, (*rows, _back(language)))


def _quiet(user: User) -> str:
    return _span(user.language, user.quiet_from, user.quiet_until)


def _span(language: str, start: time, end: time) -> str:
    return say_plain(
        language, "quiet-hours", quiet=_yes(start != end), **{"from": f"{start:%H:%M}", "until": f"{end:%H:%M}"}
    )


def _zone(zone: str, language: str) -> str:
    return say_plain(language, f"zone-{zone.replace('/', '-')}") if zone in ZONES else zone.replace("_", " ")


def _wall(user: User, now: datetime) -> str:
    return f"{now.astimezone(ZoneInfo(user.time_zone)):%H:%M}"


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def _after(choices: tuple[int, ...], chosen: int) -> int:
    """Return the choice that follows, from the last to the first."""
    return choices[(choices.index(chosen) + 1) % len(choices)] if chosen in choices else choices[0]


def _back(language: str) -> tuple[Button, ...]:
    return (tap(say_plain(language, "button-back-to-settings"), "settings"),)
