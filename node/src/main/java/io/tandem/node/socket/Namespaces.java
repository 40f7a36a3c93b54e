// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.socket;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Libc;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Network namespaces by name, as {@code ip netns} keeps them: opened once, when a line names them, and kept for the life of the
 * process. Any thread.
 */
public final class Namespaces {
    private static final String DIRECTORY = "/var/run/netns/";
    private static final int CLOEXEC = 0x80000;
    private static final int CLONE_NEWNET = 0x40000000;

    /** Something to do inside another namespace. */
    @FunctionalInterface
    public interface Inside {
        int call() throws IOException;
    }

    private static final Map<String, Integer> OPEN = new ConcurrentHashMap<>();
    private static final int OWN = C.open("/proc/self/ns/net", CLOEXEC, 0);

    private Namespaces() {}

    /** Whether the namespace is there; opens it. */
    public static boolean open(String name) {
        return descriptor(name) >= 0;
    }

    private static int descriptor(String name) {
        Integer known = OPEN.get(name);
        if (known != null) {
            return known;
        }
        if (name.isEmpty() || name.indexOf('/') >= 0 || name.startsWith(".")) {
            return -1; // names come from PROXY headers, too
        }
        int fd = C.open(DIRECTORY + name, CLOEXEC, 0);
        if (fd >= 0) {
            Integer earlier = OPEN.putIfAbsent(name, fd);
            if (earlier != null) {
                C.close(fd);
                return earlier;
            }
        }
        return fd;
    }

    /**
     * Runs {@code call} with this thread in the namespace, and comes back.
     *
     * @throws IOException if the namespace is not there or may not be entered (needs CAP_SYS_ADMIN)
     */
    public static int in(String name, Inside call) throws IOException {
        int namespace = descriptor(name);
        if (namespace < 0) {
            throw new IOException("namespace " + name + ": " + Errno.name(Errno.ENOENT));
        }
        if (C.setns(namespace, CLONE_NEWNET) != 0) {
            throw new IOException("setns " + name + ": " + Errno.explain(Libc.errno(), "CAP_SYS_ADMIN"));
        }
        try {
            return call.call();
        } finally {
            if (C.setns(OWN, CLONE_NEWNET) != 0) {
                stranded();
            }
        }
    }

    /** A thread in the wrong namespace would connect to the wrong servers. */
    private static void stranded() {
        throw new IllegalStateException("setns back: " + Errno.name(Libc.errno()));
    }
}
