import type { PanelId } from './panel.ts'
import type { View } from './views.ts'

/** The panel of a view in which the cursor moves, and the lines above its first row. */
export function listOf(
  view: View['kind'],
): { readonly panel: PanelId; readonly headRows: number } | undefined {
  switch (view) {
    case 'overview':
      return { panel: 'processes', headRows: 1 }
    case 'gpus':
      return { panel: 'gpu-list', headRows: 0 }
    case 'gpu':
      return { panel: 'gpu-processes', headRows: 1 }
    case 'host':
      return { panel: 'host-processes', headRows: 1 }
    case 'warnings':
    case 'fleet-warnings':
      return { panel: 'warning-list', headRows: 0 }
    case 'fleet':
      return { panel: 'fleet', headRows: 1 }
    case 'workload':
    case 'warning':
    case 'help':
      return undefined
  }
}
