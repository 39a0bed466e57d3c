"""Manual pages, one a command and one a group: docs/man, installed as share/man/man1."""

from __future__ import annotations

from typing import Any

from openapi.codegen.files import HEADER


def render(
    version: str,
    groups: dict[str, Any],
    commands: dict[str, Any],
    exit_codes: tuple[Any, ...],
    environment: tuple[Any, ...],
) -> dict[str, str]:
    """Pages by file name."""
    end = _end(exit_codes, environment)
    pages = {
        f"flext-{words.replace(' ', '-')}.1": _command(version, words, entry, end) for words, entry in commands.items()
    }
    for group, value in groups.items():
        name = f"flext-{group}" if group else "flext"
        lines = [_head(name, version), ".SH NAME", f"{_text(name)} \\- {_text(value['summary'])}", ".SH SYNOPSIS"]
        lines += [
            f".B {_text(name.replace('-', ' '))}",
            r"\fICOMMAND\fR [\fIARGUMENTS\fR] [\fIOPTIONS\fR]",
            ".SH COMMANDS",
        ]
        for word in value["commands"]:
            words = f"{group} {word}".strip()
            lines += [".TP", f".BR {_text('flext-' + words.replace(' ', '-'))} (1)", _text(commands[words]["summary"])]
        if not group:
            for other in sorted(g for g in groups if g):
                lines += [".TP", f".BR {_text('flext-' + other)} (1)", _text(groups[other]["summary"])]
        pages[f"{name}.1"] = "\n".join([*lines, *end, ""])
    return pages


def _command(version: str, words: str, entry: dict[str, Any], end: list[str]) -> str:
    # Imported here: it reads the command table that was written a moment ago.
    from flext_cli import params

    name = "flext-" + words.replace(" ", "-")
    own = params.own(entry)
    positional = [p for p in own if p["kind"] == "positional"]
    options = [p for p in own if p["kind"] != "positional"] + params.shared(entry)
    places = " ".join(
        rf"\fI{_text(params.placeholder(p))}\fR" if p["required"] else rf"[\fI{_text(params.placeholder(p))}\fR]"
        for p in positional
    )
    lines = [_head(name, version), ".SH NAME", f"{_text(name)} \\- {_text(entry['summary'])}", ".SH SYNOPSIS"]
    lines += [f".B flext {_text(words)}", f"{places} [\\fIOPTIONS\\fR]".strip()]
    lines += [".SH DESCRIPTION", _text(entry["summary"])]
    for block in filter(None, entry["description"].split("\n\n")):
        lines += [".PP", _text(block)]
    if positional:
        lines.append(".SH ARGUMENTS")
        for p in positional:
            lines += [".TP", rf"\fI{_text(params.placeholder(p))}\fR", _meaning(p)]
    lines.append(".SH OPTIONS")
    for p in options:
        flags = ", ".join(rf"\fB{_text(flag)}\fR" for flag in [*p["flags"], *params.negatives(p)])
        value = rf" \fI{_text(params.placeholder(p))}\fR" if params.takes_value(p) else ""
        lines += [".TP", flags + value, _meaning(p)]
    if entry["examples"]:
        lines += [".SH EXAMPLES", ".nf", *[f"$ {_text(command)}" for command, _ in entry["examples"]], ".fi"]
    if entry["see"]:
        lines += [".SH SEE ALSO", ", ".join(rf"\fB{_text('flext-' + s.replace(' ', '-'))}\fR(1)" for s in entry["see"])]
    return "\n".join([*lines, *end, ""])


def _head(name: str, version: str) -> str:
    comment = HEADER.removeprefix("# ").rstrip()
    return f'.\\" {comment}\n.TH "{name.upper()}" "1" "" "flext {version}" "FLEXT manual"'


def _end(exit_codes: tuple[Any, ...], environment: tuple[Any, ...]) -> list[str]:
    lines = [".SH EXIT STATUS"]
    for code, meaning in exit_codes:
        lines += [".TP", str(code), _text(meaning)]
    lines.append(".SH ENVIRONMENT")
    for name, meaning in environment:
        lines += [".TP", f".B {name}", _text(meaning)]
    return lines


def _meaning(param: dict[str, Any]) -> str:
    text = str(param["help"])
    if param["choices"]:
        text += f" One of {', '.join(map(str, param['choices']))}."
    if param["default"] not in (None, False, (), [], {}, ""):
        text += f" Default: {param['default']}."
    return _text(text)


def _text(text: str) -> str:
    """Text in which roff sees no command of its own."""
    one = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\\&" + one if one.startswith(".") else one
