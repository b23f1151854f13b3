"""Settings: dataclass <- TOML <- environment <- flags. An unknown key is an error that names the nearest."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import Field, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from platformdirs import user_config_path

from mvbench.errors import UsageError, suggestion
from mvbench.toml import parse_toml

Settings = TypeVar("Settings")
Table = dict[str, Any]
Convert = Callable[[Any], Any]


PREFIX = "MVBENCH_"
OTHER_VARIABLES = frozenset({"MVBENCH_CACHE_DIR", "MVBENCH_GOLDEN", "MVBENCH_MEDIA"})
"""Variables of ours that are no setting."""


def setting(
    default: Any, description: str, convert: Convert, *, aliases: Sequence[str] = (), metavar: str | None = None
) -> Any:
    """A field of a settings dataclass. `convert` takes a flag's text or a TOML value and raises ValueError in words."""
    facts = {"description": description, "convert": convert, "aliases": aliases, "metavar": metavar}
    return field(default_factory=lambda: default, metadata=facts)


def text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("must be a text")
    return value


LARGEST = 2**53
"""Beyond it some readers of JSON round."""


MOST = 1_000_000
"""Seconds, frames per second, questions: more than anybody means, and few enough for timers."""


def whole(low: int, high: int = LARGEST) -> Convert:
    """A converter to a whole number from `low` to `high`."""

    def convert(value: object) -> int:
        try:
            number = int(value) if isinstance(value, str) else value
        except ValueError:
            number = None
        if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
            too_large = isinstance(number, int) and number > high
            most = f", at most {high:,}" if high < LARGEST or too_large else ""
            raise ValueError(f"must be a whole number of at least {low}{most}")
        return number

    return convert


def positive(value: object) -> float:
    try:
        number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else 0.0
    except (ValueError, OverflowError):
        number = 0.0
    if not 0 < number <= MOST:
        raise ValueError(f"must be a number above 0, at most {MOST:,}")
    return number


def checked(convert: Convert) -> Callable[[str], Any]:
    """The converter, as argparse wants one: for a flag that is no field of a settings dataclass."""

    def converted(text: str) -> Any:
        try:
            return convert(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"is {text!r}; it {error}") from None

    return converted


def switch(value: object) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in words:
        return words[value.lower()]
    raise ValueError("must be true or false")


def one_of(*choices: str) -> Convert:
    """A converter that takes these words only."""

    def convert(value: object) -> str:
        if value not in choices:
            known = f"one of {', '.join(choices)}" if len(choices) > 1 else choices[0]
            raise ValueError(f"must be {known}{suggestion(str(value), choices)}")
        return str(value)

    return convert


def table(value: object) -> Table:
    """A TOML table, or the text `k=v,k2=v2` with TOML literals where they parse and texts elsewhere."""
    if isinstance(value, dict):
        return {key: expanded(item) for key, item in value.items()}
    if not isinstance(value, str):
        raise ValueError("must be a table, or text such as key=value,key2=value2")
    result: Table = {}
    for part in split_outside_quotes(value):
        key, equals, item = part.partition("=")
        if not equals or not key.strip():
            raise ValueError(f"must look like key=value,key2=value2; {part!r} does not")
        result[key.strip()] = literal(item.strip())
    return result


def tables(value: object) -> Table:
    """A table of tables, such as `[models.NAME]`."""
    if not isinstance(value, dict) or not all(isinstance(item, dict) for item in value.values()):
        raise ValueError("must be a table of tables, such as [models.NAME]")
    return {name: table(item) for name, item in value.items()}


def split_outside_quotes(value: str) -> list[str]:
    """The parts between commas that stand outside quotes, brackets and braces.

    >>> split_outside_quotes("a=1,b=[1,2],c='x,y'")
    ['a=1', 'b=[1,2]', "c='x,y'"]
    """
    parts, depth, quote = [""], 0, ""
    for letter in value:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        else:
            depth += (letter in "[{(") - (letter in "]})")
        if letter == "," and depth == 0 and not quote:
            parts.append("")
        else:
            parts[-1] += letter
    return [part for part in parts if part.strip()]


def literal(value: str) -> Any:
    """The TOML literal that a text is, or the text itself with a leading `~` expanded.

    >>> literal("8"), literal("true"), literal("bfloat16"), literal("2024-01-01")
    (8, True, 'bfloat16', '2024-01-01')
    """
    try:
        parsed = parse_toml(f"value = {value}", origin="a value")
    except UsageError:
        return expanded(value)
    found = parsed.get("value")
    return expanded(found) if len(parsed) == 1 and isinstance(found, bool | int | float | str | list | dict) else value


def expanded(value: Any) -> Any:
    """A text that begins with `~` with that home in its place, anything else as it is. Raises ValueError."""
    if not isinstance(value, str) or not value.startswith("~"):
        return value
    try:
        return str(Path(value).expanduser())
    except RuntimeError:
        raise ValueError("must begin with `~` only for the home of somebody there is") from None


def path(value: object) -> str:
    """A text that names a file or a folder."""
    name: str = expanded(text(value))
    return name


