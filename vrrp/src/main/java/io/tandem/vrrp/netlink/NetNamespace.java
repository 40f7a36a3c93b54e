// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import static io.tandem.vrrp.netlink.Libc.C;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A network namespace, held open by a descriptor, with a thread that lives in it.
 *
 * <p>{@code setns} moves one thread, and threads inherit the namespace of the thread that starts them: do not start
 * threads, pools or Netty groups inside {@link #run} unless they are meant to live there. Sockets opened there stay
 * there, whichever thread uses them later. The namespace vanishes when nothing holds it any more: no descriptor, no
 * process, no name.
 */
public final class NetNamespace implements AutoCloseable {
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int O_RDONLY_CLOEXEC = 0x80000;
    private static final int MS_BIND = 4096;
    private static final int MNT_DETACH = 2;
    private static final Path NAMED = Path.of("/run/netns");

    private final int fd;
    private final String description;
    private final ExecutorService inside;

    private NetNamespace(int fd, String description, ExecutorService inside) {
        this.fd = fd;
        this.description = description;
        this.inside = inside;
    }

    /** A new, empty namespace without a name: its loopback is down. Needs CAP_SYS_ADMIN. */
    public static NetNamespace create(String description) throws IOException {
        ExecutorService thread = thread(description);
        try {
            return onThread(thread, () -> {
                if (C.unshare(CLONE_NEWNET) != 0) {
                    throw new NetlinkException("namespace: create " + description, Libc.errno(), "CAP_SYS_ADMIN");
                }
                return new NetNamespace(openNamespace("/proc/thread-self/ns/net", description), description, thread);
            });
        } catch (IOException e) {
            thread.shutdown();
            throw e;
        }
    }

    /** The namespace of a process. */
    public static NetNamespace ofProcess(long pid) throws IOException {
        return open(Path.of("/proc/" + pid + "/ns/net"));
    }

    /** One with a name, as {@code ip netns} makes them. */
    public static NetNamespace named(String name) throws IOException {
        return open(NAMED.resolve(name));
    }

    public static NetNamespace open(Path path) throws IOException {
        String description = path.toString();
        int fd = openNamespace(description, description);
        ExecutorService thread = thread(description);
        try {
            return onThread(thread, () -> {
                if (C.setns(fd, CLONE_NEWNET) != 0) {
                    throw new NetlinkException("namespace: enter " + description, Libc.errno(), "CAP_SYS_ADMIN");
                }
                return new NetNamespace(fd, description, thread);
            });
        } catch (IOException e) {
            thread.shutdown();
            C.close(fd);
            throw e;
        }
    }

    /** Gives it a name under /run/netns, so that {@code ip netns exec} and {@code nsenter} find it. */
    public void pin(String name) throws IOException {
        Files.createDirectories(NAMED);
        Path target = Files.createFile(NAMED.resolve(name));
        if (C.mount(path().toString(), target.toString(), "none", MS_BIND, 0L) != 0) {
            NetlinkException refused =
                    new NetlinkException("namespace: mount at " + target, Libc.errno(), "CAP_SYS_ADMIN");
            Files.delete(target);
            throw refused;
        }
    }

    /** Takes a name away; the namespace lives on while something else holds it. No such name is a success. */
    public static void unpin(String name) throws IOException {
        Path target = NAMED.resolve(name);
        if (Files.exists(target)) {
            C.umount2(target.toString(), MNT_DETACH);
            Files.deleteIfExists(target);
        }
    }

    /** A path that {@code nsenter --net=} and other processes can open while this object is open. */
    public Path path() {
        return Path.of("/proc/" + C.getpid() + "/fd/" + fd);
    }

    public int fd() {
        return fd;
    }

    /** Moves the calling thread into this namespace, for good. For a process that is about to become its inhabitant. */
    public void enter() throws NetlinkException {
        if (C.setns(fd, CLONE_NEWNET) != 0) {
            throw new NetlinkException("namespace: enter " + description, Libc.errno(), "CAP_SYS_ADMIN");
        }
    }

    /** A netlink socket that lives in this namespace. */
    public Netlink netlink() throws IOException {
        return onThread(inside, Netlink::open);
    }

    /** Runs the task on this namespace's thread and waits for its result. */
    public <T> T run(Callable<T> task) throws IOException {
        return onThread(inside, task);
    }

    @Override
    public void close() {
        inside.shutdown();
        C.close(fd);
    }

    @Override
    public String toString() {
        return description;
    }

    private static int openNamespace(String path, String description) throws NetlinkException {
        int fd = C.open(path, O_RDONLY_CLOEXEC, 0);
        if (fd < 0) {
            throw new NetlinkException("namespace: open " + description, Libc.errno(), "CAP_SYS_PTRACE");
        }
        return fd;
    }

    private static ExecutorService thread(String description) {
        return Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "netns " + description);
            thread.setDaemon(true);
            return thread;
        });
    }

    private static <T> T onThread(ExecutorService thread, Callable<T> task) throws IOException {
        CompletableFuture<T> result = new CompletableFuture<>();
        thread.execute(() -> {
            try {
                result.complete(task.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NetlinkException("namespace: interrupted", Errno.EINTR);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failed) {
                throw failed;
            }
            if (e.getCause() instanceof RuntimeException bug) {
                throw bug;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
