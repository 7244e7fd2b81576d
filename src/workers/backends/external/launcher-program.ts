import { sandboxFunctions } from './sandbox-program.js';

/** What a program may do that a launcher starts. Paths are absolute. */
export interface Sandbox {
  /** Whether it runs in namespaces of its own. */
  isolate: boolean;
  /** The user and the group that it runs as; null for those of this process. Needs `isolate`. */
  uid: number | null;
  /** The folders whose content it does not see. */
  hidden: string[];
  /** MiB for each of its folders of temporary files. */
  tmpMb: number;
  /** A file that a running gateway writes to again and again. */
  heartbeat: string;
  /** The program is ended when `heartbeat` was not written to for so long. */
  orphanSeconds: number;
}

/** What a launcher starts, and how; see {@link launcherProgram}. Paths are absolute. */
export interface LaunchPlan extends Sandbox {
  /** The program and its arguments. */
  command: string[];
  /** All environment variables of the program. The launcher itself never has them, as it may run as root. */
  environment: Record<string, string>;
  /** The current folder of the program. */
  directory: string;
  /** The folders that it may write to. */
  own: string[];
  /** Folders in hidden ones that it may read, beside Python. None of them is a hidden one or contains one. */
  readable: string[];
  /** Whether the launcher, with its whole process group, ends when its input is closed after the plan; default no. */
  endsWithInput?: boolean;
}

/**
 * The Python program that starts a worker's server and watches over it. Its input is a line with a {@link LaunchPlan} as
 * JSON: other users could read an argument. It runs as a small process beside the server, passes SIGTERM on to it, and ends
 * with it. The environment of the server is set together with its program, when no privilege is left. When the file
 * `heartbeat` does not change for `orphanSeconds`, no gateway is left, and it ends the server. With `endsWithInput`, what
 * it starts ends with the gateway itself, however that ends.
 *
 * With `isolate` the server runs in PID, IPC and mount namespaces of its own: it sees no other process, of the files those
 * that {@link sandboxFunctions} shows, and it can gain no privilege. With `uid` it runs as this user; without, the namespaces
 * belong to a user namespace, for which no privilege is needed. The first process of the PID namespace ends with the launcher,
 * and all others end with it.
 *
 * Suspended machines do not count: CLOCK_MONOTONIC stands still meanwhile.
 * @see https://man7.org/linux/man-pages/man7/namespaces.7.html
 */
export const launcherProgram = `
import ctypes, glob, json, os, pathlib, signal, stat, sys, time

plan = json.loads(sys.stdin.buffer.readline())
libc = ctypes.CDLL(None, use_errno=True)
NEWUSER, NEWPID = 0x10000000, 0x20000000
PDEATHSIG, CAPBSET_DROP, NO_NEW_PRIVS, CAP_AMBIENT, AMBIENT_CLEAR = 1, 24, 38, 47, 4


def checked(result):
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def number(value):
    return ctypes.c_long(value)


def prctl(option, value, more=0):
    return libc.prctl(option, number(value), number(more), number(0), number(0))


${sandboxFunctions}

def drop_privileges():
    prctl(CAP_AMBIENT, AMBIENT_CLEAR)
    for capability in range(64):
        prctl(CAPBSET_DROP, capability)
    if plan['uid'] is not None:
        os.setgroups([])
        os.setresgid(plan['uid'], plan['uid'], plan['uid'])
        os.setresuid(plan['uid'], plan['uid'], plan['uid'])
    header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    checked(libc.capset(header, none))
    checked(prctl(NO_NEW_PRIVS, 1))


def enter_user_namespace():
    uid, gid = os.getuid(), os.getgid()
    checked(libc.unshare(NEWUSER | NEWPID))
    for name, text in [('setgroups', 'deny'), ('uid_map', f'{uid} {uid} 1'), ('gid_map', f'{gid} {gid} 1')]:
        with open('/proc/self/' + name, 'w') as file:
            file.write(text)


def run_server():
    if plan['isolate']:
        drop_privileges()
    os.chdir(plan['directory'])
    os.execve(plan['command'][0], plan['command'], plan['environment'])


def start(run):
    child = os.fork()
    if child:
        return child
    try:
        if hasattr(libc, 'prctl'):
            prctl(PDEATHSIG, signal.SIGKILL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        run()
    except BaseException as error:
        print('The server was not started:', error, file=sys.stderr, flush=True)
        os._exit(126)
    os._exit(0)


def end(child, how):
    try:
        os.kill(child, how)
    except ProcessLookupError:
        pass


def wait(child):
    signal.signal(signal.SIGTERM, lambda *_: end(child, signal.SIGTERM))
    while True:
        ended, status = os.waitpid(-1, 0)
        if ended == child:
            return status


def run_first_process():
    hide()
    status = wait(start(run_server))
    os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1)


def heartbeat():
    try:
        return os.stat(plan['heartbeat']).st_mtime_ns
    except OSError:
        return None


def watch(child):
    limit = plan['orphanSeconds']
    state = {'beat': heartbeat(), 'since': time.monotonic(), 'signal': signal.SIGTERM}

    def look(*_):
        beat = heartbeat()
        if beat != state['beat'] and beat is not None:
            state.update(beat=beat, since=time.monotonic())
        elif time.monotonic() - state['since'] > limit:
            end(child, state['signal'])
            state['signal'] = signal.SIGKILL

    signal.signal(signal.SIGALRM, look)
    period = min(60, limit / 4)
    signal.setitimer(signal.ITIMER_REAL, period, period)


# Before the namespaces: they allow this process no thread.
if plan.get('endsWithInput') and os.fork() == 0:
    os.read(0, 1)
    os.killpg(0, signal.SIGKILL)

if plan['isolate'] and plan['uid'] is None:
    enter_user_namespace()
elif plan['isolate']:
    checked(libc.unshare(NEWPID))
server = start(run_first_process if plan['isolate'] else run_server)
watch(server)
status = wait(server)
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1)
`;
