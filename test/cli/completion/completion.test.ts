import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { llmtop } from '../../support/llmtop.ts'
import { startInPty } from '../../support/pty.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

// The scripts in the shells that they are for; a shell that is not here is skipped by name.

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
  ['llmtop fit CodeLlama-', ['CodeLlama-13B', 'CodeLlama-34B', 'CodeLlama-7B']],
  ['llmtop fit --engine t', ['tgi', 'transformers']],
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
        `source "${script}"; compopt() { :; }; COMP_WORDS=(${typed.join(' ')}); COMP_CWORD=${typed.length - 1}; _llmtop; printf '%s\\n' "\${COMPREPLY[@]}"`,
      ],
      { cwd: folder, env: { HOME: folder } },
    )
    expect([line, stdout.split('\n').sort()]).toEqual([line, words])
  }
})

test('bash completes on Tab', SLOW, async (context) => {
  context.skip(!isHere('bash'), 'skipped: there is no bash')
  const { folder, script } = await home('bash')
  const pty = startInPty(['--norc', '-i'], { program: 'bash', variables: { HOME: folder, PS1: '$ ' } })
  pty.type(`source ${script}\nllmtop config pr\tX`)
  await expect.poll(() => pty.screen().join('\n'), { timeout: 15_000 }).toContain('llmtop config print X')
  pty.kill('SIGKILL')
  await pty.exited
})

test('fish completes what can stand there', SLOW, async (context) => {
  context.skip(!isHere('fish'), 'skipped: there is no fish')
  const { folder, script } = await home('fish')
  for (const [line, words] of CASES) {
    const { stdout } = await execa('fish', ['--no-config', '-c', `source ${script}; complete -C '${line}'`], {
      cwd: folder,
      env: { HOME: folder },
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
  ['llmtop fit CodeLlama-34', 'llmtop fit CodeLlama-34B X'],
  ['llmtop replay ni', 'llmtop replay night.ndjson X'],
])('zsh completes %s on Tab', SLOW, async (typed, line) => {
  const { folder, script } = await home('zsh')
  const pty = startInPty(['-f', '-i'], { program: 'zsh', variables: { HOME: folder, PS1: '% ' } })
  pty.type(`cd ${folder}; autoload -U compinit; compinit -D -u; source ${script}; print ready-$((1))\n`)
  await expect.poll(() => pty.screen().join('\n'), { timeout: 15_000 }).toContain('ready-1')
  pty.type(`${typed}\tX`)
  await expect.poll(() => pty.screen().join('\n'), { timeout: 15_000 }).toContain(line)
  pty.kill('SIGKILL')
  await pty.exited
})
