// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.LastError;
import com.kenai.jffi.Library;
import com.kenai.jffi.Type;
import java.lang.ref.Reference;
import java.util.Arrays;

/**
 * The C library, as far as Tandem calls it.
 *
 * <p>It stands on jffi, the layer below jnr-ffi: measured in a 16 MB heap, a bound libc costs 9 MB and 50 ms that way
 * against 24 MB and 250 ms through jnr-ffi's generated classes, and the guardian has 64 MB in all. A call takes about 35
 * ns and allocates nothing: memory is passed as raw addresses of {@link NativeBuffer}s.
 *
 * <p>A negative result means failure: read {@link #errno()} on the same thread before the next call. Functions keep their
 * C names, and every argument is passed as a 64-bit integer, which the calling conventions of 64-bit Linux allow.
 * Thread-safe.
 */
@SuppressWarnings("MemberName")
public final class Libc {
    /** The loaded library. */
    public static final Libc C = new Libc();

    private static final int MAX_ARGUMENTS = 6;

    private final Library library = openLibrary();
    private final CallContext[] signatures = signatures();
    private final Function socket = find("socket", 3);
    private final Function bind = find("bind", 3);
    private final Function connect = find("connect", 3);
    private final Function listen = find("listen", 2);
    private final Function accept4 = find("accept4", 4);
    private final Function getpeername = find("getpeername", 3);
    private final Function getsockname = find("getsockname", 3);
    private final Function setsockopt = find("setsockopt", 5);
    private final Function getsockopt = find("getsockopt", 5);
    private final Function sendto = find("sendto", 6);
    private final Function recvfrom = find("recvfrom", 6);
    private final Function sendmsg = find("sendmsg", 3);
    private final Function recvmsg = find("recvmsg", 3);
    private final Function recvmmsg = find("recvmmsg", 5);
    private final Function shutdown = find("shutdown", 2);
    private final Function read = find("read", 3);
    private final Function write = find("write", 3);
    private final Function pread = find("pread", 4);
    private final Function open = find("open", 3);
    private final Function close = find("close", 1);
    private final Function dup2 = find("dup2", 2);
    private final Function fcntl = find("fcntl", 3);
    private final Function ioctl = find("ioctl", 3);
    private final Function pipe2 = find("pipe2", 2);
    private final Function poll = find("poll", 3);
    private final Function epollCreate1 = find("epoll_create1", 1);
    private final Function epollCtl = find("epoll_ctl", 4);
    private final Function epollWait = find("epoll_wait", 4);
    private final Function eventfd = find("eventfd", 2);
    private final Function timerfdCreate = find("timerfd_create", 2);
    private final Function timerfdSettime = find("timerfd_settime", 4);
    private final Function clockGettime = find("clock_gettime", 2);
    private final Function setns = find("setns", 2);
    private final Function unshare = find("unshare", 1);
    private final Function mount = find("mount", 5);
    private final Function umount2 = find("umount2", 2);
    private final Function chmod = find("chmod", 2);
    private final Function mlockall = find("mlockall", 1);
    private final Function schedSetscheduler = find("sched_setscheduler", 3);
    private final Function schedGetscheduler = find("sched_getscheduler", 1);
    private final Function prctl = find("prctl", 5);
    private final Function chown = find("chown", 3);
    private final Function schedSetaffinity = find("sched_setaffinity", 3);
    private final Function schedGetaffinity = find("sched_getaffinity", 3);
    private final Function kill = find("kill", 2);
    private final Function waitpid = find("waitpid", 3);
    private final Function getpid = find("getpid", 0);
    private final Function geteuid = find("geteuid", 0);
    private final Function syscall = find("syscall", 5);
    private final Function posixSpawn = find("posix_spawn", 6);
    private final Function posixSpawnFileActionsInit = find("posix_spawn_file_actions_init", 1);
    private final Function posixSpawnFileActionsDestroy = find("posix_spawn_file_actions_destroy", 1);
    private final Function posixSpawnFileActionsAdddup2 = find("posix_spawn_file_actions_adddup2", 3);
    private final Function posixSpawnFileActionsAddclose = find("posix_spawn_file_actions_addclose", 2);
    private final Function posixSpawnattrInit = find("posix_spawnattr_init", 1);
    private final Function posixSpawnattrDestroy = find("posix_spawnattr_destroy", 1);
    private final Function posixSpawnattrSetflags = find("posix_spawnattr_setflags", 2);
    private final Function posixSpawnattrSetsigmask = find("posix_spawnattr_setsigmask", 2);
    private final Function posixSpawnattrSetsigdefault = find("posix_spawnattr_setsigdefault", 2);

