const MASK = '***'

// a flag or a field that holds a secret: --api-key, --hf_token, admin_api_key, X-Api-Key, --ssl-keyfile-password,
// text-generation-webui's --admin-key and --gradio-auth, LMDeploy's --api-keys, KoboldCpp's --adminpassword and --hordekey,
// Jupyter's --ServerApp.token, …
const PREFIX = '(?:[a-z\\d]{1,30}[-_.]){0,6}'
const FIELD = `${PREFIX}(?:api[-_]?keys?|(?:admin|master)[-_]key|horde[-_]?key|(?:hf|hub|auth|access|bearer|api)[-_]?token|gradio[-_](?:api[-_])?auth|[a-z\\d]{0,30}password|passwd|secret(?:[-_]key)?)`
const FLAG = `-hft|--(?:[a-z]{1,30}\\.)?token|--${FIELD}`
// an environment variable
const VARIABLE =
  '(?:(?:[A-Z\\d_]{1,200}_)?(?:(?:API|ACCESS|SECRET|MASTER|ADMIN)_KEYS?|(?:AUTH)?TOKEN|SECRET)|[A-Z\\d_]{0,200}PASSWORD)'

const FLAG_ARGUMENT = new RegExp(`^(?:${FLAG})$`, 'i')
const LIST_FLAG_ARGUMENT = new RegExp(`^--${PREFIX}api[-_]?keys?$`, 'i')
const ASSIGNMENT_ARGUMENT = new RegExp(`^((?:${FLAG}|${FIELD})=)[^]+$`, 'i')
const VARIABLE_ARGUMENT = new RegExp(`^(${VARIABLE}=)[^]+$`)

/**
 * `text` with every secret in it replaced by `***`: a command line, a log, an answer of an engine, the NUL-separated
 * text of /proc/PID/cmdline (whose NULs stay). Masking what is masked changes nothing.
 */
export function maskSecrets(text: string): string {
  return text.includes('\0') ? maskArguments(text.split('\0')).join('\0') : maskText(text)
}

/** The arguments of a command with every secret in them replaced by `***`; their number stays. */
export function maskArguments(argv: readonly string[]): readonly string[] {
  let expected: 'no value' | 'a value' | 'more values' = 'no value'
  let flag = ''
  return argv.map((argument) => {
    if (expected === 'a value' || (expected === 'more values' && !argument.startsWith('-'))) {
      // vLLM takes several keys after one --api-key, LMDeploy after --api-keys
      expected = LIST_FLAG_ARGUMENT.test(flag) ? 'more values' : 'no value'
      return argument === '' ? '' : MASK
    }
    flag = argument
    expected = FLAG_ARGUMENT.test(argument) ? 'a value' : 'no value'
    return maskArgument(argument)
  })
}

// an assignment goes to the end of its argument, blanks and all
function maskArgument(argument: string): string {
  const assigned = ASSIGNMENT_ARGUMENT.exec(argument) ?? VARIABLE_ARGUMENT.exec(argument)
  return assigned === null ? maskText(argument) : `${assigned[1] ?? ''}${MASK}`
}

