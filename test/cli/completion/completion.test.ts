import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { llmtop } from '../../support/llmtop.ts'
import { startInPty } from '../../support/pty.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

// The scripts in the shells that they are for; a shell that is not here is skipped by name.

const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url))

/** With the program on the path, and the configuration of its home. */
function variablesOf(folder: string): Readonly<Record<string, string>> {
  return {
    HOME: folder,
    XDG_CONFIG_HOME: join(folder, '.config'),
    PATH: `${folder}:${process.env['PATH'] ?? ''}`,
  }
}

const SLOW = { timeout: 60_000 }

async function home(shell: string): Promise<{ readonly folder: string; readonly script: string }> {
  const folder = temporaryFolder()
  mkdirSync(join(folder, '.ssh'))
  writeFileSync(join(folder, '.ssh/config'), 'Host node7 *.lab\n')
  writeFileSync(
    join(folder, '.ssh/known_hosts'),
    'gpu-01,10.0.0.1 ssh-ed25519 AAAA\n|1|hashed ssh-rsa AAAA\n',
  )
  writeFileSync(join(folder, 'night.ndjson'), '')
  mkdirSync(join(folder, '.config/llmtop'), { recursive: true })
  writeFileSync(
    join(folder, '.config/llmtop/config.toml'),
    '[groups]\nlab = ["gpu-01"]\nrack-2 = ["node7"]\n',
  )
  writeFileSync(join(folder, 'llmtop'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`, {
    mode: 0o755,
  })
  const script = join(folder, 'script')
  writeFileSync(script, (await llmtop(['completion', shell])).stdout + '\n')
  return { folder, script }
}

function isHere(shell: string): boolean {
  return ['/bin', '/usr/bin', '/usr/local/bin'].some((folder) => existsSync(join(folder, shell)))
}

const CASES: readonly (readonly [line: string, words: readonly string[]])[] = [
  ['llmtop re', ['record', 'replay']],
  ['llmtop config ', ['init', 'path', 'print']],
  ['llmtop completion ', ['bash', 'fish', 'zsh']],
  ['llmtop --theme ', ['contrast', 'dark', 'light', 'mono', 'safe']],
  ['llmtop ssh ', ['gpu-01', 'node7']],
  ['llmtop doctor ssh no', ['node7']],
  ['llmtop ssh @', ['@lab', '@rack-2']],
  ['llmtop doctor ssh @r', ['@rack-2']],
  ['llmtop fit CodeLlama-', ['CodeLlama-13B', 'CodeLlama-34B', 'CodeLlama-7B']],
  ['llmtop fit --engine t', ['tensorrt-llm', 'tgi', 'transformers']],
  ['llmtop demo --sp', ['--speed']],
  ['llmtop replay ni', ['night.ndjson']],
  ['llmtop once --fail-on w', ['warn', 'watch']],
]

test('bash completes what can stand there', SLOW, async (context) => {
  context.skip(!isHere('bash'), 'skipped: there is no bash')
  const { folder, script } = await home('bash')
  for (const [line, words] of CASES) {
    const typed = line.split(' ').map((word) => `'${word}'`)
    const { stdout } = await execa(
      'bash',
      // compopt works within a completion alone
      [
        '-c',
        `source "${script}"; compopt() { :; }; COMP_WORDBREAKS=' ='; COMP_LINE='${line}' COMP_POINT=${line.length}; COMP_WORDS=(${typed.join(' ')}); COMP_CWORD=${typed.length - 1}; _llmtop; printf '%s\\n' "\${COMPREPLY[@]}"`,
      ],
      { cwd: folder, env: variablesOf(folder) },
    )
    expect([line, stdout.split('\n').sort()]).toEqual([line, words])
  }
})

test.each([
  ['llmtop config pr', 'llmtop config print X'],
  ['llmtop ssh @la', 'llmtop ssh @lab X'],
  ['llmtop ssh root@no', 'llmtop ssh root@node7 X'],
])('bash completes %s on Tab', SLOW, async (typed, line) => {
  expect(isHere('bash')).toBe(true)
  const { folder, script } = await home('bash')
  const variables = { ...variablesOf(folder), PS1: '$ ' }
  const pty = startInPty(['--norc', '-i'], { program: 'bash', variables })
  pty.type(`source ${script}\n${typed}\tX`)
  await expect.poll(() => pty.screen().join('\n'), { timeout: 15_000 }).toContain(line)
  pty.kill('SIGKILL')
  await pty.exited
})

test('fish completes what can stand there', SLOW, async (context) => {
  context.skip(!isHere('fish'), 'skipped: there is no fish')
  const { folder, script } = await home('fish')
  for (const [line, words] of CASES) {
    const { stdout } = await execa('fish', ['--no-config', '-c', `source ${script}; complete -C '${line}'`], {
      cwd: folder,
      env: variablesOf(folder),
    })
    const names = stdout.split('\n').map((one) => one.split('\t')[0])
    expect([line, names.sort()]).toEqual([line, words])
  }
})

// skipped where there is no zsh
test.skipIf(!isHere('zsh')).each([
  ['llmtop rep', 'llmtop replay X'],
  ['llmtop config pr', 'llmtop config print X'],
  ['llmtop --theme=li', 'llmtop --theme=light X'],
  ['llmtop doctor ssh no', 'llmtop doctor ssh node7 X'],
  ['llmtop ssh @la', 'llmtop ssh @lab X'],
  ['llmtop fit CodeLlama-34', 'llmtop fit CodeLlama-34B X'],
  ['llmtop replay ni', 'llmtop replay night.ndjson X'],
])('zsh completes %s on Tab', SLOW, async (typed, line) => {
  const { folder, script } = await home('zsh')
  const pty = startInPty(['-f', '-i'], { program: 'zsh', variables: { ...variablesOf(folder), PS1: '% ' } })
  pty.type(`cd ${folder}; autoload -U compinit; compinit -D -u; source ${script}; print ready-$((1))\n`)
  await expect.poll(() => pty.screen().join('\n'), { timeout: 15_000 }).toContain('ready-1')
  pty.type(`${typed}\tX`)
  await expect.poll(() => pty.screen().join('\n'), { timeout: 15_000 }).toContain(line)
  pty.kill('SIGKILL')
  await pty.exited
})