    private final Function execve = find("execve", 3);
    private final Function chdir = find("chdir", 1);
    private final Function chroot = find("chroot", 1);
    private final Function setsid = find("setsid", 0);
    private final Function setuid = find("setuid", 1);
    private final Function setgid = find("setgid", 1);
    private final Function setgroups = find("setgroups", 2);
    private final Function setresuid = find("setresuid", 3);
    private final Function setresgid = find("setresgid", 3);
    private final Function signal = find("signal", 2);
    private final Function getrlimit = find("getrlimit", 2);
    private final Function setrlimit = find("setrlimit", 2);

    private Libc() {}

    /** The errno of this thread's last call. */
    public static int errno() {
        return LastError.getInstance().get();
    }

    public int socket(int domain, int type, int protocol) {
        return (int) socket.call(domain, type, protocol);
    }

    public int bind(int fd, long address, int length) {
        return (int) bind.call(fd, address, length);
    }

    public int connect(int fd, long address, int length) {
        return (int) connect.call(fd, address, length);
    }

    public int listen(int fd, int backlog) {
        return (int) listen.call(fd, backlog);
    }

    public int accept4(int fd, long address, long length, int flags) {
        return (int) accept4.call(fd, address, length, flags);
    }

    public int getpeername(int fd, long address, long length) {
        return (int) getpeername.call(fd, address, length);
    }

    public int getsockname(int fd, long address, long length) {
        return (int) getsockname.call(fd, address, length);
    }

    public int setsockopt(int fd, int level, int option, long value, int length) {
        return (int) setsockopt.call(fd, level, option, value, length);
    }

    public int getsockopt(int fd, int level, int option, long value, long length) {
        return (int) getsockopt.call(fd, level, option, value, length);
    }

    public long sendto(int fd, long buffer, long length, int flags, long address, int addressLength) {
        return sendto.call(fd, buffer, length, flags, address, addressLength);
    }

    public long recvfrom(int fd, long buffer, long length, int flags, long address, long addressLength) {
        return recvfrom.call(fd, buffer, length, flags, address, addressLength);
    }

    public long sendmsg(int fd, long message, int flags) {
        return sendmsg.call(fd, message, flags);
    }

    public long recvmsg(int fd, long message, int flags) {
        return recvmsg.call(fd, message, flags);
    }

    public int recvmmsg(int fd, long messages, int count, int flags, long timeout) {
        return (int) recvmmsg.call(fd, messages, count, flags, timeout);
    }

    public int shutdown(int fd, int how) {
        return (int) shutdown.call(fd, how);
    }

    public long read(int fd, long buffer, long length) {
        return read.call(fd, buffer, length);
    }

    public long write(int fd, long buffer, long length) {
        return write.call(fd, buffer, length);
    }

    public long pread(int fd, long buffer, long length, long offset) {
        return pread.call(fd, buffer, length, offset);
    }

    public int open(String path, int flags, int mode) {
        NativeBuffer pathText = NativeBuffer.ofString(path);
        try {
            return (int) open.call(pathText.address(), flags, mode);
        } finally {
            Reference.reachabilityFence(pathText);
        }
    }

    public int close(int fd) {
        return (int) close.call(fd);
    }

    public int dup2(int from, int to) {
        return (int) dup2.call(from, to);
    }

    public int fcntl(int fd, int command, long argument) {
        return (int) fcntl.call(fd, command, argument);
    }

    public int ioctl(int fd, long request, long argument) {
        return (int) ioctl.call(fd, request, argument);
    }

    public int pipe2(long fds, int flags) {
        return (int) pipe2.call(fds, flags);
    }

    public int poll(long fds, long count, int timeoutMs) {
        return (int) poll.call(fds, count, timeoutMs);
    }

    public int epoll_create1(int flags) {
        return (int) epollCreate1.call(flags);
    }

    public int epoll_ctl(int epoll, int operation, int fd, long event) {
        return (int) epollCtl.call(epoll, operation, fd, event);
    }

