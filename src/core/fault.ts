import { describeSshTrouble, sshTroubleBadge, type SshTrouble } from './ssh-trouble.ts'

/**
 * A failure that a user can meet. It is a value, never thrown: it travels in samples and recordings as JSON.
 * The wording is made by `describeFault` alone.
 */
export type Fault =
  | { readonly kind: 'command-not-found'; readonly command: string }
  | {
      readonly kind: 'command-failed'
      readonly command: string
      /** null when the command was ended by a signal. */
      readonly exitCode: number | null
      readonly lastLine: string
    }
  | { readonly kind: 'driver-trouble'; readonly trouble: DriverTrouble; readonly text: string }
  | { readonly kind: 'gpu-unreadable'; readonly gpu: string; readonly text: string }
  /** It was listed, and is no longer. */
  | { readonly kind: 'gpu-gone'; readonly gpu: number; readonly busId: string }
  /** Fewer GPUs in the list than the driver counts. */
  | { readonly kind: 'gpus-missing'; readonly listed: number; readonly attached: number }
  | { readonly kind: 'truncated'; readonly part: string; readonly gpusSeen: number }
  | { readonly kind: 'timed-out'; readonly what: string; readonly afterMs: number }
  | { readonly kind: 'unreachable'; readonly host: string; readonly lastLine: string }
  | { readonly kind: 'ssh'; readonly host: string; readonly trouble: SshTrouble; readonly text: string }
  /** The node's clock is ahead of ours, or behind where negative. */
  | { readonly kind: 'clock-skew'; readonly host: string; readonly aheadMs: number }
  | { readonly kind: 'rebooted'; readonly host: string }
  | { readonly kind: 'refused'; readonly url: string; readonly status: number }
  /** `because` completes «'URL' …». */
  | { readonly kind: 'query-failed'; readonly url: string; readonly because: string }
  | { readonly kind: 'no-permission'; readonly what: string }
  | { readonly kind: 'not-found'; readonly what: string }
  | { readonly kind: 'too-large'; readonly what: string; readonly maxBytes: number }
  | { readonly kind: 'malformed'; readonly part: string; readonly where: string; readonly found: string }
  | { readonly kind: 'pid-namespace'; readonly gpus: number }
  | { readonly kind: 'persistence-off'; readonly gpus: number }
  | { readonly kind: 'loop-mode-left'; readonly because: string }
  | { readonly kind: 'unreadable-log'; readonly file: string; readonly because: string }
  | { readonly kind: 'bad-line'; readonly file: string; readonly line: number; readonly because: string }
  | { readonly kind: 'unused-log'; readonly file: string; readonly because: string }
  | { readonly kind: 'torn-tail'; readonly file: string; readonly because: string }
  /** A recording that is not being written; `because` says what to do. */
  | { readonly kind: 'not-recorded'; readonly file: string; readonly because: string }
  | SamplesLost

/** A log that is damaged in the middle: what could not be read was passed over. */
export interface SamplesLost {
  readonly kind: 'samples-lost'
  readonly file: string
  readonly because: string
  /** Damaged places. What is said of times and the cause is said of the first. */
  readonly places: number
  /** null where it can't be told how many. */
  readonly samples: number | null
  /** The last sample before, and the first behind it. */
  readonly fromEpochMs: number | null
  readonly toEpochMs: number
}

/** What is wrong between nvidia-smi and the driver, by the texts that nvidia-smi prints on stdout. */
export type DriverTrouble = (typeof DRIVER_TROUBLES)[number]

export const DRIVER_TROUBLES = [
  'no-library',
  'no-driver',
  'version-mismatch',
  'no-permission',
  'gpu-lost',
  'reset-required',
  'blocked',
  'no-devices',
  'timeout',
  'other',
] as const

