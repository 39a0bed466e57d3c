"""The scripts that teach a shell to complete `flext`.

The one for bash holds the words and options of the command table, and finds names in their files, so that a TAB starts
no Python; what it does not know (aliases, commands of other packages) it asks `flext __complete`, as the small scripts
of the other shells do for everything.
"""

from typing import TYPE_CHECKING

from flext_cli import params
from flext_cli.completion import names
from flext_cli.params import table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flext_cli._types import Entry

SHELLS = ("bash", "zsh", "fish", "powershell")

_BASH = r"""# bash completion of flext @VERSION@
_flext_at() {
  o= a= s=
  case $1 in
@WORDS@
  *) return 1;;
  esac
}
_flext_value() {
  v=
  case "$1|$2" in
@VALUES@
  *) return 1;;
  esac
}
_flext_ask() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    [[ $line == :files ]] && { compopt -o default 2>/dev/null; return; }
    COMPREPLY+=("${line%%$'\t'*}")
  done < <(flext __complete "${words[@]}" ".$cur" 2>/dev/null)
}
_flext_names() {
  local h=${FLEXT_HOME:-$HOME/.flx} k=${url:-${FLEXT_SERVICE_URL:-${FLEXT_URL:-${FLEXT_FLEXCORE_URL:-}}}} n lo=0 hi mid
  [[ $h == "~" || $h == "~/"* ]] && h=$HOME${h:1}
  if [[ $1 == profiles ]]; then
    [[ local == "$cur"* && ! -e $h/profiles/local.yaml ]] && COMPREPLY+=(local)
    for n in "$h/profiles/$cur"*.yaml; do [[ -e $n ]] && n=${n##*/} && COMPREPLY+=("${n%.yaml}"); done
    return
  fi
  if [[ -n $k ]]; then k=u_${k//[^A-Za-z0-9.-]/_}; else k=${profile:-${FLEXT_PROFILE:-}}; k=p_${k//[^A-Za-z0-9.-]/_}; fi
  [[ -r $h/cache/names/$k/$1 ]] || return
  mapfile -t n <"$h/cache/names/$k/$1"
  [[ -z $cur ]] && { COMPREPLY=("${n[@]}"); return; }
  # The file is in order: the first name of the prefix is found by halving, the first one behind it as well.
  hi=${#n[@]}
  while ((lo < hi)); do
    mid=$(((lo + hi) / 2))
    if [[ ${n[mid]} < $cur ]]; then lo=$((mid + 1)); else hi=$mid; fi
  done
  local first=$lo
  hi=${#n[@]}
  while ((lo < hi)); do
    mid=$(((lo + hi) / 2))
    if [[ ${n[mid]} == "$cur"* ]]; then lo=$((mid + 1)); else hi=$mid; fi
  done
  COMPREPLY=("${n[@]:first:lo-first}")
}
_flext_offer() {
  local w
  case $1 in
  '') ;;
  %) compopt -o default 2>/dev/null;;
  =*) for w in ${1:1}; do [[ $w == "$cur"* ]] && COMPREPLY+=("$w"); done;;
  *) _flext_names "$1";;
  esac
}
_flext() {
  local LC_ALL=C IFS=$' \t\n' cur=${COMP_WORDS[COMP_CWORD]} c= i n=-1 end=0 wait= t o a s v url= profile= words=()
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do [[ ${COMP_WORDS[i]} == = ]] || words+=("${COMP_WORDS[i]}"); done
  [[ $cur == = ]] && cur=
  _flext_at ''
  for t in "${words[@]}"; do
    if [[ -n $wait ]]; then
      case $wait in --url) url=$t;; --profile | -p) profile=$t;; esac
      wait=
    elif ((!end)) && [[ $t == -- ]]; then end=1
    elif ((!end)) && [[ $t == -?* ]]; then
      [[ " $o " == *" $t= "* ]] && wait=$t
    elif ((n >= 0)); then n=$((n + 1))
    elif [[ -z $c && $t == help ]]; then continue
    else
      c="$c${c:+ }$t"
      _flext_at "$c" || { _flext_ask; return; }
      [[ -z $s ]] && n=0
    fi
  done
  if [[ -n $wait ]]; then
    _flext_value "$c" "$wait" && _flext_offer "$v"
  elif ((!end)) && [[ $cur == -* ]]; then
    for t in $o --help; do t=${t%=}; [[ $t == "$cur"* ]] && COMPREPLY+=("$t"); done
  elif ((n >= 0)); then
    set -- $a
    ((n >= $#)) && [[ $# -gt 0 && ${!#} == *+ ]] && n=$(($# - 1))
    ((n < $#)) || return 0
    shift "$n"
    t=${1%+}
    [[ $t == - ]] || _flext_offer "${t//,/ }"
  else
    _flext_offer "=$s"
    if [[ -z $c ]]; then
      t=${FLEXT_HOME:-$HOME/.flx}
      i=$t/config.yaml v=$t/cache/aliases
      if [[ -e $i && ( $i -nt $v || $v -nt $i ) ]]; then _flext_ask
      elif [[ -r $v && -e $i ]]; then
        while IFS=$'\t' read -r i v; do [[ $i == "$cur"* ]] && COMPREPLY+=("$i"); done <"$v"
      fi
    fi
  fi
  return 0
}
complete -F _flext flext
"""

