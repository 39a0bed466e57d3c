"""Reference pages of the documentation: commands and API."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from flext_cli.globals import GLOBALS

if TYPE_CHECKING:
    from openapi.codegen.contract import Contract

NOTE = '<!-- Generated from openapi/ by "make generate". Do not edit. -->\n'


def render_commands(
    groups: dict[str, dict[str, Any]], commands: dict[str, dict[str, Any]], exit_codes: dict[int, str]
) -> dict[str, str]:
    """Pages by file name: an index and one a group."""
    pages = {}
    index = [NOTE, "# Commands\n", "Every command takes `--help`.\n"]
    for group, value in groups.items():
        title = f"flext {group}" if group else "flext"
        file = f"{group or 'root'}.md"
        index += [f"## [{title}]({file})\n", f"{value['summary']}\n", "| command | what it does |", "|---|---|"]
        page = [NOTE, f"# {title}\n", f"{value['summary']}\n"]
        for word in value["commands"]:
            words = f"{group} {word}".strip()
            index.append(f"| [`flext {words}`]({file}#{_anchor(words)}) | {_cell(commands[words]['summary'])} |")
            page += _command(words, commands[words])
        index.append("")
        pages[file] = "\n".join(page)
    index += [
        "## Exit codes\n",
        "| code | meaning |",
        "|---|---|",
        *[f"| {code} | {text} |" for code, text in sorted(exit_codes.items())],
        "",
    ]
    pages["index.md"] = "\n".join(index)
    return pages


def render_settings() -> str:
    """The page of settings, from the one table of them."""
    from flext_sdk._core.settings import ALL_SETTINGS

    lines = [
        NOTE.replace("openapi/", "flext_sdk/_core/settings.py"),
        "# Settings\n",
        "What may stand in `config.yaml` and in profiles; see [the guide](../guides/profiles.md). Arguments of `Flext` come before variables, those before the",
        "profile, that before `config.yaml`, and that before the defaults. `flext config show --origins` says what is in force.\n",
        "| key | variable | argument of `Flext` | type | default | meaning |",
        "|---|---|---|---|---|---|",
    ]
    for one in ALL_SETTINGS:
        default = "" if one.default is None else f"`{one.shown(one.default)}`"
        argument = f"`{one.name}`" if one.name not in {"flexcore_url", "service_url", "output"} else ""
        kind = "secret" if one.sensitive else one.type
        lines.append(
            f"| `{one.key}` | `{one.env}` | {argument} | {kind} | {default} | {_cell(one.help)} Expected: {_cell(one.expected)}. |"
        )
    lines += [
        "",
        "A secret stands in no file that people read: `flext profile secret set PROFILE token`.\n",
        "Besides: `FLEXT_HOME`, the folder of all files (`~/.flx`); `FLEXT_PASSPHRASE_FD`, the file descriptor with the passphrase of the secrets.",
        "",
    ]
    return "\n".join(lines)


def _command(words: str, entry: dict[str, Any]) -> list[str]:
    lines = [f"## flext {words} {{#{_anchor(words)}}}\n", f"{entry['summary']}\n"]
    if entry["description"]:
        lines.append(f"{entry['description']}\n")
    if entry["examples"]:
        lines += [
            "```console",
            *[f"$ {command}" + (f"  # {note}" if note else "") for command, note in entry["examples"]],
            "```\n",
        ]
    # As on the command line itself, the size of a page is no option there: --limit counts items over all pages.
    paged = entry["output"]["kind"] == "page"
    params = [p for p in entry["params"] if not (paged and p["name"] == "limit")]
    if params:
        lines += ["| parameter | type | default | meaning |", "|---|---|---|---|"]
        for p in params:
            name = p["metavar"] if p["kind"] == "positional" else ", ".join(p["flags"])
            kind = " / ".join(map(str, p["choices"])) if p["choices"] else p["type"]
            default = "required" if p["required"] else "" if p["default"] is None else f"`{p['default']}`"
            lines.append(f"| `{name}` | {kind} | {default} | {_cell(p['help'])} |")
        lines.append("")
    if shared := _shared(entry):
        lines.append(f"Also: {', '.join(f'`{flag}`' for flag in shared)}.\n")
    if entry["attribute"]:
        lines.append(f"In Python: `client.{entry['attribute']}.{entry['method']}(...)`.")
    if entry["http"]:
        lines.append(f"Over HTTP: `{entry['http'][0]} {entry['http'][1]}`.")
    lines.append("")
    return lines


def _shared(entry: dict[str, Any]) -> list[str]:
    """Long flags of the options that this command shares with others of its kind."""
    # Imported here: it reads the command table that was written a moment ago.
    from flext_cli.params import applies

    own = {flag for p in entry["params"] for flag in p["flags"] if p["name"] != "limit"}
    found = [
        next(f for f in o["flags"] if f.startswith("--"))
        for o in GLOBALS
        if o["when"] != "always" and applies(o["when"], entry)
    ]
    return [flag for flag in found if flag not in own]


def render_api(contract: Contract, overridden: set[str]) -> dict[str, str]:
    """Pages for mkdocstrings: the client, each resource, the models and the errors."""
    pages = {
        "client.md": _directive("Client", ["flext_sdk._sync.client.Flext", "flext_sdk._async.client.AsyncFlext"]),
        "errors.md": _directive("Errors", ["flext_sdk.errors"]),
        "models.md": _directive(
            "Models", [f"flext_sdk.models.{m}" for m in sorted({contract.module_of(s) for s in contract.schemas})]
        ),
    }
    index = [NOTE, "# Python API\n", "- [Client](client.md)", "- [Errors](errors.md)", "- [Models](models.md)"]
    for resource in contract.resources:
        name = "".join(p.title() for p in resource.name.split("_"))
        module = resource.name if resource.name in overridden else f"_{resource.name}"
        pages[f"{resource.name}.md"] = _directive(
            f"client.{resource.name}", [f"flext_sdk._sync.resources.{module}.{name}"], inherited=True
        )
        index.append(f"- [client.{resource.name}]({resource.name}.md): {resource.summary}")
    pages["index.md"] = "\n".join([*index, ""])
    return pages


def _directive(title: str, names: list[str], *, inherited: bool = False) -> str:
    lines = [NOTE, f"# {title}\n"]
    for name in names:
        lines.append(f"::: {name}")
        if inherited:
            lines += ["    options:", "      inherited_members: true"]
        lines.append("")
    return "\n".join(lines)


def _anchor(words: str) -> str:
    return words.replace(" ", "-")


def _cell(text: str) -> str:
    return html.escape(text, quote=False).replace("|", "\\|").replace("\n", " ")
