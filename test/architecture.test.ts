import { readdirSync, readFileSync } from 'node:fs'
import { dirname, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'

// The import table of ARCHITECTURE.md, executed: a folder may import what stands here, and nothing else.
interface Rule {
  readonly folders: readonly string[]
  readonly packages: readonly string[]
  /** Text in, value out: nothing of Node. */
  readonly pure: boolean
}

const BELOW_CLI = [
  'core',
  'model',
  'parse',
  'estimate',
  'engines',
  'analyse',
  'view',
  'transport',
  'sources',
  'outputs',
  'config',
]

const TABLE: Readonly<Record<string, Rule>> = {
  core: pure(),
  model: pure('core'),
  parse: { ...pure('core', 'model'), packages: ['fast-xml-parser'] },
  estimate: pure('core', 'model'),
  engines: pure('core', 'model', 'parse', 'estimate'),
  analyse: pure('core', 'model', 'parse', 'estimate', 'engines'),
  view: pure('core', 'model'),
  transport: { folders: ['core', 'model', 'parse'], packages: ['execa'], pure: false },
  sources: { folders: ['core', 'model', 'parse', 'transport'], packages: ['execa'], pure: false },
  outputs: { folders: ['core', 'model', 'view'], packages: [], pure: false },
  'outputs/terminal': {
    folders: ['core', 'model', 'view', 'outputs'],
    packages: ['blessed', 'blessed-contrib'],
    pure: false,
  },
  config: { folders: ['core', 'model', 'view'], packages: ['smol-toml'], pure: false },
  runtime: { folders: BELOW_CLI, packages: [], pure: false },
  cli: { folders: [...BELOW_CLI, 'outputs/terminal', 'runtime'], packages: ['commander'], pure: false },
  'main.ts': { folders: ['core', 'config', 'runtime', 'cli'], packages: ['commander'], pure: false },
}

function pure(...folders: readonly string[]): Rule {
  return { folders, packages: [], pure: true }
}

type Sources = ReadonlyMap<string, string>

describe('the architecture', () => {
  const sources = readSources()

  test('every import of src is one that the table allows', () => {
    expect(sources.size).toBeGreaterThan(100)
    expect(forbiddenImports(sources)).toEqual([])
  })

  test('no file of src imports itself through others', () => {
    expect(cycles(sources)).toEqual([])
  })

  // `llmtop --help` and a typing error are answered at once
  test('what reads, judges and draws is loaded by the command that needs it, not by the command line', () => {
    const folders = new Set([...loadedBy('main.ts', sources)].map(folderOf))
    const late = ['analyse', 'engines', 'sources', 'outputs', 'outputs/terminal']
    expect(late.filter((folder) => folders.has(folder))).toEqual([])
  })

  test('everything in src is exported by name', () => {
    expect(defaultExports(sources)).toEqual([])
  })
})

describe('the guard itself', () => {
  test.each([
    ['core/a.ts', "import { x } from '../model/b.ts'", "core/a.ts imports 'model'"],
    ['view/a.ts', "export * from '../analyse/b.ts'", "view/a.ts imports 'analyse'"],
    ['outputs/a.ts', "const b = await import('./terminal/b.ts')", "outputs/a.ts imports 'outputs/terminal'"],
    ['engines/a.ts', "import type { Part } from '../sources/b.ts'", "engines/a.ts imports 'sources'"],
    ['parse/a.ts', "import { open } from 'node:fs'", "parse/a.ts imports 'node:fs'"],
    ['analyse/a.ts', "import ts from 'typescript'", "analyse/a.ts imports 'typescript'"],
    ['sources/a.ts', "import blessed from 'blessed/lib/widgets/box.js'", "sources/a.ts imports 'blessed'"],
    ['invented/a.ts', 'export const x = 1', 'invented/a.ts stands in no folder of the table'],
    ['core/a.ts', "import { x } from './b.js'", "core/a.ts imports './b.js', which is no .ts file of src"],
  ])('%s with %s is refused', (path, text, violation) => {
    expect(forbiddenImports(new Map([[path, text]]))).toEqual([violation])
  })

  test('a cycle of three files is found', () => {
    const ring = new Map([
      ['core/a.ts', "import './b.ts'"],
      ['core/b.ts', "import './c.ts'"],
      ['core/c.ts', "import './a.ts'"],
    ])
    expect(cycles(ring)).toEqual(['core/a.ts → core/b.ts → core/c.ts → core/a.ts'])
  })

  test('what is loaded at once is told from types and from what is loaded later', () => {
    const sources = new Map([
      [
        'main.ts',
        "import './b.ts'\nimport type { T } from './t.ts'\nexport const c = () => import('./c.ts')",
      ],
      ['b.ts', "export { d } from './d.ts'\nexport type { T } from './t.ts'"],
      ['d.ts', "import { type T } from './e.ts'"],
      ...['c.ts', 'e.ts', 't.ts'].map((path) => [path, ''] as const),
    ])
    expect([...loadedBy('main.ts', sources)]).toEqual(['main.ts', 'b.ts', 'd.ts', 'e.ts'])
  })

  test.each(['export default function f() {}', 'const f = 1\nexport { f as default }'])(
    'a default export is found: %s',
    (text) => {
      expect(defaultExports(new Map([['core/a.ts', text]]))).toEqual(['core/a.ts'])
    },
  )
})

function readSources(): Sources {
  const root = fileURLToPath(new URL('../src', import.meta.url))
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  )
  return new Map(paths.sort().map((path) => [path, readFileSync(`${root}/${path}`, 'utf8')]))
}

