import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { pictureFile, SHOTS, takePicture } from '../../support/pictures.ts'

test.each(SHOTS)('the picture $name in docs/pictures is the screen as it is', async (shot) => {
  expect(await takePicture(shot), "run 'npm run pictures'").toBe(await readFile(pictureFile(shot), 'utf8'))
})
