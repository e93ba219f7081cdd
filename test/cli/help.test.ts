import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { programHere } from '../support/program.ts'

const COMMANDS: readonly (readonly [string, Command])[] = tree(programHere('1.2.3'), 'llmtop')

test.each(COMMANDS)('the help of %s fits 80 columns, and shows an example', (name, command) => {
  const help = helpOf(command)
  expect(help.split('\n').filter((line) => line.length > 80)).toEqual([])
  expect(help).toContain(`Usage: ${name}`)
  expect(help).toMatch(/^Examples?:\n {2}\S/m)
})

test.each(COMMANDS)('every option of %s says what it is for', (_, command) => {
  const silent = command.options.filter(({ description }) => description === '')
  expect(silent.map(({ flags }) => flags)).toEqual([])
})

function tree(command: Command, name: string): readonly (readonly [string, Command])[] {
  const below = command.commands.flatMap((one) => tree(one, `${name} ${one.name()}`))
  return [[name, command], ...below]
}

function helpOf(command: Command): string {
  let help = ''
  command.configureOutput({
    writeOut: (text) => {
      help += text
    },
  })
  command.outputHelp()
  return help
}
