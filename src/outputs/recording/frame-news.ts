import type { Frame } from '../../model/frame.ts'
import type { Death } from '../../model/incident.ts'
import { reaches, type Risk, type RiskLevel } from '../../model/risk.ts'

/** What a frame has that the one of its host before it had not. */
export interface FrameNews {
  /** Risks that are now at the level asked for, and were not before. */
  readonly raised: readonly Risk[]
  readonly deaths: readonly Death[]
}

/** Compares each frame with the one of its host before it. */
export function frameNews(level: RiskLevel): (frame: Frame) => FrameNews {
  const hosts = new Map<
    string,
    { readonly risks: ReadonlySet<string>; readonly deaths: ReadonlySet<string> }
  >()
  return (frame) => {
    const before = hosts.get(frame.host)
    const risks = frame.risks.filter((risk) => reaches(risk.level, level))
    hosts.set(frame.host, {
      risks: new Set(risks.map(({ id }) => id)),
      deaths: new Set(frame.deaths.map(deathKey)),
    })
    return {
      raised: risks.filter(({ id }) => before?.risks.has(id) !== true),
      deaths: frame.deaths.filter((death) => before?.deaths.has(deathKey(death)) !== true),
    }
  }
}

function deathKey({ workload, atElapsedMs }: Death): string {
  return `${workload} ${atElapsedMs}`
}