function forbiddenImports(sources: Sources): readonly string[] {
  return [...sources].flatMap(([path, text]) => {
    const rule = TABLE[folderOf(path)]
    if (rule === undefined) return [`${path} stands in no folder of the table`]
    return importsOf(text).flatMap((target) => {
      const because = objectionTo(path, target, rule)
      return because === undefined ? [] : [`${path} imports ${because}`]
    })
  })
}

function objectionTo(path: string, target: string, rule: Rule): string | undefined {
  if (target.startsWith('.')) {
    if (!target.endsWith('.ts')) return `'${target}', which is no .ts file of src`
    const folder = folderOf(resolved(path, target))
    return folder === folderOf(path) || rule.folders.includes(folder) ? undefined : `'${folder}'`
  }
  if (target.startsWith('node:')) return rule.pure ? `'${target}'` : undefined
  const [name = ''] = target.split('/')
  return rule.packages.includes(name) ? undefined : `'${name}'`
}

function cycles(sources: Sources): readonly string[] {
  const found: string[] = []
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      found.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
      return
    }
    if (done.has(path)) return
    for (const target of importsOf(sources.get(path) ?? '')) {
      if (target.startsWith('.')) visit(resolved(path, target), [...trail, path])
    }
    done.add(path)
  }
  for (const path of sources.keys()) visit(path, [])
  return found
}

function defaultExports(sources: Sources): readonly string[] {
  const pattern = /^export default\b|^export \{[^}]*\bas default\b/m
  return [...sources].filter(([, text]) => pattern.test(text)).map(([path]) => path)
}

/** Every module that a file names: static, dynamic, re-exported and type imports. */
function importsOf(text: string): readonly string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName)
}

/** The file and all that Node loads with it, before a line of it runs. */
function loadedBy(path: string, sources: Sources, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(path)) return found
  found.add(path)
  for (const target of ts
    .createSourceFile(path, sources.get(path) ?? '', ts.ScriptTarget.ESNext)
    .statements.flatMap(loads))
    if (target.startsWith('.')) loadedBy(resolved(path, target), sources, found)
  return found
}

function loads(statement: ts.Statement): readonly string[] {
  const isOfTypes =
    (ts.isImportDeclaration(statement) &&
      statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) ||
    (ts.isExportDeclaration(statement) && statement.isTypeOnly)
  if (isOfTypes || !(ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement))) return []
  const { moduleSpecifier: target } = statement
  return target !== undefined && ts.isStringLiteral(target) ? [target.text] : []
}

function resolved(from: string, target: string): string {
  return posix.join(dirname(from), target)
}

/** `outputs/terminal` is a folder of its own; everything else goes by its first step. */
function folderOf(path: string): string {
  return path.startsWith('outputs/terminal/') ? 'outputs/terminal' : (path.split('/')[0] ?? path)
}