    public int epoll_wait(int epoll, long events, int most, int timeoutMs) {
        return (int) epollWait.call(epoll, events, most, timeoutMs);
    }

    public int eventfd(int initial, int flags) {
        return (int) eventfd.call(initial, flags);
    }

    public int timerfd_create(int clock, int flags) {
        return (int) timerfdCreate.call(clock, flags);
    }

    public int timerfd_settime(int fd, int flags, long newValue, long oldValue) {
        return (int) timerfdSettime.call(fd, flags, newValue, oldValue);
    }

    public int clock_gettime(int clock, long timespec) {
        return (int) clockGettime.call(clock, timespec);
    }

    public int setns(int fd, int type) {
        return (int) setns.call(fd, type);
    }

    public int unshare(int flags) {
        return (int) unshare.call(flags);
    }

    public int mount(String source, String target, String type, long flags, long data) {
        NativeBuffer sourceText = NativeBuffer.ofString(source);
        NativeBuffer targetText = NativeBuffer.ofString(target);
        NativeBuffer typeText = NativeBuffer.ofString(type);
        try {
            return (int) mount.call(sourceText.address(), targetText.address(), typeText.address(), flags, data);
        } finally {
            Reference.reachabilityFence(sourceText);
            Reference.reachabilityFence(targetText);
            Reference.reachabilityFence(typeText);
        }
    }

    public int umount2(String target, int flags) {
        NativeBuffer targetText = NativeBuffer.ofString(target);
        try {
            return (int) umount2.call(targetText.address(), flags);
        } finally {
            Reference.reachabilityFence(targetText);
        }
    }

    public int chmod(String path, int mode) {
        NativeBuffer pathText = NativeBuffer.ofString(path);
        try {
            return (int) chmod.call(pathText.address(), mode);
        } finally {
            Reference.reachabilityFence(pathText);
        }
    }

    /** @param uid -1 to leave it */
    public int chown(String path, int uid, int gid) {
        NativeBuffer pathText = NativeBuffer.ofString(path);
        try {
            return (int) chown.call(pathText.address(), uid, gid);
        } finally {
            Reference.reachabilityFence(pathText);
        }
    }

    /** Of the calling thread where {@code pid} is 0. */
    public int sched_setaffinity(int pid, int length, long mask) {
        return (int) schedSetaffinity.call(pid, length, mask);
    }

    public int sched_getaffinity(int pid, int length, long mask) {
        return (int) schedGetaffinity.call(pid, length, mask);
    }

    public int mlockall(int flags) {
        return (int) mlockall.call(flags);
    }

    public int sched_setscheduler(int pid, int policy, long parameter) {
        return (int) schedSetscheduler.call(pid, policy, parameter);
    }

    public int sched_getscheduler(int pid) {
        return (int) schedGetscheduler.call(pid);
    }

    public int prctl(int option, long a, long b, long c, long d) {
        return (int) prctl.call(option, a, b, c, d);
    }

    public int kill(int pid, int signal) {
        return (int) kill.call(pid, signal);
    }

    public int waitpid(int pid, long status, int options) {
        return (int) waitpid.call(pid, status, options);
    }

    public int getpid() {
        return (int) getpid.call();
    }

    public int geteuid() {
        return (int) geteuid.call();
    }

    public long syscall(long number, long a, long b, long c, long d) {
        return syscall.call(number, a, b, c, d);
    }

    public int posix_spawn(long pid, String path, long fileActions, long attributes, long argv, long envp) {
        NativeBuffer pathText = NativeBuffer.ofString(path);
        try {
            return (int) posixSpawn.call(pid, pathText.address(), fileActions, attributes, argv, envp);
        } finally {
            Reference.reachabilityFence(pathText);
        }
    }

    public int posix_spawn_file_actions_init(long actions) {
        return (int) posixSpawnFileActionsInit.call(actions);
    }

    public int posix_spawn_file_actions_destroy(long actions) {
        return (int) posixSpawnFileActionsDestroy.call(actions);
    }

    public int posix_spawn_file_actions_adddup2(long actions, int from, int to) {
        return (int) posixSpawnFileActionsAdddup2.call(actions, from, to);
    }

    public int posix_spawn_file_actions_addclose(long actions, int fd) {
        return (int) posixSpawnFileActionsAddclose.call(actions, fd);
    }

    public int posix_spawnattr_init(long attributes) {
        return (int) posixSpawnattrInit.call(attributes);
    }

