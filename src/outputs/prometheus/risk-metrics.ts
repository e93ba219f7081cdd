import type { Frame } from '../../model/frame.ts'
import { RISK_LEVELS, type Risk } from '../../model/risk.ts'
import { identity } from './gpu-metrics.ts'
import type { Metric, Series } from './metric.ts'
import { NAME_LABELS, nameOf } from './workload-metrics.ts'

/** The judgement: the same warnings as the screen, at the same moment. */
export const RISK_METRICS: readonly Metric[] = [
  {
    name: 'llmtop_oom_risk',
    type: 'gauge',
    help: 'Whether memory of the GPU is at risk, by level: 1 while a warning of that level stands.',
    group: 'Risk',
    labels: ['gpu', 'uuid', 'level'],
    merge: 'max',
    series: (frame) =>
      frame.gpus.flatMap((gpu) =>
        RISK_LEVELS.map((level) => ({
          labels: [...identity(gpu), level],
          value: frame.risks.some(
            (risk) => isOom(risk) && risk.level === level && risk.gpus.includes(gpu.uuid),
          )
            ? 1
            : 0,
        })),
      ),
  },
  {
    name: 'llmtop_oom_eta_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Seconds until memory of the GPU runs out, if it goes on so; absent without such a trend.',
    group: 'Risk',
    labels: ['gpu', 'uuid'],
    merge: 'min',
    series: (frame) => frame.risks.filter(isOom).flatMap((risk) => etaOnGpus(frame, risk)),
  },
  {
    name: 'llmtop_risk',
    type: 'gauge',
    help: 'A warning that stands now: 1 for each class, level and cause.',
    group: 'Risk',
    labels: ['class', 'level', 'gpu', 'uuid', ...NAME_LABELS],
    merge: 'max',
    series: (frame) =>
      frame.risks.map((risk) => ({
        labels: [risk.class, risk.level, ...hottest(frame, risk), ...cause(frame, risk)],
        value: 1,
      })),
  },
  {
    name: 'llmtop_risk_eta_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Seconds until what a warning foresees; absent where no time can be given.',
    group: 'Risk',
    labels: ['class', 'gpu', 'uuid', ...NAME_LABELS],
    merge: 'min',
    series: (frame) =>
      frame.risks.flatMap((risk) =>
        risk.eta === undefined
          ? []
          : [
              {
                labels: [risk.class, ...hottest(frame, risk), ...cause(frame, risk)],
                value: risk.eta.seconds,
              },
            ],
      ),
  },
  {
    name: 'llmtop_recent_deaths',
    type: 'gauge',
    help: 'Workloads that died within the last half hour, by what most likely killed them.',
    group: 'Risk',
    labels: ['engine', 'cause'],
    merge: 'sum',
    series: ({ deaths }) => deaths.map(({ engine, cause }) => ({ labels: [engine, cause], value: 1 })),
  },
]

function isOom({ class: riskClass }: Risk): boolean {
  return riskClass === 'cuda-oom' || riskClass === 'unified-oom' || riskClass === 'will-not-fit'
}

function etaOnGpus({ gpus }: Frame, { eta, gpus: uuids }: Risk): readonly Series[] {
  if (eta === undefined) return []
  return gpus
    .filter(({ uuid }) => uuids.includes(uuid))
    .map((gpu) => ({ labels: identity(gpu), value: eta.seconds }))
}

function hottest({ gpus }: Frame, risk: Risk): readonly string[] {
  const gpu = gpus.find(({ uuid }) => uuid === risk.gpu)
  return gpu === undefined ? ['', ''] : identity(gpu)
}

function cause({ workloads }: Frame, risk: Risk): readonly string[] {
  const workload = workloads.find(({ id }) => id === risk.workload)
  return workload === undefined ? NAME_LABELS.map(() => '') : nameOf(workload)
}
