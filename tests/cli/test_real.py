"""The real command against a real platform: one pipeline from its file to its end."""

import json
import select
import shlex
import shutil
import signal
import subprocess
import sys

import pytest

from flext_cli.params import table
from tests.hearing import HEARING

from .conftest import ROOT, Result
from .examples import ENDLESS, TOOLS, Shell, every_example

DEFINITION = """
name: fruit
tags: [demo]
steps:
  - name: load
    extract: {plugin: tap-csv, config: {path: fruit.csv, keys: [id]}}
    load: {plugin: target-jsonl, config: {path: out}}
"""


@pytest.fixture
def flext(platform, tmp_path):
    (tmp_path / "fruit.csv").write_text("id,name\n1,apple\n2,pear\n")
    (tmp_path / "out").mkdir()

    def call(*arguments, stdin=""):
        done = subprocess.run(
            [sys.executable, "-m", "flext_cli", *arguments],
            input=stdin, cwd=tmp_path, env=platform.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        return Result(done.returncode, done.stdout, done.stderr)

    return call


def test_a_pipeline_from_its_file_to_its_end(flext, tmp_path):
    (tmp_path / "fruit.yaml").write_text(DEFINITION)
    assert flext("pipeline", "create", "fruit.yaml", "--dry-run").out.startswith("POST ")
    assert flext("pipeline", "show", "fruit").code == 5
    assert flext("pipeline", "create", "fruit.yaml", "-q").code == 0
    assert flext("pipeline", "create", "fruit.yaml").code == 8
    assert flext("pipeline", "list", "--filter", "name=fr*", "--query", "[].name").out == "fruit\n"

    run = flext("pipeline", "start", "fruit", "--wait", "-o", "json")
    assert (run.code, json.loads(run.out)["records"]) == (0, 2)
    assert run.err.startswith("fruit completed · 1/1 steps · 2 rows")
    rows = [json.loads(line) for file in (tmp_path / "out").rglob("*.jsonl") for line in file.read_text().splitlines()]
    assert [row["name"] for row in rows] == ["apple", "pear"]
    assert "the run" in flext("pipeline", "logs", "fruit", "-o", "plain").out

    refused = flext("pipeline", "delete", "fruit")
    assert (refused.code, refused.out) == (2, "")
    assert flext("pipeline", "delete", "fruit", "--yes").code == 0
    assert flext("pipeline", "show", "fruit").code == 5


def test_a_definition_from_standard_input_is_told_its_faults_by_line(flext):
    result = flext("pipeline", "create", "-", stdin=DEFINITION.replace("tap-csv", "tap-cvs"))
    assert (result.code, result.out) == (2, "")
    assert any(":6:" in line and "tap-cvs" in line for line in result.err.splitlines())
    assert flext("pipeline", "show", "fruit").code == 5


# -- the log of a service ---------------------------------------------------------------------------------------


@pytest.fixture(params=["here", "elsewhere"])
def service_logs(request, platform):
    """`flext service logs flext` of this machine, from its file, and of another, over HTTP; it is started, not ended."""
    environ = platform.environ | {"PYTHONPATH": str(ROOT)}
    if request.param == "elsewhere":
        environ |= {"FLEXT_URL": platform.urls["flext"], "FLEXT_TOKEN": platform.token}
    begun = []

    def start(*arguments):
        command = [sys.executable, "-c", HEARING, "service", "logs", "flext", *arguments]
        begun.append(subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return begun[-1]

    yield start
    for process in begun:
        process.kill()
        process.communicate()


def test_lines_of_a_service_log_are_chosen(service_logs):
    def call(*arguments):
        process = service_logs(*arguments)
        out, err = process.communicate(timeout=60)
        return Result(process.returncode, out, err)

    def messages(*arguments):
        done = call(*arguments, "-o", "json")
        assert (done.code, done.err) == (0, "")
        return [line["message"] for line in json.loads(done.out)]

    (listens,) = messages("--grep", "(?i)LISTENS AT", "--level", "info", "--tail", "1")
    assert " listens at http" in listens
    assert messages("--grep", "listens at", "--since", "2099-01-01") == []
    assert messages("--grep", "listens at", "--since", "1d", "--tail", "1") == [listens]
    assert messages("--grep", "listens at", "--level", "error") == []
    for arguments, told in (
        (("--grep", "("), "error: --grep: '(' is no regular expression"),
        (("--grep", ""), "error: --grep: must not be empty"),
        (("--grep", "x" * 257, "--follow"), "error: --grep: must have at most 256 characters"),
        (("--since", "yesterday"), "error: --since: 'yesterday' is no moment"),
        (("--level", "loud"), 'error: --level: "loud" is not one of debug, info, warning, error'),
    ):
        wrong = call(*arguments)
        assert (wrong.code, wrong.out) == (2, "")
        first, *rest = wrong.err.splitlines()
        assert first.startswith(told)
        assert all(line.startswith("hint: ") for line in rest)


def test_chosen_lines_of_a_service_log_are_followed_until_ctrl_c(service_logs, platform):
    process = service_logs("--follow", "--tail", "0", "--grep", "/told-here-[0-9]+ ", "-o", "plain")
    log = platform.home / "logs" / "flext.log"
    number = 0
    while process.poll() is None and not select.select([process.stdout], [], [], 0.3)[0]:
        with log.open("a") as file:  # as the service does it, a line in one piece
            line = {"timestamp": "2026-01-31T08:00:00Z", "level": "info", "message": f"GET /told-here-{number} 404"}
            file.write(json.dumps(line) + "\n" + json.dumps(line | {"message": "GET /not-this 404"}) + "\n")
        number += 1
    assert "/told-here-" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "not-this" not in out
    assert "Traceback" not in err


# -- api ---------------------------------------------------------------------------------------------------------


def test_api_sends_what_it_is_told_and_shows_what_comes(flext, tmp_path):
    info = flext("api", "get", "api/v1/info", "--query", "service", "-i", "-o", "JSON")
    assert (info.code, info.out) == (0, '"flext"\n')
    assert info.err.startswith("HTTP 200 OK\n")
    assert "content-type: application/json\n" in info.err
    assert flext("api", "GET", "/health", "--service", "flexcore", "--query", "service").out == "flexcore\n"

    assert flext("api", "GET", "/api/v1/pipelines", "--param", "limit=0").code == 2
    assert flext("api", "GET", "/api/v1/pipelines", "--field", "limit=0").code == 2
    tags = flext("api", "GET", "/api/v1/pipelines", "--param", "tags=a", "--param", "tags=b", "--debug")
    assert "/api/v1/pipelines?tags=a&tags=b" in tags.err

    body = json.dumps({"name": "!", "steps": []})
    (tmp_path / "body.json").write_text(body)
    path = ("api", "POST", "/api/v1/pipelines/validate", "--query", "problems[0].path", "-o", "plain")
    for given in (("-d", body), ("--data", "@body.json"), ("-d", "-"), ("-f", "name=!", "--field", "steps=[]")):
        found = flext(*path, *given, stdin=body)
        assert (found.code, found.out) == (0, "/name\n"), given

    (tmp_path / "fruit.yaml").write_text(DEFINITION)
    assert flext("pipeline", "create", "fruit.yaml", "-q").code == 0
    text = flext("api", "GET", "/api/v1/pipelines/fruit/export")
    assert text.out.startswith("name: fruit\n")
    gone = flext("api", "DELETE", "/api/v1/pipelines/fruit", "-i")
    assert (gone.code, gone.out) == (0, "")
    assert gone.err.startswith("HTTP 204 No Content\n")
    missing = flext("api", "GET", "/api/v1/pipelines/fruit", "-i")
    assert (missing.code, missing.out) == (5, "")
    assert missing.err.startswith("HTTP 404 Not Found\n")
    assert flext("api", "HEAD", "/health", "-i").code == 0


def test_api_shows_a_request_without_sending_it_and_never_a_token(flext):
    line = (
        "api",
        "patch",
        "/x",
        "-H",
        "Authorization: Bearer hush-hush",
        "-H",
        "X-List: a, b",
        "-f",
        "n=1",
        "-f",
        "t=x",
    )
    held = flext(*line, "--dry-run")
    assert held.code == 0
    assert held.out.startswith("PATCH http://127.0.0.1:")
    assert "X-List: a, b\n" in held.out
    assert json.loads(held.out.partition("\n\n")[2]) == {"n": 1, "t": "x"}
    read = flext("api", "GET", "/api/v1/pipelines/nothing/here", "-f", "a=b c", "--dry-run", "-o", "json")
    assert read.code == 0
    assert json.loads(read.out)["url"].endswith("/api/v1/pipelines/nothing/here?a=b%20c")
    assert read.err == ""
    real = flext(*line, "--debug", "-i")
    assert real.code == 3  # that token is sent in place of the right one
    assert "hush" not in held.out + held.err + real.out + real.err


def test_a_slash_belongs_to_the_name_it_stands_in(flext):
    shown = flext("pipeline", "show", "a/b", "-o", "json")
    assert (shown.code, json.loads(shown.err)["error"]["message"]) == (5, "there is no pipeline 'a/b'")
    assert flext("plugin", "info", "tap/csv").err.startswith("error: there is no plugin 'tap/csv'")
    assert "there is no pipeline 'a/b'" in flext("pipeline", "logs", "a/b").err
    typed = flext("api", "GET", "/api/v1/pipelines/a%2Fb")
    assert (typed.code, "there is no pipeline 'a/b'" in typed.err) == (5, True)
    lost = flext("api", "GET", "/api%2Fv1%2finfo")
    assert "nothing at /api%2Fv1%2Finfo" in lost.err


def test_a_token_that_is_given_is_used_on_this_machine_too(flext, tmp_path):
    (tmp_path / "token").write_text("wrong-token\n")
    told = flext("pipeline", "list", "--token-file", str(tmp_path / "token"))
    assert (told.code, told.err.splitlines()[0]) == (3, "error: the token is wrong")
    assert "The token comes from --token-file" in told.err
    assert "wrong-token" not in told.err
    assert flext("pipeline", "list").code == 0


def test_names_that_are_nearly_right(flext, tmp_path):
    (tmp_path / "fruit.yaml").write_text(DEFINITION)
    assert flext("pipeline", "create", "fruit.yaml", "-q").code == 0
    for line in (
        ("pipeline", "show"),
        ("pipeline", "start"),
        ("pipeline", "stop"),
        ("pipeline", "logs"),
        ("pipeline", "wait"),
    ):
        told = flext(*line, "fruits")
        assert (told.code, "fruit?" in told.err) == (5, True), (line, told.err)
    assert "tap-csv" in flext("plugin", "info", "tap-cvs").err
    assert "singer" in flext("runtime", "status", "singr").err
    assert flext("pipeline", "delete", "fruit", "--yes", "-q").code == 0


@pytest.mark.parametrize(
    ("line", "error", "hint"),
    [
        ("FETCH /x", '"FETCH" is not one of GET', ""),
        ("/api/v1/info", "is not one of GET", "flext api GET /api/v1/info"),
        ("GET http://evil.example/api/v1/info?token=hush", "A whole address is not taken", "/api/v1/info"),
        ("GET //evil.example/x", "A whole address is not taken", "--url"),
        ("GET http://[", "A whole address is not taken", "--url"),
        ("GET '/a b'", "has a space", "%20"),
        ("GET /x --data {}", "A GET request has no body", "--param"),
        ("POST /x --data {} --field a=1", "--field and --data both make the body", "one of them"),
        ("POST /x --data full_refresh=true", "--data is not JSON: expecting value (line 1, column 1)", "--field"),
        ("POST /x --data NaN", "--data is not JSON", ""),
        ("POST /x --data @nowhere.json", "nowhere.json: no such file", ""),
        ("POST /x --header 'Authorization hush'", "a header is written NAME: VALUE", "-H"),
        ("GET /x --param limit", '"limit" is not KEY=VALUE', ""),
        ("POST /x --field limit", '"limit" is not KEY=VALUE', ""),
    ],
)
def test_api_refuses_what_it_cannot_send(flext, line, error, hint):
    found = flext("api", *shlex.split(line))
    assert (found.code, found.out) == (2, "")
    message, *rest = found.err.splitlines()
    assert message.startswith("error: ")
    assert error in message
    assert hint in "".join(rest)
    assert "hush" not in found.err


# -- streams that are not there ----------------------------------------------------------------------------------

FULL = """{
  "error": {
    "code": "OUTPUT",
    "message": "cannot write the output: No space left on device",
    "hint": null,
    "retryable": false
  }
}
"""


@pytest.mark.parametrize(
    ("line", "code", "error"),
    [
        ("version <&-", 0, ""),
        ("version >&-", 0, ""),
        ("version <&- >&- 2>&-", 0, ""),
        ("pipeline show nope 2>&-", 5, ""),
        ("pipeline create - <&-", 2, "error: Standard input is closed\nhint: Give the path of a file.\n"),
        ("api POST /x --data - <&-", 2, "error: Standard input is closed\nhint: Give the body: --data JSON or --data @FILE.\n"),
        ("pipeline list -o json >/dev/full", 1, FULL),
        ("pipeline start x --dry-run >/dev/full", 1, "error: cannot write the output: No space left on device\n"),
        ("pipeline list -o csv --columns name:N >/dev/full", 1, "error: cannot write the output: No space left on device\n"),
        ("api GET /health >/dev/full", 1, "error: cannot write the output: No space left on device\n"),
    ],
)  # fmt: skip
def test_a_stream_that_is_closed_or_full(platform, tmp_path, line, code, error):
    script = f"{shlex.quote(sys.executable)} -m flext_cli {line}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=platform.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (code, error)


# -- every example of every help page ----------------------------------------------------------------------------

PROCESSES = {"service start", "service stop", "service restart"}
#: In an order in which there is a user to log in, and somebody to log out.
AUTH = [
    "auth user create", "auth user update", "auth user set-password", "auth login", "auth login", "auth status", "auth whoami",
    "auth token show", "auth token refresh", "auth logout", "auth user list", "auth audit", "auth user disable", "auth user enable",
    "auth login", "auth token revoke", "auth user delete",
]  # fmt: skip


TAP_MINE = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "tap-mine"
version = "1.0"
scripts = {tap-mine = "tap_mine:main"}

[tool.hatch.build.targets.wheel]
include = ["tap_mine.py"]
"""


def test_every_example_works(platform, tmp_path, monkeypatch, capsys):
    """In the order of a person who tries them all, with the pipeline of the quick start."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLEXT_HOME", str(platform.home))
    # `completion install` writes where a person has their start files, for their shell; a machine of CI may tell none.
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SHELL", "/bin/bash")
    shutil.copy(ROOT / "examples" / "data" / "orders.csv", "orders.csv")
    shell = Shell(monkeypatch, capsys, tmp_path)
    placed, one, line = shell.placed, shell.words, shell.line

    # Those of dbt and Meltano need projects, and these tools: test_tools.py. Commands about files of this machine have a home
    # of their own: tests/profiles.
    examples = {
        words: texts
        for words, texts in every_example().items()
        if not words.startswith(TOOLS) and not table.COMMANDS[words].get("alone")
    }
    expected = {words for words, texts in examples.items() if not set(texts) <= ENDLESS}
    following = [text for words in ("quickstart",) for text in table.COMMANDS[words]["next"]]
    failures = []

    def work(*lines):
        for text in lines:
            if text in ENDLESS:
                continue
            result = line(text)
            # A run of 240 rows may have ended before it is stopped.
            # So may an orchestration that asks a tap what it is.
            if result.code and not any(end in result.err for end in ("orders is not running", "is completed already")):
                failures.append((text, result.code, result.err))
            elif "execute" in text or " start " in text:
                one(["pipeline", "wait", "orders", "-q"])

    work(*examples.pop("quickstart"), *following, "flext pipeline delete orders --yes")
    shutil.copytree(tmp_path / "first-steps" / "data", tmp_path.parent / "data", dirs_exist_ok=True)
    shutil.copy(tmp_path / "first-steps" / "pipelines" / "orders.yaml", "orders.yaml")
    work(*examples.pop("pipeline create"), "flext pipeline export orders --format json > orders.json")

    # A run that failed, for what can then be mended and tried again.
    (tmp_path / "broken.yaml").write_text(DEFINITION.replace("fruit", "broken"))
    assert one(["pipeline", "create", "broken.yaml", "--wait"]).code == 9
    placed["RUN"] = one(["pipeline", "runs", "broken", "--query", "[0].execution_id", "-o", "plain"]).out.strip()
    line("flext orchestration execute look tap-csv about --wait")
    placed["ORCHESTRATION"] = one(["orchestration", "list", "--query", "[0].id", "-o", "plain"]).out.strip()
    (tmp_path / "broken.csv").write_text("id\n1\n")

    # Those of plugins need a plugin that is installed, a folder with another one, a lock and an index.
    plugins = [text for words in [*examples] if words.startswith("plugin ") for text in examples.pop(words)]
    (tmp_path / "plugins.json").write_text('{"format": 1, "plugins": []}')
    mine = tmp_path / "tap-mine"
    mine.mkdir()
    (mine / "pyproject.toml").write_text(TAP_MINE)
    (mine / "tap_mine.py").write_text("import sys\n\n\ndef main():\n    sys.exit(0)\n")
    order = {"install mel": 0, "install tap": 1, "lock": 2, "uninstall": 4, "install --lock": 5, "": 3}
    work(*sorted(plugins, key=lambda text: next(n for part, n in order.items() if f"plugin {part}" in text)))

    last = examples.pop("pipeline delete")
    processes = [text for words in table.COMMANDS if words in PROCESSES for text in examples.pop(words)]
    monkeypatch.setenv("FLEXT_PASSWORD", "correct horse")
    monkeypatch.setenv("FLEXT_NEW_PASSWORD", "correct horse")
    try:
        for words in AUTH:
            for text in examples.pop(words) if words in examples else ["flext auth login ada"]:
                if "--token" in text:
                    assert one(shlex.split(text)[1:], f"{platform.token}\n").code == 0
                    continue
                if "--user " in text:
                    one(["auth", "logout"])  # the tokens of others are for the owner
                work(text)
    finally:
        one(["auth", "logout"])  # the platform is that of other tests, too
        one(["auth", "user", "delete", "bob", "--yes"])
    for words in sorted(examples):
        if words == "pipeline stop":
            line("flext pipeline start orders --full-refresh")
        work(*examples[words])
        if words == "pipeline stop":
            line("flext pipeline start orders --wait")  # what was stopped is not what others wait for
    work(*last, "flext pipeline delete broken --yes")

    # Not those of all the other tests.
    monkeypatch.setenv("FLEXT_HOME", str(tmp_path / "home"))
    try:
        work(*sorted(processes, key=lambda text: "stop" in text))
    finally:
        one(["service", "stop", "-q"])
    assert failures == [], "\n".join(map(str, failures))
    assert shell.ran >= expected


@pytest.mark.parametrize("text", sorted(ENDLESS))
def test_an_example_that_never_ends_ends_with_ctrl_c(platform, tmp_path, text):
    assert text in {text for texts in every_example().values() for text in texts}
    begun = [sys.executable, "-c", HEARING, *shlex.split(text)[1:]]
    with subprocess.Popen(
        begun, cwd=tmp_path, env=platform.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            if "events" in text:
                with platform.client() as client:  # something has to happen, and to fail
                    while process.poll() is None and not select.select([process.stdout], [], [], 0.3)[0]:
                        client.orchestrations.execute("failing", "tap-csv", ["about"], wait=True)
            assert process.stdout.readline()
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "line", ["pipeline list", "plugin execute tap-csv version", "orchestration execute look tap-csv about --wait"]
)
def test_a_command_that_only_shows_makes_no_models(platform, line) -> None:
    """pydantic costs as much as a dozen bare interpreters, and a table needs none of it; nor does waiting."""
    code = f"import sys; from flext_cli.main import main; main({[*line.split(), '-q']!r}); print('pydantic' in sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=platform.environ, capture_output=True, text=True, check=False
    )
    assert done.stderr.splitlines()[-1:] == ["False"], done.stderr
