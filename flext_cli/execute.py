"""Run one command: parse, ask, call the SDK, write the result, return the exit code.

Whatever can be refused (options, query, columns, confirmation) is refused before the client is made.
"""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

from flext_cli import aliases, convert, middleware, paging, params, quick, terminal
from flext_cli.completion import names
from flext_cli.globals import DEFAULT_LIMIT
from flext_cli.main import INTERRUPTED, USAGE, WrongUsage
from flext_cli.output import columns, errors, values
from flext_cli.output.emit import Emitter, Settings
from flext_cli.output.progress import Progress
from flext_cli.output.query import QueryError
from flext_cli.output.table import Look
from flext_cli.output.text import one_line, safe
from flext_cli.params import table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from flext_cli._types import Data, Entry
    from flext_cli.quick import Parsed

CONFIGURATION = 4
NOT_FOUND = 5

#: Resources whose methods look into the models that they get.
_LOOK_INTO = frozenset({"debug", "quickstart", "root", "services"})

#: What ends the work that a command waits for, and the field with its name, where it is not `GROUP stop`.
_ENDS = {"orchestration": ("orchestration cancel", "id"), "workflow": ("pipeline stop", "workflow_id")}

#: What has another name in requests than in Python and on the command line.
_SENT_AS = {"step_override": "steps"}

# What a person gave who uses the command line, by the name of the client's argument.
LABELS = {"base_url": "--url", "token": "--token-file", "timeout": "--timeout"}

# Where --dry-run points when no service is configured and none is running: the ports of the embedded platform.
EMBEDDED = {"flexcore": "http://127.0.0.1:8080", "flext": "http://127.0.0.1:8081"}


def run(words: str, tokens: Sequence[str]) -> int:
    """Run the command of these words with what stands behind them; returns the exit code."""
    form = errors.asked_format(tokens)
    plain = "--no-color" in tokens
    debug = "--debug" in tokens
    try:
        command = Command(words, tokens)
        try:
            return command.run()
        finally:
            form = command.settings.format  # a profile or config.yaml may have chosen it
    except WrongUsage as error:
        errors.tell("USAGE", str(error), error.hint, form, plain=plain)
        return USAGE
    except (KeyboardInterrupt, BrokenPipeError, OutputError):
        raise
    except Exception as error:  # noqa: BLE001 - the last place before the user: nothing may leave it as a traceback
        missing = (getattr(error, "name", None) or "").partition(".")[0]
        if isinstance(error, ModuleNotFoundError) and missing not in {"flext_sdk", "flext_cli"}:
            hint = 'Install it: pip install "flext-sdk[all]"'
            errors.tell("MISSING_PACKAGE", f'the package "{missing}" is not installed', hint, form, plain=plain)
            return CONFIGURATION
        if hasattr(error, "exit_code") and hasattr(error, "to_dict"):
            if debug:
                _traceback(error)
            return errors.report(error, form, plain=plain, typed=_typed(words))
        return errors.internal(error, form, debug=debug)


def _answer() -> str:
    """What a person types behind a question."""
    from flext_sdk._ask import reply

    return reply().strip()


def _typed(words: str) -> dict[str, str]:
    """What a person types for each argument of a command, by the name that it has in requests."""
    entry = params.command_of(words)
    # What has no option is asked for, as a password is, and has the name that everybody knows it by.
    names = dict.fromkeys(inspect.signature(annotated(entry)).parameters)
    typed = {name: name for name in names if name != "self"}
    for one in entry["params"]:
        typed[one["name"]] = one["flags"][0] if one["flags"] else params.placeholder(one).removesuffix("...")
    return typed | {sent: typed[name] for sent, name in _SENT_AS.items() if name in typed}


def _traceback(error: Exception) -> None:
    import traceback

    errors.say("".join(traceback.format_exception(error)))


