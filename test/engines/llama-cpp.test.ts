import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { known, missing, valueOr } from '../../src/core/reading.ts'
import { reducePage } from '../../src/parse/engine-pages/reduce-page.ts'
import { askedPages, claimOn, reportOf, wanted, type Said } from '../support/engine-answers.ts'

const AT = 'http/127.0.0.1:8080'
const PROPS = JSON.stringify({
  total_slots: 2,
  default_generation_settings: { n_ctx: 1024 },
  model_path: '/models/M-Q4_K_M.gguf',
  model_ftype: 'Q4_K - Medium',
  is_sleeping: false,
})
const SERVER = 'llama-server -m /models/M-Q4_K_M.gguf -np 2 -c 2048 -ctk q8_0'

interface SlotFields {
  readonly tokens?: number
  readonly isBusy?: boolean
  readonly task?: number
  readonly decoded?: number
}

function slots(...fields: readonly SlotFields[]): string {
  return JSON.stringify(
    fields.map(({ tokens, isBusy = false, task, decoded }, id) => ({
      id,
      n_ctx: 1024,
      is_processing: isBusy,
      ...(tokens === undefined ? {} : { n_prompt_tokens: tokens }),
      ...(task === undefined ? {} : { id_task: task }),
      ...(decoded === undefined ? {} : { next_token: [{ n_decoded: decoded }] }),
    })),
  )
}

function report(command: string, pages: Readonly<Record<string, Said>>): ReturnType<typeof reportOf> {
  return reportOf(
    claimOn([command]),
    Object.fromEntries(Object.entries(pages).map(([path, page]) => [`${AT}${path}`, page])),
  )
}

describe('llama-server is asked', () => {
  const environ = 'file//proc/4242/environ once'
  const head = 'head//models/M-Q4_K_M.gguf once'

  test('for its slots only when it has said that it is awake', () => {
    const claim = claimOn([SERVER])
    const asleep = PROPS.replace('"is_sleeping":false', '"is_sleeping":true')
    const awake = [environ, `${AT}/props 2000`, `${AT}/v1/models once`, `${AT}/slots 2000`, head]
    expect(wanted(claim)).toEqual([environ, `${AT}/props 2000`, head])
    expect(wanted(claim, { [`${AT}/props`]: asleep })).toEqual([environ, `${AT}/props 2000`, head])
    expect(wanted(claim, { [`${AT}/props`]: '<html>' })).toEqual([environ, `${AT}/props 2000`, head])
    expect(wanted(claim, { [`${AT}/props`]: PROPS })).toEqual(awake)
  })

  test('not for slots that it does not show', () => {
    const props = JSON.stringify({ default_generation_settings: {}, endpoint_slots: false })
    expect(wanted(claimOn([SERVER]), { [`${AT}/props`]: props })).not.toContain(`${AT}/slots 2000`)
  })

  test('where its environment says that it listens', () => {
    const said = { 'env/4242': 'LLAMA_ARG_PORT=9001\nLLAMA_ARG_HOST=0.0.0.0\n' }
    expect(wanted(claimOn(['/app/llama-server']), said)[1]).toBe('http/127.0.0.1:9001/props 2000')
  })

  test.each([
    'llama-server -m a.gguf --api-key ***',
    'llama-cli -m a.gguf',
    'python -m llama_cpp.server --model a.gguf',
  ])('no page: %s', (command) => {
    expect(askedPages(claimOn([command]))).toEqual([])
  })
})

