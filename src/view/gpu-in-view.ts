import type { GpuState } from '../model/frame.ts'
import { selectedRow } from './cursor.ts'
import type { Scene } from './panel.ts'
import { cursorOf } from './ui-state.ts'
import { topView } from './views.ts'

/** The GPU that is open alone, or the one under the cursor of the list of GPUs. */
export function gpuInView(scene: Scene): GpuState | undefined {
  const { gpus } = scene.frame
  const view = topView(scene.ui.views)
  if (view.kind === 'gpu') return gpus.find(({ uuid }) => uuid === view.uuid)
  return gpus[
    selectedRow(
      cursorOf(scene.ui),
      gpus.map(({ uuid }) => uuid),
    )
  ]
}
