import { programOf } from './program.ts'

export interface Unwrapped {
  readonly command: readonly string[]
  /** Names of what stood before it, outermost first. */
  readonly wrappers: readonly string[]
}

/** The command behind numactl, env, nsys, torchrun, `uv run`, ld.so and their like, as deep as they are nested. */
export function unwrap(command: readonly string[]): Unwrapped {
  const wrappers: string[] = []
  let inner = command
  while (wrappers.length < MOST_WRAPPERS) {
    const peeled = peel(inner)
    if (peeled === undefined) break
    wrappers.push(peeled.wrapper)
    inner = peeled.command
  }
  return { command: inner, wrappers }
}

interface Wrapper {
  /** Options whose value is the next argument, separated by blanks. */
  readonly valued?: string
  /** Words that must stand first: `nsys profile`, `uv run`; alternatives are separated by commas. */
  readonly subcommand?: string
  /** Operands between the options and the program: `timeout 60`, `taskset 0xff`. */
  readonly operands?: number
  /** It takes a Python script or `-m module` without naming the interpreter. */
  readonly runsPython?: true
}

const MOST_WRAPPERS = 6
const MPI: Wrapper = { valued: '-n -np --np -H --host --hostfile -x --bind-to --map-by -wdir' }
/** The image stands before the command: `apptainer exec --nv IMAGE vllm serve …`. */
const CONTAINED: Wrapper = {
  subcommand: 'exec, run',
  valued: '-B --bind --env --env-file -H --home --pwd -W --workdir --mount -S --scratch',
  operands: 1,
}
const CONDA: Wrapper = { subcommand: 'run', valued: '-n --name -p --prefix --cwd -r' }

// From the manual page or --help of each. ld-linux is the C library's loader, through which Debian's llama-server may run.
const WRAPPERS = new Map<string, Wrapper>([
  [
    'accelerate',
    {
      subcommand: 'launch',
      valued:
        '--config-file --num-processes --num-machines --machine-rank --main-process-ip --main-process-port --mixed-precision --num-cpu-threads-per-process --gpu-ids --dynamo-backend --deepspeed-config-file',
      runsPython: true,
    },
  ],
  ['apptainer', CONTAINED],
  ['catatonit', {}],
  ['catchsegv', {}],
  ['chroot', { valued: '--userspec --groups', operands: 1 }],
  ['chrt', { valued: '-T -P -D', operands: 1 }],
  ['compute-sanitizer', { valued: '--tool --log-file' }],
  ['conda', CONDA],
  // `gdb --args PROGRAM …`: without it what follows is a core or a pid
  ['cuda-gdb', { subcommand: '--args, -q --args' }],
  [
    'deepspeed',
    {
      valued: '--num-gpus --num-nodes --hostfile -H --include -i --exclude -e --master-port --master-addr',
      runsPython: true,
    },
  ],
  ['doas', { valued: '-u -C' }],
  ['docker-init', {}],
  ['ddtrace-run', {}],
  ['dumb-init', {}],
  ['env', { valued: '-u --unset -C --chdir' }],
  ['gdb', { subcommand: '--args, -q --args' }],
  ['gosu', { operands: 1 }],
  ['ionice', { valued: '-c -n --class --classdata' }],
  ['ld-linux', { valued: '--library-path --argv0 --preload --audit --inhibit-rpath --glibc-hwcaps-prepend' }],
  ['mamba', CONDA],
  ['micromamba', CONDA],
  ['mpiexec', MPI],
  ['mpirun', MPI],
  ['ncu', { valued: '-o --export -k --kernel-name -c --launch-count -s --launch-skip --set --section' }],
  ['nice', { valued: '-n --adjustment' }],
  ['nohup', {}],
  [
    'nsys',
    {
      subcommand: 'profile',
      valued:
        '-o --output -t --trace -s --sample -d --duration -y --delay -w --show-output -c --capture-range -f --force-overwrite -x --stop-on-exit -b --backtrace --kill --wait --export --cuda-memory-usage --cuda-graph-trace --gpu-metrics-devices',
    },
  ],
  [
    'numactl',
    { valued: '-m -N -C -i -p -w -P --membind --cpunodebind --physcpubind --interleave --preferred' },
  ],
  [
    'opentelemetry-instrument',
    { valued: '--traces-exporter --metrics-exporter --service-name --exporter-otlp-endpoint' },
  ],
  ['pdm', { subcommand: 'run', valued: '-p --project' }],
  ['perf', { subcommand: 'record', valued: '-o -e -F' }],
  ['pipenv', { subcommand: 'run' }],
  ['pixi', { subcommand: 'run', valued: '-e --environment --manifest-path' }],
  ['poetry', { subcommand: 'run' }],
  ['prlimit', {}],
  ['runuser', { valued: '-u -g -G --user --group' }],
  ['s6-setuidgid', { operands: 1 }],
  ['setpriv', { valued: '--reuid --regid --groups --bounding-set --inh-caps --ambient-caps' }],
  ['setsid', {}],
  ['singularity', CONTAINED],
  ['srun', { valued: '-n -N -c -p -G -t -w -J -A -o -e --gres --ntasks --nodes --partition' }],
  ['stdbuf', { valued: '-i -o -e' }],
  ['strace', { valued: '-o -e -s -u' }],
  ['su-exec', { operands: 1 }],
  ['sudo', { valued: '-u -g -h -p -C -D -T --user --group' }],
  ['systemd-run', { valued: '-p --property -u --unit -E --setenv --uid --slice' }],
  ['taskset', { operands: 1 }],
  ['time', { valued: '-f -o' }],
  ['timeout', { valued: '-s --signal -k --kill-after', operands: 1 }],
  ['tini', { valued: '-e -p' }],
  [
    'torchrun',
    {
      valued:
        '--nnodes --nproc-per-node --rdzv-backend --rdzv-endpoint --rdzv-id --rdzv-conf --max-restarts --monitor-interval --start-method --role --log-dir -r -t --redirects --tee --node-rank --master-addr --master-port --local-addr',
      runsPython: true,
    },
  ],
  // gives the parts of a job to the ranks that MPI has started
  ['trtllm-llmapi-launch', {}],
  [
    'uv',
    {
      subcommand: 'run, tool run',
      valued: '--from --with --extra --group -p --python --project --directory --env-file --index',
    },
  ],
  ['unshare', {}],
  ['uvx', { valued: '--with --from -p --python' }],
  ['valgrind', {}],
  ['xvfb-run', { valued: '-s --server-args -n --server-num -e -f' }],
])

