import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

const PURE = ['core', 'model', 'parse', 'estimate', 'engines', 'analyse', 'view']

export default defineConfig(
  { ignores: ['dist', 'node_modules', 'coverage', '**/*.built.js'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // taking a field out of an object leaves its name unused
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ExportDefaultDeclaration',
          message: 'named exports only: a thing has one name everywhere',
        },
      ],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-depth': ['error', 3],
      // one `switch` counts as one: a complete list of cases is not complicated
      complexity: ['error', { max: 10, variant: 'modified' }],
    },
  },
  {
    files: PURE.map((folder) => `src/${folder}/**/*.ts`),
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['node:*'], message: 'this folder is pure' }] },
      ],
      'no-restricted-globals': [
        'error',
        'process',
        'console',
        'fetch',
        'setTimeout',
        'setInterval',
        'setImmediate',
        'performance',
        'Buffer',
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'time is data: it comes with the sample' },
        { object: 'Math', property: 'random', message: 'the fold is deterministic' },
      ],
    },
  },
  { files: ['test/**/*.ts'], rules: { complexity: 'off', 'max-lines': ['error', 400] } },
)
