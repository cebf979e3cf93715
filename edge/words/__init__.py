"""The command line's sentences, in Vietnamese and English. Code says what, these files say it to a person."""

import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

LANGUAGES: Final = ("vi", "en")


class Words:
    """One language. A key without a sentence says its key and facts, so nothing is ever swallowed."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else "vi"
        self._sections: dict[str, dict[str, str]] = tomllib.loads((Path(__file__).parent / f"{self.language}.toml").read_text("utf-8"))

    def __call__(self, key: str, /, **facts: object) -> str:
        """The sentence `section.key` with its facts."""
        section, _, name = key.partition(".")
        return _filled(self._sections.get(section, {}).get(name), key, facts)

    def has(self, key: str) -> bool:
        """True when there is a sentence for `section.key`."""
        section, _, name = key.partition(".")
        return name in self._sections.get(section, {})

    def error(self, code: str, facts: Mapping[str, Any]) -> str:
        """The sentence of an error code. What the operating system said is said in this language where it is known."""
        system = self._sections.get("os", {})
        told = {name: system.get(value, value) if isinstance(value, str) else value for name, value in facts.items()}
        return _filled(self._sections["errors"].get(str(code)), str(code), told)

    def raw(self, key: str) -> str:
        """The sentence of `section.key` with its braces. KeyError when there is none."""
        section, _, name = key.partition(".")
        return self._sections[section][name]

    def keys(self) -> set[str]:
        """Every `section.key`, for the test that both languages say the same things."""
        return {f"{section}.{name}" for section, names in self._sections.items() for name in names}


class _Gaps(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


def _filled(sentence: str | None, key: str, facts: Mapping[str, Any]) -> str:
    if sentence is None:
        told = ", ".join(f"{name}={value}" for name, value in facts.items())
        return f"{key} ({told})" if told else key
    return sentence.format_map(_Gaps(facts))


def chosen_language(arguments: Sequence[str] = sys.argv, environment: Mapping[str, str] = os.environ) -> str:
    """`--lang`, then DINH_LANG, then English when the terminal's own language is English, else Vietnamese."""
    for number, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return argument.partition("=")[2]
        if argument == "--lang" and number + 1 < len(arguments):
            return arguments[number + 1]
    terminal = environment.get("DINH_LANG") or environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
    return "en" if terminal.lower().startswith("en") else "vi"
