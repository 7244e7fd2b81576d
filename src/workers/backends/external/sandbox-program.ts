/**
 * Python functions of the launcher: `hide()` moves the calling process into mount and IPC namespaces of its own, and shows
 * there what a `LaunchPlan` allows. They use `plan`, `libc`, `checked` and `number` of the program that contains them.
 *
 * - The folders in `hidden`, `/run` and those of temporary files are empty but for the program's own folders, those in
 *   `readable`, the folders of Python, the links that lead to it, and the file with the name servers. What would show a hidden
 *   folder again is refused.
 * - `/dev` has the devices that every program may use, GPUs, and new terminals. Those outside may belong to the same user.
 * - Everything outside of its own folders is read-only.
 * @see https://man7.org/linux/man-pages/man2/mount_setattr.2.html
 * @see https://docs.kernel.org/filesystems/devpts.html
 */
export const sandboxFunctions = `
NEWNS, NEWIPC = 0x20000, 0x8000000
RDONLY, NOSUID, NODEV, NOEXEC = 1, 2, 4, 8
REC, PRIVATE = 0x4000, 0x40000
OPEN_TREE, MOVE_MOUNT, MOUNT_SETATTR = 428, 429, 442
CLONE_TREE, CLOEXEC, RECURSIVE, EMPTY_PATH, AT_FDCWD = 1, 0o2000000, 0x8000, 4, -100
SMALL = 'mode=0755,size=1m'
DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty', 'dri', 'kfd', 'dxg']
DEVICE_LINKS = {'ptmx': 'pts/ptmx', 'fd': '/proc/self/fd', 'stdin': 'fd/0', 'stdout': 'fd/1', 'stderr': 'fd/2'}


class Attributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ('set', 'clear', 'propagation', 'userns')]


def mount(kind, target, flags, data=None):
    options = data and data.encode()
    checked(libc.mount(kind.encode(), os.fsencode(target), kind.encode(), ctypes.c_ulong(flags), options))


def restrict(target, flags, how=0):
    attributes = Attributes(set=flags)
    size = number(ctypes.sizeof(attributes))
    target = ctypes.c_char_p(os.fsencode(target))
    call = number(MOUNT_SETATTR)
    checked(libc.syscall(call, number(AT_FDCWD), target, number(how), ctypes.byref(attributes), size))


def clone(path):
    flags = number(CLONE_TREE | CLOEXEC | RECURSIVE)
    path = ctypes.c_char_p(os.fsencode(path))
    return checked(libc.syscall(number(OPEN_TREE), number(AT_FDCWD), path, flags))


def attach(tree, path):
    is_folder = stat.S_ISDIR(os.fstat(tree).st_mode)
    os.makedirs(path if is_folder else os.path.dirname(path), mode=0o755, exist_ok=True)
    if not os.path.exists(path):
        open(path, 'x').close()
    empty, path = ctypes.c_char_p(b''), ctypes.c_char_p(os.fsencode(path))
    checked(libc.syscall(number(MOVE_MOUNT), number(tree), empty, number(AT_FDCWD), path, number(EMPTY_PATH)))


def is_below(path, folder):
    return (path + '/').startswith(folder.rstrip('/') + '/')


def links_on(path):
    """The links that a path leads through, with their targets."""
    links, at, rest = {}, '/', path.split('/')
    for _ in range(4096):
        if not rest:
            break
        step = os.path.normpath(os.path.join(at, rest.pop(0)))
        if os.path.islink(step):
            links[step] = os.readlink(step)
            rest = links[step].split('/') + rest
            at = '/' if os.path.isabs(links[step]) else at
        else:
            at = step
    return links


def python_paths():
    """What Python needs, without links, and the links that lead to it."""
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    links = {}
    for path in [sys.executable, *prefixes]:
        links.update(links_on(path))
    paths = {os.path.realpath(path) for path in prefixes}
    program = os.path.realpath(sys.executable)
    if not any(is_below(program, folder) for folder in paths):
        paths.add(program)
    return paths, links


def hidden_folders():
    hidden = {os.path.realpath(path): SMALL for path in plan['hidden'] + ['/run', '/var/run']}
    large = 'mode=1777,size=%dm' % plan['tmpMb']
    hidden.update({os.path.realpath(path): large for path in ['/tmp', '/var/tmp']})
    hidden['/dev/shm'] = large
    hidden.pop('/', None)
    return hidden


def refuse(paths, hidden):
    for path in paths:
        is_shown = any(is_below(path, folder) for folder in hidden)
        if is_shown and any(is_below(folder, path) for folder in hidden):
            raise ValueError('Python needs ' + path + ', which cells must not see; install it in another folder.')


def make_dev():
    paths = ['/dev/' + name for name in DEVICES] + glob.glob('/dev/nvidia*')
    trees = {path: clone(path) for path in paths if os.path.exists(path)}
    mount('tmpfs', '/dev', NOSUID | NOEXEC, SMALL)
    for path, tree in trees.items():
        attach(tree, path)
        restrict(path, NOSUID | NOEXEC | RDONLY, RECURSIVE)
    for name, target in DEVICE_LINKS.items():
        os.symlink(target, '/dev/' + name)
    os.mkdir('/dev/shm')
    os.mkdir('/dev/pts')
    mount('devpts', '/dev/pts', NOSUID | NOEXEC, 'newinstance,ptmxmode=0666,mode=0620')
    restrict('/dev', RDONLY)


def hide():
    os.umask(0o022)
    checked(libc.unshare(NEWNS | NEWIPC))
    checked(libc.mount(None, b'/', None, ctypes.c_ulong(REC | PRIVATE), None))
    hidden, (python, links) = hidden_folders(), python_paths()
    own = [os.path.realpath(path) for path in plan['own']]
    # The folder of this file may have sockets of the system, too.
    readable = python | {os.path.realpath(path) for path in plan['readable'] + ['/etc/resolv.conf']}
    refuse(readable, hidden)
    for path in [*python, *links]:
        for folder in pathlib.Path(path).parents:
            # Only a user who may enter this folder would reach Python.
            if str(folder) != '/' and not os.stat(folder).st_mode & 1:
                hidden.setdefault(str(folder), SMALL)
    readable = [path for path in readable if any(is_below(path, folder) for folder in hidden)]
    trees = {path: clone(path) for path in readable + own if os.path.exists(path)}
    restrict('/', RDONLY | NOSUID, RECURSIVE)
    make_dev()
    # A folder comes before those below it, and what it hides before what is shown again.
    steps = [(path.count('/'), False, path) for path in hidden] + [(path.count('/'), True, path) for path in trees]
    for _, is_shown, path in sorted(steps):
        if is_shown:
            attach(trees[path], path)
            restrict(path, NOSUID | NODEV if path in own else NOSUID | RDONLY, RECURSIVE)
        elif os.path.isdir(path):
            mount('tmpfs', path, NOSUID | NODEV, hidden[path])
    for path, target in links.items():
        if not os.path.lexists(path):
            os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
            os.symlink(target, path)
    mount('proc', '/proc', NOSUID | NODEV | NOEXEC)
`;
