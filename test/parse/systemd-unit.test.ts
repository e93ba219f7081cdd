import { expect, test } from 'vitest'
import { parseSystemdUnit } from '../../src/parse/systemd-unit.ts'

test.each([
  ['0::/system.slice/ollama.service\n', '_SYSTEMD_UNIT', 'ollama.service'],
  ['0::/system.slice/system-vllm.slice/vllm@llama-8b.service\n', '_SYSTEMD_UNIT', 'vllm@llama-8b.service'],
  ['4:memory:/x\n1:name=systemd:/system.slice/llama.service\n0::/\n', '_SYSTEMD_UNIT', 'llama.service'],
  [
    '0::/user.slice/user-1000.slice/user@1000.service/app.slice/llama.service\n',
    '_SYSTEMD_USER_UNIT',
    'llama.service',
  ],
])('%j belongs to a service', (cgroup, field, name) => {
  expect(parseSystemdUnit(cgroup)).toEqual({ field, name })
})

test.each([
  '',
  '0::/\n',
  '0::/user.slice/user-1000.slice/session-3.scope\n',
  '0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-terminal.scope\n',
  '0::/system.slice/docker-0123.scope\n',
  '0::/system.slice/a b.service\n',
])('%j belongs to none', (cgroup) => {
  expect(parseSystemdUnit(cgroup)).toBeUndefined()
})