/** One sentence: what happened, to what, and what to try. Lower case, no full stop, values in single quotes. */
export function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'command-not-found':
      return `'${fault.command}' is not on the PATH; is the NVIDIA driver installed on this machine?`
    case 'command-failed':
      return fault.exitCode === null
        ? `'${fault.command}' was ended by a signal: '${fault.lastLine}'; try it by hand`
        : `'${fault.command}' ended with ${fault.exitCode}: '${fault.lastLine}'; try it by hand`
    case 'driver-trouble':
      return `${describeTrouble(fault.trouble)} ('${fault.text}')`
    case 'gpu-unreadable':
      return `GPU ${fault.gpu} can't be read ('${fault.text}'); see 'dmesg | grep -i xid', it may need a reset or a reboot`
    case 'gpu-gone':
      return `GPU ${fault.gpu} (${fault.busId}) was there and is no longer listed; see 'dmesg | grep -i xid' for a card that has fallen off the bus`
    case 'gpus-missing':
      return `${fault.listed} of ${count(fault.attached, 'GPU')} answered; see 'dmesg | grep -i xid' for a card that has fallen off the bus`
    case 'truncated':
      return `'${fault.part}' ends in the middle of a document, after ${count(fault.gpusSeen, 'whole GPU')}; it was left out`
    case 'timed-out':
      return `${fault.what} gave no answer within ${(fault.afterMs / 1000).toFixed(1)} s; is the driver or the link hanging?`
    case 'unreachable':
      return `'${fault.host}' can't be reached: '${fault.lastLine}'; try 'ssh ${fault.host} true'`
    case 'ssh':
      return describeSshTrouble(fault.trouble, fault.host, fault.text)
    case 'clock-skew':
      return `the clock of '${fault.host}' is ${Math.round(Math.abs(fault.aheadMs) / 1000)} s ${fault.aheadMs > 0 ? 'ahead' : 'behind'}; times shown here are of this machine, its own logs have others (try 'timedatectl' there)`
    case 'rebooted':
      return `'${fault.host}' was rebooted since the connection before; see 'last -x' and 'journalctl -b -1' there`
    case 'refused':
      return `${fault.url} answered ${fault.status}; does it need a key?`
    case 'query-failed':
      return `the Prometheus at '${fault.url}' ${fault.because}`
    case 'no-permission':
      return `no permission to read ${fault.what}; run as that user or as root to see it`
    case 'not-found':
      return `${fault.what} does not exist`
    case 'too-large':
      return `${fault.what} is larger than ${fault.maxBytes} bytes and was not read`
    case 'malformed':
      return `'${fault.part}' is not what it should be at ${fault.where}: '${fault.found}'`
    case 'pid-namespace':
      return `the processes of ${count(fault.gpus, 'GPU')} are in another PID namespace; start the container with '--pid=host'`
    case 'persistence-off':
      return `persistence mode is off on ${count(fault.gpus, 'GPU')}: each nvidia-smi start wakes the card; try 'sudo nvidia-smi -pm 1'`
    case 'loop-mode-left':
      return `nvidia-smi is now started once per sample, because its loop mode ${fault.because}`
    case 'unreadable-log':
      return `'${fault.file}' can't be replayed: ${fault.because}; make a log with 'nvidia-smi -q -x -l 2 > FILE'`
    case 'bad-line':
      return `line ${fault.line} of '${fault.file}' ${fault.because}; what stands before it was read, cut the file there to go without this message`
    case 'unused-log':
      return `the engine log '${fault.file}' was not used: ${fault.because}; name the log of a workload that runs here`
    case 'torn-tail':
      return `the end of '${fault.file}' is torn: ${fault.because}; what stands before it was read`
    case 'not-recorded':
      return `nothing is recorded to '${fault.file}': ${fault.because}`
    case 'samples-lost':
      return describeLoss(fault)
  }
}

/** A short badge for a header, one or two words. */
export function faultBadge(fault: Fault): string {
  switch (fault.kind) {
    case 'command-not-found':
      return `no ${fault.command}`
    case 'command-failed':
      return `${fault.command} failed`
    case 'driver-trouble':
      return 'driver trouble'
    case 'gpu-unreadable':
      return `GPU ${fault.gpu} lost`
    case 'gpu-gone':
      return `GPU ${fault.gpu} gone`
    case 'gpus-missing':
      return 'GPUs missing'
    case 'pid-namespace':
      return 'pids hidden'
    case 'persistence-off':
      return 'persistence off'
    case 'loop-mode-left':
      return 'no loop mode'
    case 'query-failed':
      return 'no Prometheus'
    case 'not-recorded':
      return 'not recording'
    case 'ssh':
      return sshTroubleBadge(fault.trouble)
    case 'clock-skew':
      return 'clock off'
    case 'timed-out':
      return 'no answer'
    case 'truncated':
    case 'unreachable':
    case 'rebooted':
    case 'refused':
    case 'no-permission':
    case 'not-found':
    case 'too-large':
    case 'malformed':
    case 'unreadable-log':
    case 'bad-line':
    case 'unused-log':
    case 'torn-tail':
    case 'samples-lost':
      return fault.kind
  }
}

function describeLoss({ file, because, places, samples, fromEpochMs, toEpochMs }: SamplesLost): string {
  const lost = samples === null ? 'samples' : count(samples, 'sample')
  const from = fromEpochMs === null ? 'before' : `between ${utcTime(fromEpochMs)} and`
  const when = `${from} ${utcTime(toEpochMs)}`
  return places === 1
    ? `'${file}' is damaged (${because}): ${lost} ${when} can't be read; the rest was read`
    : `'${file}' is damaged in ${places} places, the first ${when} (${because}): ${lost} can't be read; the rest was read`
}

/** `2026-11-21T02:10:11Z`. */
function utcTime(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`
}

function describeTrouble(trouble: DriverTrouble): string {
  switch (trouble) {
    case 'no-library':
      return "the driver's libnvidia-ml is missing; install the NVIDIA driver of this machine"
    case 'no-driver':
      return "nvidia-smi can't talk to the driver; is the kernel module loaded? try 'sudo modprobe nvidia'"
    case 'version-mismatch':
      return 'the driver was updated but the old kernel module still runs; reboot, or reload the nvidia modules'
    case 'no-permission':
      return 'the driver refuses this user; check the permissions of /dev/nvidia*'
    case 'gpu-lost':
      return "a GPU has fallen off the bus; see 'dmesg | grep -i xid' and reboot"
    case 'reset-required':
      return "a GPU needs a reset; try 'sudo nvidia-smi --gpu-reset' when nothing uses it"
    case 'blocked':
      return 'the operating system or another client blocks the GPU'
    case 'no-devices':
      return "nvidia-smi finds no GPU; see 'lspci | grep -i nvidia'"
    case 'timeout':
      return 'the driver did not answer in time; a GPU may hang'
    case 'other':
      return 'nvidia-smi gave no usable answer'
  }
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