const MODULES_OF_TORCH = new Map([
  ['torch.distributed.run', 'torchrun'],
  ['torch.distributed.launch', 'torchrun'],
  ['accelerate.commands.launch', 'accelerate'],
])

// a llamafile is a shell script to kernels that do not know its format, and then a program of its own loader
const LLAMAFILE_LOADERS = new Set(['sh', 'ape'])

function peel(command: readonly string[]): { wrapper: string; command: readonly string[] } | undefined {
  const program = programOf(command)
  if (program === undefined) return undefined
  const name = wrapperName(program.name)
  if (LLAMAFILE_LOADERS.has(name) && program.args[0]?.endsWith('.llamafile') === true) {
    return { wrapper: name, command: program.args }
  }
  const wrapper = WRAPPERS.get(name)
  if (wrapper === undefined) return undefined
  // accelerate's module is its `launch` already
  const args = program.kind === 'module' ? program.args : behindSubcommand(program.args, wrapper)
  const inner = args === undefined ? [] : behindOptions(args, wrapper)
  if (inner.length === 0) return undefined
  return { wrapper: name, command: wrapper.runsPython === true ? ['python', ...inner] : inner }
}

/** undefined where the wrapper was started for something else. */
function behindSubcommand(args: readonly string[], { subcommand }: Wrapper): readonly string[] | undefined {
  if (subcommand === undefined) return args
  const words = subcommand
    .split(', ')
    .map((alternative) => alternative.split(' '))
    .find((alternative) => alternative.every((word, at) => args[at] === word))
  return words === undefined ? undefined : args.slice(words.length)
}

function wrapperName(name: string): string {
  const module = MODULES_OF_TORCH.get(name)
  if (module !== undefined) return module
  return /^ld-linux[\w-]*\.so\.\d+$|^ld-\d[\d.]*\.so$/.test(name) ? 'ld-linux' : name
}

function behindOptions(args: readonly string[], { valued = '', operands = 0 }: Wrapper): readonly string[] {
  const takeValue = new Set(valued.split(' '))
  let operandsLeft = operands
  let at = 0
  for (let arg = args[at]; arg !== undefined; arg = args[at]) {
    if (arg === '--') return args.slice(at + 1 + operandsLeft)
    if (startsProgram(arg, takeValue)) {
      if (operandsLeft === 0) return args.slice(at)
      operandsLeft -= 1
    }
    at += takeValue.has(sameDashes(arg)) ? 2 : 1
  }
  return []
}

/** Neither an option nor a variable for `env`; `-m` is where a Python launcher's own options end, and numactl's nodes. */
function startsProgram(arg: string, takeValue: ReadonlySet<string>): boolean {
  if (arg === '-m') return !takeValue.has(arg)
  return !(arg.startsWith('-') || /^[A-Za-z_]\w*=/.test(arg))
}

function sameDashes(option: string): string {
  return option.startsWith('--') ? option.replaceAll('_', '-') : option
}
