// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import jnr.ffi.LibraryLoader;
import jnr.ffi.LibraryOption;
import jnr.ffi.Runtime;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;
import jnr.ffi.types.u_int64_t;

/**
 * The C library, as far as Tandem calls it; the only foreign binding in the program.
 *
 * <p>Memory is passed as raw addresses of {@link NativeBuffer}s, so that a call allocates nothing. A negative result
 * means failure: read {@link #errno()} on the same thread before the next call. Functions keep their C names.
 */
@SuppressWarnings("MemberName")
public interface Libc {
    /** The loaded library; loading costs a few hundred milliseconds once per process. */
    Libc C = LibraryLoader.create(Libc.class)
            .option(LibraryOption.SaveError, true)
            .load("libc.so.6");

    /** The errno of this thread's last call. */
    static int errno() {
        return Runtime.getSystemRuntime().getLastError();
    }

    int socket(int domain, int type, int protocol);

    int bind(int fd, long address, int length);

    int connect(int fd, long address, int length);

    int listen(int fd, int backlog);

    int accept4(int fd, long address, long length, int flags);

    int getsockname(int fd, long address, long length);

    int setsockopt(int fd, int level, int option, long value, int length);

    int getsockopt(int fd, int level, int option, long value, long length);

    @ssize_t
    long sendto(int fd, long buffer, @size_t long length, int flags, long address, int addressLength);

    @ssize_t
    long recvfrom(int fd, long buffer, @size_t long length, int flags, long address, long addressLength);

    @ssize_t
    long sendmsg(int fd, long message, int flags);

    @ssize_t
    long recvmsg(int fd, long message, int flags);

    @ssize_t
    long read(int fd, long buffer, @size_t long length);

    @ssize_t
    long write(int fd, long buffer, @size_t long length);

    int open(String path, int flags, int mode);

    int close(int fd);

    int dup2(int from, int to);

    int fcntl(int fd, int command, long argument);

    int ioctl(int fd, @u_int64_t long request, long argument);

    int pipe2(long fds, int flags);

    int poll(long fds, @u_int64_t long count, int timeoutMs);

    int epoll_create1(int flags);

    int epoll_ctl(int epollFd, int operation, int fd, long event);

    int epoll_wait(int epollFd, long events, int maxEvents, int timeoutMs);

    int eventfd(int initial, int flags);

    int timerfd_create(int clock, int flags);

    int timerfd_settime(int fd, int flags, long newValue, long oldValue);

    int clock_gettime(int clock, long timespec);

    int setns(int fd, int type);

    int unshare(int flags);

    int mount(String source, String target, String type, @u_int64_t long flags, long data);

    int umount2(String target, int flags);

    int mlockall(int flags);

    int sched_setscheduler(int pid, int policy, long parameter);

    int prctl(int option, @u_int64_t long a, @u_int64_t long b, @u_int64_t long c, @u_int64_t long d);

    int kill(int pid, int signal);

    int waitpid(int pid, long status, int options);

    int getpid();

    int gettid();

    int geteuid();

    long syscall(long number, long a, long b, long c, long d);

    int posix_spawn(long pid, String path, long fileActions, long attributes, long argv, long envp);

    int posix_spawn_file_actions_init(long actions);

    int posix_spawn_file_actions_destroy(long actions);

    int posix_spawn_file_actions_adddup2(long actions, int from, int to);

    int posix_spawn_file_actions_addclose(long actions, int fd);

    int posix_spawnattr_init(long attributes);

    int posix_spawnattr_destroy(long attributes);

    int posix_spawnattr_setflags(long attributes, short flags);

    int posix_spawnattr_setsigmask(long attributes, long mask);

    int posix_spawnattr_setsigdefault(long attributes, long mask);
}
