import { ALLOWED_NAMES, ALLOWED_PREFIXES } from '../../parse/allowed-environment.ts'

/** The size of the pieces in which a model's header is fetched. */
export const CHUNK_BYTES = 256 * 1024
/** How a file order ends where there is nothing to read. */
export const FILE_ENDS = { notFound: 20, notRegular: 21, noPermission: 22, refused: 23, noModel: 24 } as const

/**
 * Reads one file, in a shell of its own that a time limit can end: a dead network mount hangs whoever looks at it.
 * Arguments: file|head|ends|list, the most bytes, the number of the piece, the path (never evaluated, only quoted).
 * Of an environment only the allowed variables leave the node, and of a binary file only what begins as a model does.
 */
export const FILE = `
kind=$1 max=$2 piece=$3 path=$4
if ! [ -e "$path" ]; then
  case $(ls -dL -- "$path" 2>&1) in *ermission*) exit ${FILE_ENDS.noPermission} ;; esac
  exit ${FILE_ENDS.notFound}
fi
if [ "$kind" = list ]; then
  [ -d "$path" ] || exit ${FILE_ENDS.notFound}
  [ -r "$path" ] || exit ${FILE_ENDS.noPermission}
  ls -lnA -- "$path" | head -c "$max"
  exit 0
fi
[ -f "$path" ] || exit ${FILE_ENDS.notRegular}
[ -r "$path" ] || exit ${FILE_ENDS.noPermission}
real=$(readlink -f -- "$path" 2>/dev/null)
case $path:$real in
*/environ|*/environ:*)
  [ "$kind" = file ] || exit ${FILE_ENDS.refused}
  tr "\\n\\000" "\\037\\n" <"$path" | grep -E "^(${[...ALLOWED_NAMES].join('|')}|(${ALLOWED_PREFIXES.join('|')})[A-Za-z0-9_]*)=" |
    grep -Ev "^[A-Za-z0-9_]*_(KEY|TOKEN|SECRET|PASSWORD)=" | head -c "$max"
  exit 0 ;;
esac
set -- $(ls -lnL -- "$path")
size=$5
case $kind in
file) head -c "$max" -- "$path" ;;
ends)
  if [ "$size" -le "$max" ]; then head -c "$max" -- "$path"; exit; fi
  head -c $((max / 2)) -- "$path"; echo; tail -c $((max / 2)) -- "$path" ;;
head)
  case $(od -An -v -tx1 -N9 -- "$path" | tr -d " \\n") in
  47475546*|????????000000007b) ;;
  *) exit ${FILE_ENDS.noModel} ;;
  esac
  echo "$size"
  dd bs=${CHUNK_BYTES} skip="$piece" count=1 <"$path" 2>/dev/null ;;
esac
`
