"""What a rule says when it says no."""

import re
from typing import Any, ClassVar


class DomainError(Exception):
    """A rule said no; an edge turns it into words by `text` and `params`.

    Subclasses stand beside the code that raises them and read as sentences. The text key is the class name in
    kebab-case behind `error-`, so that `NotTheOrganizer` is told by `error-not-the-organizer`.
    """

    text: ClassVar[str] = "error-domain-error"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.text = "error-" + re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    def __init__(self, **params: Any) -> None:
        self.params = params
        super().__init__(f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in params.items())})")


class NotFound(DomainError):
    """There is no such thing, or it is none of the person's business: both look the same."""


class Forbidden(DomainError):
    """The person may see the thing but may not do this to it."""


class Conflict(DomainError):
    """The thing is in a state in which this cannot be done."""


class Invalid(DomainError):
    """What the person gave breaks a limit or cannot be understood."""


class Unrecognized(DomainError):
    """What should prove who asks does not."""


class TooOften(DomainError):
    """It was asked so often that the next answer has to wait for `seconds`."""