const URL_PASSWORD = /\b([a-z][a-z\d+.-]{0,20}:\/\/[^\s:/@"'<>]{0,256}):[^\s/"'<>]{1,256}@/gi
// what a query says under such a name, whatever the rest of it is called
const URL_QUERY =
  /([?&][\w.-]{0,60}(?:token|key|secret|password|passwd|sig|signature)=)[^&\s"'#<>\\]{1,2048}/gi
const BEARER = /\b(Bearer\s{1,8}|Authorization:\s{0,8}Basic\s{1,8})[\w.~+/=-]+/gi
// the shapes of keys of Hugging Face, OpenAI and its likes, NVIDIA, GitHub; a word such as hf_transfer is none
const TOKEN =
  /(?<![\w./-])(?:(?:hf|gh[opsu])_(?:[A-Za-z\d]{16,}|(?=[A-Za-z]*\d)[A-Za-z\d]{8,})|(?:sk|nvapi)-(?:[\w-]{20,}|(?=[A-Za-z_-]*\d)[\w-]{8,}))/g

const FLAG_IN_TEXT = new RegExp(
  `(?<![\\w-])(?:${FLAG})(?:["']?\\s{0,8}[=:,]\\s{0,8}|["']?[ \\t]{1,64})(?!--\\w)`,
  'gi',
)
// the keys behind the first of a list, in a command line that is one text
const LIST_IN_TEXT = new RegExp(
  `((?<![\\w-])--${PREFIX}api[-_]?keys?[ \\t]{1,8}\\*{3})((?:[ \\t][^-\\s"'<\\\\][^\\s"'<\\\\]{0,256}){1,16})`,
  'gi',
)
const FIELD_IN_TEXT = new RegExp(`(?<![\\w-])${FIELD}\\\\?["']?\\s{0,8}[=:]\\s{0,8}`, 'gi')
const VARIABLE_IN_TEXT = new RegExp(`(?<!\\w)${VARIABLE}=`, 'g')

// none is longer, so that a bracket without its end costs no search to the end of the text
const QUOTED = /(\\["'])(?:(?!\1)[^\n]){0,4096}\1|"(?:[^"\\\n]|\\.){0,4096}"|'(?:[^'\\\n]|\\.){0,4096}'/y
const LIST = /\[[^\]\n]{0,4096}\]/y
const WORD = /\\?["']?[^\s"'<\\]+/y
const WORD_IN_FIELD = /\\?["']?[^\s"'<\\&,;)\]}]+/y
const NOTHING = /(?:null|none|true|false)\b/iy

function maskText(text: string): string {
  const withoutPasswords = text.replace(URL_PASSWORD, `$1:${MASK}@`)
  const withoutQueries = withoutPasswords.replace(URL_QUERY, `$1${MASK}`)
  const withoutFlags = maskValues(withoutQueries, FLAG_IN_TEXT, WORD).replace(LIST_IN_TEXT, maskList)
  const withoutFields = maskValues(withoutFlags, FIELD_IN_TEXT, WORD_IN_FIELD)
  const withoutVariables = maskValues(withoutFields, VARIABLE_IN_TEXT, WORD)
  return withoutVariables.replace(BEARER, `$1${MASK}`).replace(TOKEN, MASK)
}

function maskList(_: string, flag: string, more: string): string {
  return flag + more.replace(/[^ \t]+/g, MASK)
}

// Masks the value after each `key`: quoted, a list, or a word. Quotes and brackets stay, so that JSON remains JSON.
function maskValues(text: string, key: RegExp, word: RegExp): string {
  const parts: string[] = []
  let from = 0
  key.lastIndex = 0
  while (key.exec(text) !== null) {
    const start = key.lastIndex
    const value = matchAt(NOTHING, text, start) === '' ? valueAt(text, start, word) : ''
    if (value === '') continue
    const opening = /^\[?(?:\\?["'])?/.exec(value)?.[0] ?? ''
    const end = start + value.length
    parts.push(text.slice(from, start), opening, MASK, closingOf(value, opening))
    from = end
    key.lastIndex = end
  }
  return parts.join('') + text.slice(from)
}

function valueAt(text: string, start: number, word: RegExp): string {
  return matchAt(QUOTED, text, start) || matchAt(LIST, text, start) || matchAt(word, text, start)
}

function matchAt(pattern: RegExp, text: string, start: number): string {
  pattern.lastIndex = start
  return pattern.exec(text)?.[0] ?? ''
}

// the quote and bracket that close what `opening` opened
function closingOf(value: string, opening: string): string {
  return opening === '' ? '' : (/(?:\\?["'])?\]?$/.exec(value)?.[0] ?? '')
}
