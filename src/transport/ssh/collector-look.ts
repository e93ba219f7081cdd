/**
 * The awk program that reads the node's /proc for one order, in one process whatever it has to read. POSIX awk: mawk, gawk,
 * busybox. Its standard input: the session's secret (never an argument, which `ps` would show), a line of words, then lines.
 *
 *   words   h host files · b boot id and PID namespace · pPID a process of a GPU and its ancestors · wPID a process with its details
 *           kPID a process whose details are known · uUID a user · sKIB the size of a memory page
 *   lines   /proc/PID one of the processes to list · f PATH a file of the kernel, its parts named by their number
 */
export const LOOK = `
function part(name, text) { print mark " p " name "\\n" text "\\n" mark " e 0" }
function slurp(path,   line, text) {
  text = ""
  while ((getline line < path) > 0) text = text line "\\n"
  close(path)
  return text
}
function copy(name, path,   text) {
  text = slurp(path)
  if (text != "") part(name, text)
}
function matching(path, pattern,   line, text) {
  text = ""
  while ((getline line < path) > 0) if (line ~ pattern) text = text line "\\n"
  close(path)
  return text
}
function fields(stat) {
  match(stat, /.*\\)/)
  return split(substr(stat, RLENGTH + 2), f, " ")
}
function command(name, words,   failed) {
  print mark " p " name
  fflush()
  failed = system(words)
  print "\\n" mark " e " (failed ? 1 : 0)
}
function details(pid) {
  copy("proc/" pid "/cgroup", "/proc/" pid "/cgroup")
  command("proc/" pid "/cmdline", brief " head -c 65536 /proc/" pid "/cmdline 2>/dev/null")
}
function look(pid, wanted,   stat, status) {
  stat = slurp("/proc/" pid "/stat")
  status = matching("/proc/" pid "/status", "^(Uid|VmRSS|VmSwap|NSpid):")
  if (stat == "" || status == "") return 0
  part("proc/" pid "/stat", stat)
  part("proc/" pid "/status", status)
  if (wanted) details(pid)
  fields(stat)
  return f[2]
}
function climb(pid,   depth) {
  for (depth = 0; pid > 1 && depth <= 8 && !(pid in seen); depth++) {
    seen[pid] = 1
    pid = look(pid, !(pid in known))
  }
}
function list(folder,   pid, stat, comm, uid) {
  stat = slurp(folder "/stat")
  if (stat == "" || fields(stat) < 22) return
  if (int(f[7] / 2097152) % 2) return
  pid = substr(folder, 7)
  comm = substr(stat, index(stat, "(") + 1)
  match(comm, /.*\\)/)
  comm = substr(comm, 1, RLENGTH - 1)
  gsub(/\\n/, "?", comm)
  uid = matching(folder "/status", "^Uid:")
  if (uid == "") return
  split(uid, u, " ")
  listed = listed pid " " f[2] " " u[3] " " f[20] " " sprintf("%.0f", f[22] * page) " " comm "\\n"
}
function name_users(   line, e, text) {
  while ((getline line < "/etc/passwd") > 0) {
    split(line, e, ":")
    if (e[3] in users) text = text e[3] ":" e[1] "\\n"
  }
  close("/etc/passwd")
  part("users", text)
}
NR == 1 { mark = "\\036" $0; next }
NR == 2 {
  for (i = 1; i <= NF; i++) {
    kind = substr($i, 1, 1); value = substr($i, 2)
    if (kind == "h") host = 1
    if (kind == "b") boot = 1
    if (kind == "p") gpu[++gpus] = value
    if (kind == "w") want[++wants] = value
    if (kind == "k") known[value] = 1
    if (kind == "u") { users[value] = 1; named = 1 }
    if (kind == "s") page = value
  }
  next
}
/^f / { copy(files++, substr($0, 3)); next }
{ list($0); lists = 1 }
END {
  if (host) {
    copy("meminfo", "/proc/meminfo")
    text = matching("/proc/vmstat", "^oom_kill ")
    part("vmstat", text)
    copy("pressure/memory", "/proc/pressure/memory")
    copy("loadavg", "/proc/loadavg")
    copy("uptime", "/proc/uptime")
  }
  if (boot) {
    copy("boot-id", "/proc/sys/kernel/random/boot_id")
    command("pid-namespace", "readlink /proc/self/ns/pid 2>/dev/null")
  }
  for (i = 1; i <= gpus; i++) climb(gpu[i])
  for (i = 1; i <= wants; i++) look(want[i], 1)
  if (lists) part("processes", listed)
  if (named) name_users()
}
`