describe('the KV cache of llama-server', () => {
  const busy = slots({ tokens: 300, isBusy: true, task: 1 }, { tokens: 100, task: 0 })

  test('is used by the slots that work; what an idle slot keeps is reusable', () => {
    expect(report(SERVER, { '/props': PROPS, '/slots': busy }).kv).toMatchObject({
      growth: known('preallocated', 'declared'),
      usedTokens: known(300, 'derived'),
      reusableTokens: known(100, 'derived'),
      usedRatio: known(300 / 2048, 'derived'),
    })
  })

  test.each([
    ['each slot has a part of its own when their number was stated', SERVER, 2, 2048],
    ['all slots share one pool when told so', `${SERVER} -kvu`, 2, 1024],
    ['four slots that nobody asked for share one pool', 'llama-server -m /models/M-Q4_K_M.gguf', 4, 1024],
    ['one slot has it all', 'llama-server -m /models/M-Q4_K_M.gguf', 1, 1024],
  ])('has the right size: %s', (_, command, count, capacity) => {
    const pages = {
      '/props': PROPS.replace('"total_slots":2', `"total_slots":${count}`),
      '/slots': slots(...Array.from({ length: count }, () => ({}))),
    }
    expect(valueOr(report(command, pages).kv.capacityTokens, 0)).toBe(capacity)
    expect(report(command, pages).kv.usedTokens).toEqual(known(0))
    expect(report(command, pages).state).toBe('idle')
  })

  test('of a version that does not count its tokens is not guessed', () => {
    const old = '[{"id":0,"id_task":4,"n_ctx":1024,"is_processing":true,"next_token":{"n_decoded":5}}]'
    expect(report(SERVER, { '/props': PROPS, '/slots': old }).kv.usedTokens).toEqual(
      missing('not-supported', 'this version does not say how many tokens a slot holds'),
    )
  })

  test('is not used while it sleeps, and nobody asks what would wake it', () => {
    const asleep = PROPS.replace('"is_sleeping":false', '"is_sleeping":true')
    const sleeping = report(SERVER, { '/props': asleep, '/slots': busy })
    expect(sleeping.state).toBe('sleeping')
    expect(sleeping.kv.usedTokens).toEqual(missing('not-reported', 'it sleeps'))
  })

  test.each([
    ['while it loads', { status: 503, text: '{"error":{"message":"Loading model"}}' }, 'loading'],
    ['when something else answers', 'not JSON', 'serving'],
    ['when another model answers', PROPS.replace('/models/M-', '/models/Other-'), 'serving'],
  ] as const)('is not known %s', (_, props, state) => {
    const seen = report(SERVER, { '/props': props, '/slots': busy })
    expect([seen.state, seen.kv.usedTokens.kind]).toEqual([state, 'missing'])
  })
})

describe('of llama-server', () => {
  test('tokens are counted by slot and task', () => {
    const text = slots(
      { tokens: 9, isBusy: true, task: 7, decoded: 5 },
      { tokens: 4, task: 3, decoded: 2 },
      {},
    )
    expect(
      valueOr(report(SERVER, { '/props': PROPS, '/slots': text }).counted, undefined)?.generated,
    ).toEqual(
      new Map([
        ['0/7', 5],
        ['1/3', 2],
      ]),
    )
  })

  test('model and settings come from the command line and its pages', () => {
    const seen = report(SERVER, {
      '/props': PROPS,
      '/v1/models': '{"data":[{"meta":{"n_params":8030261248,"size":4920000000}}]}',
    })
    expect(seen.model).toEqual({
      name: known('M-Q4_K_M.gguf', 'declared'),
      source: known('argv', 'declared'),
      quantization: known('Q4_K_M'),
      parameters: known(8_030_261_248),
    })
    expect(seen.config).toMatchObject({
      contextTokens: known(2048, 'declared'),
      parallel: known(2, 'declared'),
      kvTypeK: known('q8_0', 'declared'),
      kvTypeV: known('f16', 'declared'),
      origins: { contextTokens: 'argv', kvTypeK: 'argv', kvTypeV: 'default' },
      flags: { contextTokens: '-c', parallel: '-np', kvTypeK: '-ctk', kvTypeV: '-ctv', gpuLayers: '-ngl' },
    })
  })

  test('a model that only the server names comes from its pages', () => {
    const seen = report('/app/llama-server', { '/props': PROPS })
    expect([seen.model.name, seen.model.source]).toEqual([known('M-Q4_K_M.gguf'), known('api')])
  })

  test('neither prompts nor answers are kept of its slots', () => {
    const page =
      '[{"id":0,"prompt":"secret","generated":"secret","is_processing":true,"params":{"stop":["secret"]}}]'
    expect(reducePage(page)).toBe('[{"id":0,"is_processing":true}]')
  })
})

const LIVE = `${process.env['LLMTOP_CORPUS'] ?? ''}/llama-server-live`
const title = existsSync(LIVE) ? 'a recorded server' : 'a recorded server: skipped, LLMTOP_CORPUS is not set'

describe.skipIf(!existsSync(LIVE))(title, () => {
  test('fills slot by slot, as its pages say', () => {
    const props = reducePage(readFileSync(`${LIVE}/props.json`, 'utf8'))
    const lines = readFileSync(`${LIVE}/slots.ndjson`, 'utf8').trim().split('\n')
    const used = lines.map((line) => {
      const page = JSON.stringify((JSON.parse(line) as { slots: unknown }).slots)
      return report('llama-server -m gguf/big-kv.gguf -np 2', { '/props': props, '/slots': reducePage(page) })
        .kv
    })
    expect(used[0]?.usedTokens).toEqual(known(0))
    expect(used[1]?.usedTokens).toEqual(known(96, 'derived'))
    expect(used[2]?.usedTokens).toEqual(known(171, 'derived'))
    expect(used.every(({ capacityTokens }) => valueOr(capacityTokens, 0) === 2048)).toBe(true)
  })
})
