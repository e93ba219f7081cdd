import type { ClassScore, FalseAlarm, Miss, Score } from '../../analyse/score/score.ts'

/** `llmtop.score/1` (docs/json.md). What has no value, for want of anything to divide by, is null. */
export function scoreJson(score: Score): object {
  return {
    schema: 'llmtop.score/1',
    files: score.files,
    hours: score.watchedHours,
    healthyHours: score.healthyHours,
    unlabelled: score.unlabelled,
    classes: score.classes.map(classJson),
    all: classJson(score.all),
    misses: score.misses.map(missJson),
    falseAlarms: score.falseAlarms.map(falseAlarmJson),
  }
}

function classJson(score: ClassScore): object {
  return {
    class: score.class,
    outcomes: score.foreseeable,
    foreseen: score.foreseen,
    unforeseeable: score.unforeseeable,
    trueAlarms: score.trueAlarms,
    falseAlarms: score.falseAlarms,
    lateAlarms: score.lateAlarms,
    flaps: score.flaps,
    precision: score.precision ?? null,
    recall: score.recall ?? null,
    leadSeconds: score.leadSeconds ?? null,
    falseAlarmsPerHour: score.falseAlarmsPerHour ?? null,
    flapsPerHour: score.flapsPerHour ?? null,
  }
}

function missJson({ file, outcome }: Miss): object {
  const { host, elapsedMs, kind, gpu = null, workload = null, pid = null } = outcome
  return { file, host, elapsedMs, kind, gpu, workload, pid }
}

function falseAlarmJson({ file, alarm }: FalseAlarm): object {
  const { host, id, class: name, raisedAtMs, clearedAtMs = null, gpus, workloads } = alarm
  return { file, host, id, class: name, raisedAtMs, clearedAtMs, gpus, workloads }
}
