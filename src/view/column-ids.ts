/** The columns of the table, from left to right. */
export const COLUMN_IDS = [
  'pid',
  'user',
  'gpu',
  'type',
  'engine',
  'model',
  'vram',
  'weights',
  'kv',
  'context',
  'requests',
  'tokens',
  'per-min',
  'full-in',
  'idle',
  'risk',
  'cpu',
  'resident',
  'command',
] as const
export type ColumnId = (typeof COLUMN_IDS)[number]
