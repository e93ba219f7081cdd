import { FILE } from './collector-file.ts'
import { LOOK } from './collector-look.ts'

/** A node that heard nothing for so long, not even that all is well, takes its watcher for dead. */
export const WATCHDOG_SECONDS = 20
/** No document of nvidia-smi is nearly as long. */
const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024

/** Cuts the clock tables out of a document of nvidia-smi, byte for byte as \`cutElement\` does. */
const CUT = `
cut {
  if ((i = index($0, "</supported_clocks>")) == 0) next
  $0 = kept substr($0, i + 19); cut = 0
}
(i = index($0, "<supported_clocks>")) > 0 {
  kept = substr($0, 1, i - 1)
  if ((j = index($0, "</supported_clocks>")) == 0) { cut = 1; next }
  $0 = kept substr($0, j + 19)
}
{ print }
`

/**
 * What runs on the node: POSIX sh that answers orders, one answer each, until its standard input ends. It writes no file,
 * and whatever ends it, it ends what it has started (all that is in the session it leads).
 *
 * Orders come in batches: a line 1000000 + their number, then a line per order (\`docs/ssh.md\`). Answers go to standard
 * output, those of nvidia-smi to standard error: two lanes, so that a slow driver never stops the host's own clock.
 */
export const COLLECTOR = withoutComments(`
LC_ALL=C; export LC_ALL
umask 077
set -f
unset IFS CDPATH ENV BASH_ENV http_proxy HTTP_PROXY all_proxy ALL_PROXY
PATH=$PATH:/usr/local/nvidia/bin:/usr/lib/wsl/lib:/usr/local/cuda/bin
newline='
'
look='${quoted(LOOK)}'
cut='${quoted(CUT)}'
file='${quoted(FILE)}'

has() { command -v "$1" >/dev/null; }

# sessions are what sshd starts each command in; who does not lead one could hit others
leads() {
  IFS= read -r line </proc/$$/stat || return
  set -- \${line##*) }
  [ "$4" = $$ ]
}

end_session() {
  set +f
  for folder in /proc/[0-9]*; do
    IFS= read -r line <$folder/stat || continue
    set -f; set -- \${line##*) }; set +f
    [ "$4" = $$ ] && [ "$folder" != /proc/$$ ] && kill -9 "\${folder#/proc/}"
  done
}

quit() {
  trap '' HUP INT TERM PIPE
  exec >/dev/null 3>&1 </dev/null
  [ "$leader" = yes ] && end_session
  exit 0
}

# a run of at most so many seconds
limited() {
  seconds=$1; shift
  if [ -n "$brief" ]; then timeout -s KILL "$seconds" "$@"; return; fi
  "$@" & child=$!
  (trap 'kill $nap; exit' TERM; sleep "$seconds" & nap=$!; wait $nap; kill -9 $child) >/dev/null 2>&1 </dev/null & guard=$!
  wait $child; status=$?
  kill $guard
  return $status
}

nvidia_smi() {
  printf '\\n%s p nvidia-smi\\n' "$mark"
  {
    if has "$smi"; then limited "$2" "$smi" -q -x 2>&1; printf '\\nrc %s\\n' $?
    else printf '\\nrc none\\n'; fi
  } | head -c ${MAX_DOCUMENT_BYTES} | awk "$cut"
  printf '\\n%s e 0\\n%s z %s\\n' "$mark" "$mark" "$1"
}

with_curl() {
  address=$1; shift
  curl -q "$@" -s -i -g -m 1 --max-redirs 0 --noproxy '*' --proto '=http' "$address"
}

# a key travels on standard input, written by a printf of the shell: other users of the node see command lines
get() {
  origin=\${1#http://} key=; origin=\${origin%%/*}
  case $keys in *"$newline$origin "*) key=\${keys##*"$newline$origin "} key=\${key%%"$newline"*} ;; esac
  case $fetch in
  curl)
    if [ -n "$key" ]; then printf 'header = "Authorization: Bearer %s"\\n' "$key" | with_curl "$1" -K -
    else with_curl "$1"; fi ;;
  wget) wget -q -O - --save-headers --no-hsts --no-proxy --max-redirect=0 -T 1 -t 1 "$1" ;;
  busybox) limited 1 wget -q -O - -Y off "$1" ;;
  *) return 127 ;;
  esac
  printf '\\nrc %s' $?
}

# of metrics the buckets of histograms are most, and nobody reads them
thin() {
  case $1 in
  */metrics) grep -v -e '_bucket{' -e '^# ' ;;
  *) cat ;;
  esac
}

# all pages at once, their answers in order: each stage of the pipe fetches its own, then lets the others pass
pages() {
  [ $# -ge 3 ] || return 0
  name=$1 max=$2 url=$3; shift 3
  pages "$@" | { text=$(get "$url" | thin "$url" | head -c "$max"); cat; printf '\\n%s p %s\\n%s\\n%s e 0\\n' "$mark" "$name" "$text" "$mark"; }
}

journal() {
  pid=$1; shift
  $brief journalctl --quiet --no-pager --output=cat "--since=@$since" "$@" "_PID=$pid" \${unit:++ "$unit"}
}

obey() {
  case $order in
  look)
    case $rest in *[!a-z0-9\\ ]*) return 1 ;; esac
    { printf '%s\\n%s\\n' "$secret" "s$page $rest"
      case " $rest " in *' l '*) set +f; printf '%s\\n' /proc/[0-9]*; set -f ;; esac
    } | awk -v brief="$brief" "$look" ;;
  kernel)
    paths=
    while [ "$rest" -gt 0 ]; do
      IFS= read -r path || return 1
      case $path in *..*) return 1 ;; /proc/*|/sys/fs/cgroup/*) ;; *) return 1 ;; esac
      paths="$paths\${newline}f $path"
      rest=$((rest - 1))
    done
    printf '%s\\n%s\\n' "$secret" "s0$paths" | awk "$look" ;;
  sockets)
    case $rest in ''|*[!0-9]*) return 1 ;; esac
    children=none
    [ -r /proc/$rest/task/$rest/children ] && { IFS= read -r children </proc/$rest/task/$rest/children || :; }
    folders=
    for pid in $rest $children; do folders="$folders /proc/$pid/fd"; done
    printf '\\n%s p links\\nchildren %s\\n' "$mark" "$children"
    ls -ln /proc/$rest/ns/net /proc/self/ns/net $folders | head -c 1000000
    printf '\\n%s e 0\\n%s p rows\\n' "$mark" "$mark"
    grep -h ' 0A ' /proc/$rest/net/tcp /proc/$rest/net/tcp6
    printf '\\n%s e 0\\n%s p own-rows\\n' "$mark" "$mark"
    grep -h ' 0A ' /proc/self/net/tcp /proc/self/net/tcp6
    printf '\\n%s e 0\\n' "$mark" ;;
  file)
    set -- $rest
    IFS= read -r path || return 1
    case $path in /*) ;; *) return 1 ;; esac
    printf '\\n%s p file\\n' "$mark"
    $brief sh -c "$file" sh "$1" "$2" "$3" "$path" </dev/null
    printf '\\n%s e %s\\n' "$mark" $? ;;
  journal)
    case $rest in *[!0-9\\ ]*) return 1 ;; esac
    set -- $rest
    IFS= read -r unit || return 1
    since=$(($(date +%s) - $2 - 1))
    printf '\\n%s p journal\\n' "$mark"
    if [ "$4" -eq 0 ]; then journal "$1" | head -c "$3"; else journal "$1" "--lines=$4" | tail -c "$3"; fi
    printf '\\n%s e 0\\n' "$mark" ;;
  containers)
    text= code=127
    for runtime in docker podman; do
      has $runtime || continue
      more=$(limited 3 $runtime ps --no-trunc --format '{{.ID}} {{.Names}}'); status=$?
      if [ $status -eq 0 ]; then text=$text$more$newline code=0
      elif [ $code -ne 0 ]; then code=$status; fi
    done
    printf '\\n%s p containers\\n%s\\n%s e %s\\n' "$mark" "$text" "$mark" $code ;;
  http)
    case $rest in *[!A-Za-z0-9:/._\\ \\[\\]-]*) return 1 ;; esac
    pages $rest ;;
  smi)
    nvidia_smi "$id" "$rest" >&3 </dev/null &
    return 0 ;;
  key)
    IFS= read -r key || return 1
    [ "$(command -v printf)" = printf ] && keys=$keys$newline"$rest $key" ;;
  smi-path) IFS= read -r smi || return 1 ;;
  *) return 1 ;;
  esac
  printf '%s z %s\\n' "$mark" "$id"
}

# the head of the next batch, which must come in time
await() {
  case $watch in
  read) read -r -t ${WATCHDOG_SECONDS} head ;;
  dd) head=$(timeout -s KILL ${WATCHDOG_SECONDS} dd bs=1 count=8 2>/dev/null) ;;
  none) read -r head ;;
  esac
}

trap quit HUP INT TERM PIPE
IFS= read -r secret || exit 0
exec 3>&2 2>/dev/null
mark=$(printf '\\036%s' "$secret")
smi=nvidia-smi keys=
leader=no; leads && leader=yes
brief=; timeout -s KILL 2 true && brief='timeout -s KILL 2'
watch=none
if (read -r -t 1 head </dev/null; [ $? -eq 1 ]); then watch=read; elif [ -n "$brief" ]; then watch=dd; fi
fetch=none
if has curl; then fetch=curl; elif has wget; then
  fetch=wget; wget --no-hsts --version >/dev/null || fetch=busybox
fi
page=$(getconf PAGESIZE ) || page=4096
page=$((page / 1024))
awk=none; has awk && awk=awk
printf '\\n%s h leader=%s limit=%s watch=%s fetch=%s awk=%s uid=%s epoch=%s\\n' "$mark" $leader "\${brief:+timeout}" $watch $fetch $awk "$(id -u)" "$(date +%s)"

while await; do
  case $head in 1[0-9][0-9][0-9][0-9][0-9][0-9]) ;; *) break ;; esac
  left=$((head - 1000000))
  while [ $left -gt 0 ]; do
    left=$((left - 1))
    IFS=' ' read -r order id rest && obey || break 2
  done
done
quit
`)

/**
 * What the login shell of the node is asked to run, the same in bash, dash, fish and tcsh: the script itself comes over
 * standard input, where no shell's quoting touches it.
 */
export const BOOT = `exec sh -c 'eval "$(dd bs=1 count=${Buffer.byteLength(COLLECTOR)} 2>/dev/null)"'`

/** Between single quotes nothing but the single quote itself is special. */
function quoted(text: string): string {
  return text.replaceAll("'", `'\\''`)
}

function withoutComments(script: string): string {
  return script.replace(/^\s*#.*\n/gm, '').replace(/^\n/, '')
}
