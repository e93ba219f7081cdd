/** What the journal calls the service that a process belongs to. */
export interface SystemdUnit {
  readonly field: '_SYSTEMD_UNIT' | '_SYSTEMD_USER_UNIT'
  readonly name: string
}

/** Reads /proc/PID/cgroup: `0::/system.slice/ollama.service`; undefined for what no service has started. */
export function parseSystemdUnit(cgroup: string): SystemdUnit | undefined {
  const [, folders = '', name] =
    /^(?:0:|\d+:name=systemd):(\/(?:[^/\n]+\/)*)([\w@:.\\-]+\.service)$/m.exec(cgroup) ?? []
  if (name === undefined) return undefined
  return { field: /\/user@\d+\.service\//.test(folders) ? '_SYSTEMD_USER_UNIT' : '_SYSTEMD_UNIT', name }
}
