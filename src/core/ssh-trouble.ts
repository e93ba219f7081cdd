/** What stands between llmtop and a node, by what ssh says and how it ends. */
export type SshTrouble = (typeof SSH_TROUBLES)[number]

export const SSH_TROUBLES = [
  /** There is no ssh on this machine. */
  'no-ssh',
  /** ssh does not understand its options or its configuration. */
  'configuration',
  'unknown-host-key',
  'changed-host-key',
  'permission-denied',
  /** The login worked, and the account runs no commands. */
  'no-commands',
  'connection-refused',
  'no-answer',
  'no-route',
  'name-unknown',
  /** The login worked, and its shell never came to our command. */
  'silent-shell',
  /** It was there, and the connection broke. */
  'lost',
  'other',
] as const

/** One sentence: what happened, to which host, and what to try; `text` is what ssh or the node said last. */
export function describeSshTrouble(trouble: SshTrouble, host: string, text: string): string {
  const said = text === '' ? '' : ` ('${text}')`
  switch (trouble) {
    case 'no-ssh':
      return "there is no 'ssh' on the PATH of this machine; install the OpenSSH client"
    case 'configuration':
      return `ssh does not accept its options or configuration for '${host}'${said}; try 'ssh -G ${host}'`
    case 'unknown-host-key':
      return `the host key of '${host}' is not known yet; connect once with 'ssh ${host}' and check the fingerprint, or give --accept-new-host-keys`
    case 'changed-host-key':
      return `the host key of '${host}' is not the one that is known: it was set up anew, or somebody is in between; ask whoever runs it, then 'ssh-keygen -R ${host}'`
    case 'permission-denied':
      return `'${host}' refuses the login${said}; llmtop asks for no passwords: make 'ssh -o BatchMode=yes ${host} true' work, with a key in an agent (ssh-add) or -i FILE`
    case 'no-commands':
      return `the account on '${host}' runs no commands${said}; log in with -l as a user that has a shell there`
    case 'connection-refused':
      return `'${host}' is up and refuses SSH connections; is sshd running there, and on this port (-p)?`
    case 'no-answer':
      return `'${host}' gave no answer; is it up, and reachable from here (or through -J)?`
    case 'no-route':
      return `there is no way to '${host}' from here${said}; is the network or the VPN up?`
    case 'name-unknown':
      return `the name '${host}' is unknown; is it spelled right? Names come from ~/.ssh/config or DNS`
    case 'silent-shell':
      return `the login on '${host}' works, but its shell gives no answer; does a start-up file wait for input? try 'ssh ${host} true'`
    case 'lost':
      return `the connection to '${host}' broke${said}; llmtop connects again by itself`
    case 'other':
      return `ssh could not connect to '${host}'${said}; try 'ssh ${host} true'`
  }
}

/** A badge of one or two words. */
export function sshTroubleBadge(trouble: SshTrouble): string {
  switch (trouble) {
    case 'no-ssh':
      return 'no ssh'
    case 'configuration':
      return 'ssh config'
    case 'unknown-host-key':
    case 'changed-host-key':
      return 'host key'
    case 'permission-denied':
      return 'no login'
    case 'no-commands':
      return 'no commands'
    case 'silent-shell':
      return 'shell silent'
    case 'connection-refused':
      return 'refused'
    case 'no-answer':
    case 'no-route':
      return 'unreachable'
    case 'name-unknown':
      return 'name unknown'
    case 'lost':
      return 'link lost'
    case 'other':
      return 'ssh failed'
  }
}