    public int posix_spawnattr_destroy(long attributes) {
        return (int) posixSpawnattrDestroy.call(attributes);
    }

    public int posix_spawnattr_setflags(long attributes, int flags) {
        return (int) posixSpawnattrSetflags.call(attributes, flags);
    }

    public int posix_spawnattr_setsigmask(long attributes, long mask) {
        return (int) posixSpawnattrSetsigmask.call(attributes, mask);
    }

    public int posix_spawnattr_setsigdefault(long attributes, long mask) {
        return (int) posixSpawnattrSetsigdefault.call(attributes, mask);
    }

    /** Returns only if it fails. */
    public int execve(String path, long argv, long envp) {
        NativeBuffer pathText = NativeBuffer.ofString(path);
        try {
            return (int) execve.call(pathText.address(), argv, envp);
        } finally {
            Reference.reachabilityFence(pathText);
        }
    }

    public int chdir(String path) {
        NativeBuffer pathText = NativeBuffer.ofString(path);
        try {
            return (int) chdir.call(pathText.address());
        } finally {
            Reference.reachabilityFence(pathText);
        }
    }

    public int chroot(String path) {
        NativeBuffer pathText = NativeBuffer.ofString(path);
        try {
            return (int) chroot.call(pathText.address());
        } finally {
            Reference.reachabilityFence(pathText);
        }
    }

    public int setsid() {
        return (int) setsid.call();
    }

    /** Of all threads: the C library sees to that, a bare system call would not. */
    public int setuid(int uid) {
        return (int) setuid.call(uid);
    }

    /** Of all threads. */
    public int setgid(int gid) {
        return (int) setgid.call(gid);
    }

    /** Of all threads. */
    public int setgroups(int count, long gids) {
        return (int) setgroups.call(count, gids);
    }

    /** Of all threads. */
    public int setresuid(int real, int effective, int saved) {
        return (int) setresuid.call(real, effective, saved);
    }

    /** Of all threads. */
    public int setresgid(int real, int effective, int saved) {
        return (int) setresgid.call(real, effective, saved);
    }

    /** @param handler 0 for the default, 1 to ignore it */
    public long signal(int signal, long handler) {
        return this.signal.call(signal, handler);
    }

    public int getrlimit(int resource, long limit) {
        return (int) getrlimit.call(resource, limit);
    }

    public int setrlimit(int resource, long limit) {
        return (int) setrlimit.call(resource, limit);
    }

    private static Library openLibrary() {
        Library library = Library.openLibrary("libc.so.6", Library.LAZY | Library.GLOBAL);
        if (library == null) {
            throw new IllegalStateException("libc.so.6: " + Library.getLastError());
        }
        return library;
    }

    private static CallContext[] signatures() {
        CallContext[] all = new CallContext[MAX_ARGUMENTS + 1];
        for (int count = 0; count <= MAX_ARGUMENTS; count++) {
            Type[] arguments = new Type[count];
            Arrays.fill(arguments, Type.SINT64);
            all[count] = CallContext.getCallContext(Type.SINT64, arguments, CallingConvention.DEFAULT, true);
        }
        return all;
    }

    private Function find(String name, int arguments) {
        long address = library.getSymbolAddress(name);
        if (address == 0) {
            throw new IllegalStateException("libc has no " + name);
        }
        return new Function(signatures[arguments], address);
    }

    /** One symbol and its signature; an {@code int} result is the lower half of what {@code call} answers. */
    private record Function(CallContext signature, long address) {
        private static final Invoker INVOKER = Invoker.getInstance();

        long call() {
            return INVOKER.invokeN0(signature, address);
        }

        long call(long a) {
            return INVOKER.invokeN1(signature, address, a);
        }

        long call(long a, long b) {
            return INVOKER.invokeN2(signature, address, a, b);
        }

        long call(long a, long b, long c) {
            return INVOKER.invokeN3(signature, address, a, b, c);
        }

        long call(long a, long b, long c, long d) {
            return INVOKER.invokeN4(signature, address, a, b, c, d);
        }

        long call(long a, long b, long c, long d, long e) {
            return INVOKER.invokeN5(signature, address, a, b, c, d, e);
        }

        long call(long a, long b, long c, long d, long e, long f) {
            return INVOKER.invokeN6(signature, address, a, b, c, d, e, f);
        }
    }
}