_ZSH = r"""#compdef flext
# zsh completion of flext @VERSION@
_flext() {
  local -a lines found
  local line
  lines=("${(@f)$(flext __complete "${(@)words[2,CURRENT-1]}" ".$PREFIX" 2>/dev/null)}")
  [[ -n $lines[1] ]] || return 1
  if [[ $lines[1] == :files ]]; then
    _files
    return
  fi
  for line in "${lines[@]}"; do
    if [[ $line == *$'\t'* ]]; then
      found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    else
      found+=("${line//:/\\:}")
    fi
  done
  _describe -V flext found
}
if [[ $funcstack[1] == _flext ]]; then
  _flext "$@"
elif (( $+functions[compdef] )); then
  compdef _flext flext
fi
"""

_FISH = r"""# fish completion of flext @VERSION@
function __flext_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -e before[1]
    set -l found (flext __complete $before ".$current" 2>/dev/null)
    if test "$found[1]" = :files
        __fish_complete_path "$current"
    else
        printf '%s\n' $found
    end
end
complete -c flext -e
complete -c flext -f -a '(__flext_complete)'
"""

_POWERSHELL = r"""# PowerShell completion of flext @VERSION@
Register-ArgumentCompleter -Native -CommandName flext -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $before = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { $_.ToString() })
    $found = @(flext __complete @before ".$wordToComplete" 2>$null)
    if ($found.Count -gt 0 -and $found[0] -eq ':files') { return }
    foreach ($line in $found) {
        $value, $text = $line -split "`t", 2
        if (-not $text) { $text = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $text)
    }
}
"""


def script(shell: str) -> str:
    """The completion script of a shell."""
    text = _bash() if shell == "bash" else {"zsh": _ZSH, "fish": _FISH, "powershell": _POWERSHELL}[shell]
    return text.replace("@VERSION@", table.VERSION)


def _bash() -> str:
    words: list[str] = []
    values: list[str] = []
    shared: dict[str, str] = {}
    for name in _levels():
        if name in table.COMMANDS:
            entry = table.COMMANDS[name]
            own = [param for param in params.own(entry) if param["flags"]]
            common = params.shared(entry)
            flags = " ".join((*_flags(own), *_grouped(common, shared)))
            places = " ".join(_places(entry))
            words.append(f'  {_quoted(name)}) o="{flags}"' + (f" a={_quoted(places)}" if places else "") + ";;")
            values += _own_values(name, entry)
        else:
            flags = " ".join(_grouped([p for p in table.GLOBALS if p["when"] == "always"], shared))
            words.append(f'  {_quoted(name)}) o="{flags}" s={_quoted(" ".join(_below(name)))};;')
    values += [f"  {_case('*', param)}) v={_quoted(spec)};;" for param, spec in _shared_values()]
    given = "".join(f"{name}={_quoted(text)}\n" for text, name in shared.items())
    return given + _BASH.replace("@WORDS@", "\n".join(words)).replace("@VALUES@", "\n".join(values))


def _levels() -> "Iterable[str]":
    found = {"": None}
    for name in table.COMMANDS:
        parts = name.split()
        found |= dict.fromkeys(" ".join(parts[:end]) for end in range(1, len(parts) + 1))
    return found


def _below(name: str) -> "list[str]":
    prefix = f"{name} " if name else ""
    return list(dict.fromkeys(each[len(prefix) :].split()[0] for each in table.COMMANDS.below(name)))


def _flags(found: "Iterable[Entry]") -> "Iterable[str]":
    for param in found:
        ending = "=" if params.takes_value(param) else ""
        yield from (f"{flag}{ending}" for flag in params.flags(param))
        yield from params.negatives(param)


def _grouped(found: "Iterable[Entry]", shared: "dict[str, str]") -> "list[str]":
    """Shared options by a name for the whole set: most commands have one of a few sets."""
    text = " ".join(_flags(found))
    return [f"${shared.setdefault(text, f'_flext_o{len(shared)}')}"]


def _spec(entry: "Entry | None", param: "Entry") -> str:
    if param["type"] == "path":
        return "%"
    if param["choices"]:
        return "=" + " ".join(map(str, param["choices"]))
    if param["name"] == "profile":
        return names.LOCAL
    return (names.kind_of(entry, param) or "") if entry is not None else ""


def _places(entry: "Entry") -> "list[str]":
    found = []
    for param in params.own(entry):
        if param["kind"] == "positional":
            more = "+" if param["type"] in {"list", "mapping"} else ""
            found.append((_spec(entry, param).replace(" ", ",") or "-") + more)
    return found


def _own_values(name: str, entry: "Entry") -> "Iterable[str]":
    for param in params.own(entry):
        spec = _spec(entry, param) if param["flags"] and params.takes_value(param) else ""
        if spec:
            yield f"  {_case(name, param)}) v={_quoted(spec)};;"


def _shared_values() -> "Iterable[tuple[Entry, str]]":
    for param in table.GLOBALS:
        spec = _spec(None, param) if params.takes_value(param) else ""
        if spec:
            yield param, spec


def _case(name: str, param: "Entry") -> str:
    where = "*" if name == "*" else _quoted(name)
    return " | ".join(f"{where}\\|{flag}" for flag in params.flags(param))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
