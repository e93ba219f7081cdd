import { mkdir, writeFile } from 'node:fs/promises'
import { pictureFile, SHOTS, takePicture } from '../support/pictures.ts'

// Writes docs/pictures/*.svg anew.
await mkdir(new URL('../../docs/pictures/', import.meta.url), { recursive: true })
for (const shot of SHOTS) {
  await writeFile(pictureFile(shot), await takePicture(shot))
  console.log(`docs/pictures/${shot.name}.svg`)
}