def user_path(value: str, *, flag: str) -> Path:
    """The path that a flag outside the settings names. Raises UsageError."""
    try:
        return Path(path(value))
    except ValueError as error:
        raise UsageError(f"{flag} is {value!r}; it {error}") from None


def flag_names(name: str, aliases: Sequence[str] = ()) -> list[str]:
    """`--batch-size` and, as other harnesses spell it, `--batch_size`."""
    return list(dict.fromkeys([f"--{name.replace('_', '-')}", f"--{name}", *aliases]))


def add_flags(
    parser: argparse.ArgumentParser,
    settings: type,
    *,
    only: Collection[str] | None = None,
    descriptions: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """A flag for every setting, or for those in `only`. What is not given does not appear in the namespace.

    `descriptions` replace those of settings that mean something else for this command.
    """
    for item in fields(settings):
        facts = item.metadata
        if (only is not None and item.name not in only) or facts["metavar"] == "":
            continue
        names = flag_names(item.name, facts["aliases"])
        help_text = (descriptions.get(item.name) or facts["description"] + shown_default(item)).replace("%", "%%")
        if facts["convert"] is switch:
            parser.add_argument(*names, dest=item.name, action="store_true", default=argparse.SUPPRESS, help=help_text)
        else:
            parser.add_argument(
                *names,
                dest=item.name,
                action=Given,
                metavar=facts["metavar"] or item.name.upper(),
                default=argparse.SUPPRESS,
                help=help_text,
            )


class Given(argparse.Action):
    """Keeps each text given for a flag, so that a table may be given in several flags."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        setattr(namespace, self.dest, [*getattr(namespace, self.dest, []), values])


def shown_default(item: Field[Any]) -> str:
    default = item.default_factory() if callable(item.default_factory) else None
    return f" (default: {default})" if default not in (None, False, {}) else ""


def resolve(
    settings: type[Settings],
    given: Mapping[str, Any],
    overrides: Iterable[str] = (),
    *,
    flags_only: Collection[str] = (),
    environ: Mapping[str, str] = os.environ,
) -> tuple[Settings, dict[str, str]]:
    """The settings, each from the strongest source that has it, and the name of that source for each.

    `given` are flags as `add_flags` leaves them, `overrides` the texts of `--set a.b=v`. Tables merge key by key.
    `flags_only` names settings that this command takes from its flags and from nowhere else; `--set` for one of them is
    refused, for it was typed for this command.
    Raises UsageError naming the source, the key and the value.
    """
    known = {item.name: item for item in fields(settings)}  # type: ignore[arg-type]
    values = {name: item.default_factory() for name, item in known.items() if callable(item.default_factory)}
    sources = dict.fromkeys(known, "default")
    for origin, layer in layers(known, given, overrides, environ):
        for key, value in layer:
            if key not in known:
                raise UsageError(f"{origin}: unknown setting {key!r}{suggestion(key, known)}")
            try:
                converted = known[key].metadata["convert"](value)
            except ValueError as error:
                raise UsageError(f"{origin}: {key} is {value!r}; it {error}") from None
            if key in flags_only and origin == "--set":
                raise UsageError(f"--set {key}: this command takes {key!r} from a flag of its own, or not at all")
            if key in flags_only and origin != flag_names(key)[0]:
                continue
            values[key] = merged(values[key], converted) if isinstance(converted, dict) else converted
            sources[key] = origin
    return settings(**values), sources


def layers(
    known: Mapping[str, Field[Any]], given: Mapping[str, Any], overrides: Iterable[str], environ: Mapping[str, str]
) -> list[tuple[str, list[tuple[str, Any]]]]:
    """Every source of settings from the weakest to the strongest, as (name, [(key, value)])."""
    result: list[tuple[str, list[tuple[str, Any]]]] = []
    for origin, file in (
        ("user config.toml", user_config_path("mvbench") / "config.toml"),
        ("./mvbench.toml", Path("mvbench.toml")),
    ):
        result.append((origin, list(read_toml(file).items())))
    for variable in sorted(environ):
        if variable.startswith(PREFIX) and variable not in OTHER_VARIABLES:
            result.append((variable, [(variable.removeprefix(PREFIX).lower(), environ[variable])]))
    for name, value in given.items():
        if name in known:
            flag = flag_names(name)[0]
            result.append((flag, [(name, item) for item in (value if isinstance(value, list) else [value])]))
    for override in overrides:
        path_text, equals, item = override.partition("=")
        if not equals:
            raise UsageError(f"--set {override!r} must look like --set key=value or --set table.key=value")
        key, *inner = path_text.split(".")
        try:
            nested: Any = literal(item)
        except ValueError as error:
            raise UsageError(f"--set {override!r}: the value {error}") from None
        for name in reversed(inner):
            nested = {name: nested}
        result.append(("--set", [(key, nested)]))
    return result


def read_toml(file: Path) -> Table:
    try:
        return parse_toml(file.read_text("utf-8"), origin=str(file))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the settings in {str(file)!r}: {error}") from None


def merged(weak: Mapping[str, Any], strong: Mapping[str, Any]) -> Table:
    """Two tables as one, tables in them too; where both have a value, the strong one's."""
    result = dict(weak)
    for key, value in strong.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result
