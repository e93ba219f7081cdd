import { expect, test } from 'vitest'
import { fit } from '../support/fit.ts'

test("an option of fit among those of the engine's command is said, not silently left out", async () => {
  const { stdout } = await fit(['--', 'llama-server', '-m', 'Qwen3-8B-Q4_K_M.gguf', '--gpu=24GiB'])
  expect(stdout).toContain(
    "'--gpu' is the engine's, because it stands behind '--'; options of llmtop go before it",
  )
})