class Command:
    """One command line on its way."""

    def __init__(self, words: str, tokens: Sequence[str]) -> None:
        self.words = words
        self.entry: Entry = params.command_of(words)
        self.method = annotated(self.entry)
        parsed = quick.parse(self.entry, tokens) or self._parsed(tokens)
        self.own = parsed.own
        self.shared = parsed.shared
        self.settings = self._settings()
        self._progress: Progress | None = None
        self._seen = False
        self._lines = 0
        where = names.folder(url=self.shared.get("url"), profile=self.shared.get("profile"))
        self._names = names.Watcher(words, self.entry, where)

    def _parsed(self, tokens: Sequence[str]) -> Parsed:
        from flext_cli.build import parse

        return parse(self.words, self.entry, self.method, tokens)

    # -- before the call -------------------------------------------------------------------------------------

    def _settings(self) -> Settings:
        get = self.shared.get
        settings = Settings(format=get("output", "table"), quiet=get("quiet", False))
        settings.ascii_only = not errors.is_unicode(sys.stdout)
        on_terminal = terminal.is_terminal(sys.stdout)
        settings.look = Look(
            columns=terminal.width(sys.stdout) if on_terminal else None,
            colour=terminal.colour(sys.stdout) and not get("no_color", False),
            ellipsis="..." if settings.ascii_only else "…",
        )
        if get("columns"):
            settings.columns = self._checked("--columns", columns.parse, self.shared["columns"])
        if get("query"):
            from flext_cli.output.query import compiled

            settings.query = self._checked("--query", compiled, self.shared["query"])
        return settings

    def _checked[V, R](self, flag: str, check: Callable[[V], R], value: V) -> R:
        try:
            return check(value)
        except ValueError as error:
            raise WrongUsage(f"{flag}: {error}", f"see: flext {self.words} --help") from error

    def _confirm(self) -> None:
        question = self.entry["confirm"]
        # A method that tells what would change asks with that before it.
        if (
            not question
            or "on_changes" in inspect.signature(self.method).parameters
            or any(self.shared.get(name) for name in ("yes", "dry_run", "curl"))
        ):
            return
        if not self._agreed(convert.named({**self._defaults(), **self.own}, question)):
            raise Declined

    def _agreed(self, question: str) -> bool:
        """Ask a person; without a terminal to ask on it is refused."""
        if not terminal.is_terminal(sys.stdin) or not terminal.is_terminal(sys.stderr):
            raise WrongUsage(
                "this asks for confirmation, and there is no terminal to ask on", "give --yes if you mean it"
            )
        errors.say(f"{one_line(question)} [y/N] ")
        if _answer().lower() not in {"y", "yes"}:
            errors.say("nothing was done\n")
            return False
        return True

    def _consent(self, question: str) -> bool:
        """Ask before what the service wants agreed to; without a terminal it must have been said beforehand."""
        if not terminal.is_terminal(sys.stdin) or not terminal.is_terminal(sys.stderr):
            raise WrongUsage(question, "give --yes if you mean it")
        if self._progress is not None:
            self._progress.clear()
        if not self._agreed(f"{question}. Go on?"):
            raise Declined
        return True

    def _defaults(self) -> dict[str, Any]:
        return {param["name"]: param["default"] for param in self.entry["params"]}

    # -- the call --------------------------------------------------------------------------------------------

    def run(self) -> int:
        """Ask, call, write."""
        self._check()
        # The quick start and `wait` itself always wait and have no such switch.
        if "timeout" in self.own and "wait" in self._defaults() and not {**self._defaults(), **self.own}["wait"]:
            raise WrongUsage(
                "--timeout is for waiting, and nothing waits here", f"add --wait: flext {self.words} ... --wait"
            )
        if self.shared.get("watch") is not None:
            self._check_watch()
        try:
            self._confirm()
        except Declined:
            return 1
        if self.shared.get("dry_run") or self.shared.get("curl"):
            return self._dry_run()
        if self.entry.get("alone"):
            return self._alone()
        with self._client() as client:
            try:
                self._guard(getattr(client, "profile", None))
                self._format_of(getattr(client, "_files", ()))
                return self._call(client)
            except Declined:
                return 1

    def _check(self) -> None:
        """Refuse what can be refused at a look."""
        if self.words == "config set":
            try:
                aliases.guard(self.own)
            except aliases.AliasError as error:
                raise WrongUsage(str(error), error.hint) from error
        if self.shared.get("profile") == "":
            # An empty variable in a script must not lead to another platform than the one that was meant.
            raise WrongUsage("--profile: the name is empty", "leave it out for the profile in force")
        for text in self.shared.get("filter") or ():
            self._checked("--filter", paging.filter_of, text)
        if self.shared.get("sort"):
            self._checked("--sort", paging.order_of, self.shared["sort"])
        if self.shared.get("limit", 0) < 0:
            raise WrongUsage("--limit: it cannot be negative", f"see: flext {self.words} --help")

    def _check_watch(self) -> None:
        from flext_cli.watching import SHORTEST

        if self.shared["watch"] < SHORTEST:
            raise WrongUsage(f"--watch: less than {SHORTEST} seconds is not possible", "for example --watch 2")
        if self.settings.format == "csv":
            raise WrongUsage("--watch and -o csv: one file cannot hold a table again and again", "use -o ndjson")

    def _alone(self) -> int:
        """Run a command about files of this machine: it must work when no client can be made of them."""
        from contextlib import suppress

        from flext_sdk._core.settings import read_url
        from flext_sdk.errors import FlextError
        from flext_sdk.profiles._find import find

        given = {"profile": self.shared.get("profile")}
        with suppress(FlextError):
            self._format_of(find(given["profile"], os.environ, lambda _: None)[1])
        owner = getattr(importlib.import_module(self.entry["module"]), self.entry["class"])
        if self.words.startswith("config "):
            url = self.shared.get("url")
            arguments = {
                "base_url": self._checked("--url", read_url, url) if url is not None else None,
                "timeout": self.shared.get("timeout"),
                "token": "given" if "token_file" in self.shared else None,
                "output": self.shared.get("output"),
            }
            labels = {**LABELS, "output": "--output or FLEXT_OUTPUT"}
            given |= {
                "arguments": arguments,
                "labels": labels,
                "on_message": self._on_message,
                "aliases": aliases.faults,
            }
        return self._call(owner(**given))

    def _format_of(self, files: Sequence[Data]) -> None:
        """Take the output format of the profile or of config.yaml, where none was given."""
        if "output" in self.shared:
            return
        self.settings.format = next((s.values["output"] for s in files if s.values.get("output")), self.settings.format)

    def _guard(self, profile: Data) -> None:
        """Ask for the name of a protected profile before anything is changed where it leads."""
        if profile is None or not profile.protected or not params.applies("guarded", self.entry):
            return
        if self.words == "api" and str(self.own.get("method", "")).upper() in {"GET", "HEAD", "OPTIONS"}:
            return
        given = self.shared.get("confirm_profile")
        if given is None:
            if not terminal.is_terminal(sys.stdin) or not terminal.is_terminal(sys.stderr):
                raise WrongUsage(
                    f"profile {profile.name} is protected, and there is no terminal to ask on",
                    f"a script must give --confirm-profile {profile.name}; --yes is not enough",
                )
            what = f"flext {self.words} changes something in {profile.name}"
            errors.say(f"{one_line(what)}, which is protected. Type the profile's name to go on: ")
            given = _answer()
            if given != profile.name:
                errors.say("nothing was done\n")
                raise Declined
        if given != profile.name:
            raise WrongUsage(
                f"--confirm-profile: the profile in force is {profile.name}, not {given}", "nothing was done"
            )

    def _on_changes(self, changes: Sequence[Data]) -> bool:
        """Show what would change, and ask."""
        for one in changes:
            before, after = (values.cell(one[side]) if one[side] is not None else "-" for side in ("before", "after"))
            errors.say(one_line(f"{one['key']}: {before} -> {after}") + "\n")
        return bool(self.shared.get("yes")) or self._agreed(self.entry["confirm"])

    def _client(self, **more: Data) -> Data:
        from flext_sdk import Flext
        from flext_sdk._core.settings import Source, read_url
        from flext_sdk.errors import ConfigurationError

        # A command makes few calls: what starts soonest is best, unless FLEXT_TRANSPORT says something else.
        sources = [Source("default of the command line", {"transport": "slim"})]
        options: dict[str, Any] = {"_labels": LABELS, "_notify": self._on_message, "_sources": sources, **more}
        if "url" in self.shared:
            options["base_url"] = self._checked("--url", read_url, self.shared["url"])
        if "token_file" in self.shared:
            options["token"] = self._token(self.shared["token_file"])
        if "timeout" in self.shared:
            if self.shared["timeout"] <= 0:
                raise WrongUsage("--timeout: it must be above zero", f"see: flext {self.words} --help")
            options["timeout"] = self.shared["timeout"]
        if "profile" in self.shared:
            options["profile"] = self.shared["profile"]
        if self.shared.get("debug"):
            options["middleware"] = [*options.get("middleware", ()), middleware.trace]
        if os.environ.get("FLEXT_TRACE_FILE"):
            from flext_sdk._diagnostics import tracing

            options["hooks"] = [tracing.hooks(os.environ["FLEXT_TRACE_FILE"])]
        if self.entry["stream"]:
            from flext_sdk import Hooks

            # Told even when quiet: what is shown is not all there was.
            options["hooks"] = [*options.get("hooks", ()), Hooks(on_gap=self._on_gap)]
        try:
            return Flext(**options)
        except ConfigurationError as error:
            # What helps to find faults must not end at the first one; a profile named for this call is another matter.
            if "profile" in self.shared or not self.words.startswith(("debug ", "completion ")):
                raise
            self._on_message(f"left out: {error.message}")
            return self._client_in_spite(options)

    @staticmethod
    def _client_in_spite(options: dict[str, Any]) -> Data:
        """A client made of what is right: without variables that make no sense, and without files that are wrong."""
        from flext_sdk import Flext
        from flext_sdk._diagnostics.settings import without_faults
        from flext_sdk.errors import ConfigurationError

        options["_environ"] = without_faults(os.environ)
        try:
            return Flext(**options)
        except ConfigurationError:
            return Flext(**options, _reads_files=False)

    def _token(self, name: str) -> str:
        try:
            token = Path(name).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise WrongUsage(
                f"--token-file {name}: {reason}", "give a readable file that holds the token alone"
            ) from error
        if not token:
            raise WrongUsage(f"--token-file {name}: the file is empty", "give a file that holds the token alone")
        return token

    def _only_shows(self) -> bool:
        """Whether nothing but the output looks at the answer, so that making models of it would be lost work.

        Generated methods hand on what they get. Those written by hand ask for fields by name, which data has as well,
        but for a few.
        """
        room, _, name = self.method.__module__.rpartition(".")
        # Commands about files of this machine have no client, and no models either.
        return room == "flext_sdk._sync.resources" and name not in _LOOK_INTO and not self.entry.get("alone")

    def _invoke(self, client: Data) -> Data:
        arguments = dict(self.own)
        names = inspect.signature(self.method).parameters
        if self.entry["output"]["kind"] == "page" and "limit" in names:
            order = self._order_of_service()
            if order is not None:
                arguments["sort"] = order
            everything = self.shared.get("filter") or (self.shared.get("sort") and order is None)
            wanted = None if everything else self._limit()
            arguments["limit"] = min(wanted or paging.LARGEST_PAGE, paging.LARGEST_PAGE)
        if self.entry["wait"] and "on_progress" in names:
            self._progress = Progress(quiet=self.settings.quiet)
            arguments["on_progress"] = self._on_progress
        if "on_message" in names:
            arguments["on_message"] = self._on_message
        if "on_confirm" in names:
            arguments["on_confirm"] = self._consent
        if "on_ask" in names and terminal.is_terminal(sys.stdin) and terminal.is_terminal(sys.stderr):
            from flext_cli.asking import ask

            arguments["on_ask"] = ask
        if "on_head" in names:
            arguments["on_head"] = lambda line: errors.say(safe(line) + "\n")
        if "on_changes" in names:
            arguments["on_changes"] = self._on_changes
        if self.entry["attribute"] is None:
            return self.method(client, **arguments)
        if self.entry.get("alone"):
            return getattr(client, self.entry["method"])(**arguments)
        return getattr(getattr(client, self.entry["attribute"]), self.entry["method"])(**arguments)

    def _order_of_service(self) -> str | None:
        """The order that was asked for as the service takes it; None where it is left to us, or nobody asked."""
        own = next((param for param in self.entry["params"] if param["name"] == "sort"), None)
        if own is None or not self.shared.get("sort"):
            return None
        path, descending = paging.order_of(self.shared["sort"])
        wanted = f"-{path}" if descending else path
        return wanted if wanted in own["choices"] else None

    def _on_progress(self, run: Data) -> None:
        self._seen = True
        if self._progress is not None:
            self._progress.update(run)

    def _on_message(self, message: str) -> None:
        """A line about what is being done; it must not run into the painted one."""
        if self._progress is not None:
            # What is told after the end of a run comes after the line about that end.
            self._progress.finish({}) if self._progress.ended else self._progress.clear()
        if not self.settings.quiet:
            errors.say(one_line(message) + "\n")

    def _on_gap(self, gap: object) -> None:
        """What stands before the gap is written before it is told."""
        self._out(lambda: None)
        errors.say(one_line(str(gap)) + "\n")

    def _limit(self) -> int | None:
        """Items to show; None for all."""
        return None if self.shared.get("all") else min(self.shared.get("limit", DEFAULT_LIMIT), sys.maxsize)

    def _call(self, client: Data) -> int:
        kind = self.entry["output"]["kind"]
        try:
            if self.shared.get("watch") is not None:
                self._watch(client, kind)
                return 0
            result = self._ask(client)
            if self._progress is not None:
                self._progress.finish(result) if self._seen else self._progress.clear()
            self._write(result, kind)
            if self.entry.get("next") and not self.settings.quiet:
                errors.say("\n".join(("", "next:", *(f"  $ {line}" for line in self.entry["next"]))) + "\n")
        except KeyboardInterrupt:
            return self._interrupted()
        except QueryError as error:
            raise WrongUsage(f"--query: {error}", "the data has another shape than the expression expects") from error
        finally:
            if self._progress is not None:
                self._progress.clear()
        return 0

    def _ask(self, client: Data) -> Data:
        """Call the method; what its success or failure tells about names is kept for completion."""
        self._settle(client)
        try:
            result = self._invoke(client.with_options(models=False) if self._only_shows() else client)
        except Exception as error:
            if getattr(error, "exit_code", 0) == NOT_FOUND:
                self._names.missing(self.own)
            raise
        if not self._names.listens:
            self._names.done(self.own, result)
        return result

    def _settle(self, client: Data) -> None:
        settings = getattr(client, "settings", None)
        if settings is not None and self.entry["http"]:
            address = settings.get_value("service_url") or settings.get_value("base_url") or "local"
            self._names.settle(ascii(address))

    def _watch(self, client: Data, kind: str) -> None:
        from flext_cli.watching import watch

        def once(out: TextIO) -> None:
            if self.settings.look.columns is not None:
                self.settings.look = replace(self.settings.look, columns=terminal.width(sys.stdout))
            self._emit(self._ask(client), kind, out)

        what = " ".join(["flext", self.words, *(str(each) for each in self.own.values() if isinstance(each, str))])
        watch(what, self.shared["watch"], self.settings.format, once, plain=bool(self.shared.get("no_color")))

    def _emit(self, result: Data, kind: str, out: TextIO) -> paging.Selection | None:
        """Write a result to where it belongs; returns what was chosen of a list."""
        emitter = Emitter(self.settings, out, columns.from_table(self.entry["output"]["columns"]))
        chosen = None
        see = self._names.see if self._names.listens else None
        if kind == "page":
            filters = self.shared.get("filter") or ()
            sort = self.shared.get("sort") if self._order_of_service() is None else None
            chosen = result = paging.Selection(
                result,
                limit=self._limit(),
                filters=filters,
                sort=sort,
                between=out.flush,
                see=see,
                fields=self._fields(),
            )
        elif see is not None and isinstance(result, list | tuple):
            for item in result:
                see(item)
        if kind == "stream" and values.is_stream(result):
            result = self._counted(result)
        emitter.emit(result, kind)
        if see is not None:
            self._names.finish(complete=not self.own and (chosen is None or not chosen.more))
        return chosen

    def _counted(self, records: Data) -> Iterator[Any]:
        for record in records:
            self._lines += 1
            yield record

    def _write(self, result: Data, kind: str) -> None:
        chosen = None
        if self.settings.format == "table" and kind in params.READ_KINDS and terminal.is_terminal(sys.stdout):
            chosen = self._paged(result, kind)
        else:

            def write() -> None:
                nonlocal chosen
                chosen = self._emit(result, kind, sys.stdout)

            self._out(write)
        if self.settings.quiet:
            return
        if chosen is None and self._fields() and not values.is_stream(result):
            one = values.plain(result)
            seen = paging.Selection(one if isinstance(one, list) else [one], limit=None, fields=self._fields())
            for _ in seen:
                pass
            self._note_unknown(seen)
        if chosen is not None:
            self._note(chosen)
        elif self.settings.format == "table" and (result == [] or (kind == "stream" and not self._lines)):
            errors.say("nothing found\n")

    def _paged(self, result: Data, kind: str) -> paging.Selection | None:
        from flext_cli.output import pager
        from flext_cli.output.painter import size_of

        if not pager.wanted(sys.stdout):
            return self._emit(result, kind, sys.stdout)
        out = pager.Pager(sys.stdout, size_of(sys.stdout.fileno())[1])
        try:
            return self._emit(result, kind, cast("TextIO", out))
        except pager.Left:
            return None
        finally:
            out.finish()

    def _out(self, write: Callable[[], object]) -> None:
        """Write to standard output; a full disk is no failure of the service."""
        try:
            write()
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(error.errno, error.strerror) from error

    def _note(self, chosen: paging.Selection) -> None:
        """Tell what the list does not show."""
        self._note_unknown(chosen)
        if chosen.more:
            of = f" of {chosen.total}" if chosen.total is not None else ""
            errors.say(f"{chosen.shown}{of} shown; --limit N or --all shows more\n")
        elif not chosen.shown and self.settings.format == "table":
            errors.say("nothing found\n")

    def _fields(self) -> list[str]:
        """Fields that `--columns` asks for; with a query they are those of what it finds, which nobody knows."""
        return [] if self.settings.query is not None else [each.path for each in self.settings.columns or ()]

    def _note_unknown(self, chosen: paging.Selection) -> None:
        """Tell which field nothing had that was shown."""
        if chosen.unknown:
            from flext_cli.suggest import question

            name = chosen.unknown[0]
            near = question(name, chosen.fields) or f"there are {', '.join(chosen.fields)}"
            errors.say(one_line(f"nothing here has a field {name}; {near}") + "\n")

    def _dry_run(self) -> int:
        if self.entry["local"]:
            return self._show_call()
        # Others may have to read before they change something; a request that somebody typed is the thing itself.
        first = self.entry["attribute"] is None or not self.entry["mutating"]
        layer = middleware.hold if first else middleware.dry_run
        try:
            with self._client(middleware=[layer], autostart=False) as client:
                self._invoke(client)
        except middleware.Held as held:
            return self._show(held.request)
        except Exception as error:
            # No platform runs and none is started for a question: the request is shown with the usual addresses.
            if getattr(error, "code", "") != "SERVICE_NOT_RUNNING":
                raise
            try:
                with self._client(middleware=[layer], base_url=EMBEDDED) as client:
                    self._invoke(client)
            except middleware.Held as held:
                return self._show(held.request)
        errors.say("nothing would be changed\n")
        return 0

    def _show_call(self) -> int:
        """What is no request: the method that would be called on this machine."""
        from flext_sdk._core.redact import redact_json

        given = redact_json({**self._defaults(), **self.own})
        call = {"call": f"client.{self.entry['attribute']}.{self.entry['method']}", "arguments": given}
        if self.settings.format == "table" and self.settings.query is None and self.settings.columns is None:
            shown = ", ".join(f"{name}={value!r}" for name, value in given.items())
            self._out(lambda: sys.stdout.write(safe(f"{call['call']}({shown})") + "\n"))
        else:
            self._out(lambda: Emitter(self.settings, sys.stdout).emit(call, "model"))
        return 0

    def _show(self, request: dict[str, Any]) -> int:
        if self.shared.get("curl"):
            self._out(lambda: sys.stdout.write(middleware.as_curl(request)))
        elif self.settings.format == "table" and self.settings.query is None and self.settings.columns is None:
            self._out(lambda: sys.stdout.write(middleware.as_text(request)))
        else:
            self._out(lambda: Emitter(self.settings, sys.stdout).emit(request, "model"))
        return 0

    # -- interrupted -----------------------------------------------------------------------------------------

    def _interrupted(self) -> int:
        """Ctrl-C while waiting or following ends the watching, not the work: say so."""
        if self._progress is not None:
            self._progress.clear()
        if terminal.is_terminal(sys.stderr):
            errors.say("\n")
        group = self.words.rpartition(" ")[0] or "pipeline"  # the quick start runs one, too
        end, called = _ENDS.get(group, (f"{group} stop", "pipeline"))
        subject = next(
            (self.own[p["name"]] for p in self.entry["params"] if p["kind"] == "positional" and p["name"] in self.own),
            None,
        )
        watching = self._seen or self.entry["stream"]
        if watching and not self.settings.quiet and end in table.COMMANDS:
            name = (self._progress.last.get(called) if self._progress is not None else None) or subject
            if isinstance(name, str) and name:
                errors.say(one_line(f"no longer watching; it goes on (to end it: flext {end} {name})") + "\n")
        return INTERRUPTED


class OutputError(OSError):
    """Standard output cannot be written."""


class Declined(Exception):  # noqa: N818 - an answer, not an error
    """The question was answered with no."""


def annotated(entry: Entry) -> Callable[..., Any]:
    """The annotated method (or function) of a table entry."""
    module = importlib.import_module(entry["module"])
    owner = getattr(module, entry["class"]) if entry["attribute"] is not None else module
    method: Callable[..., Any] = getattr(owner, entry["method"])
    return method
