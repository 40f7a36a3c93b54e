// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.NativeBuffer;
import java.io.IOException;

/**
 * How many connections and descriptors the process may have.
 *
 * @param connections client connections at once
 * @param descriptors open files at once
 */
record Limits(int connections, int descriptors) {
    private static final int RLIMIT_NOFILE = 7;
    /** What the process needs besides connections: listeners, pipes, logs, the runtime's files. */
    private static final int RESERVED = 100;

    /**
     * Raises the limit of descriptors to what is configured, as far as the process may.
     *
     * @param connectionsWanted {@code maxconn} or {@code -n}, 0 to take what the descriptors allow
     * @param ceiling {@code fd-hard-limit}: more is not used even where the system allows it; 0 for none
     * @param descriptorsWanted {@code ulimit-n}, 0 to take what the connections need
     * @throws IOException worded as HAProxy's alert if that many cannot be had
     */
    static Limits apply(int connectionsWanted, int descriptorsWanted, int ceiling) throws IOException {
        NativeBuffer limit = new NativeBuffer(16);
        SystemCall.check("getrlimit", C.getrlimit(RLIMIT_NOFILE, limit.address()));
        long present = clamp(limit.bytes().getLong(0));
        long most = clamp(limit.bytes().getLong(8));
        if (ceiling > 0 && descriptorsWanted == 0 && connectionsWanted == 0) {
            present = Math.min(present, ceiling);
        }
        long wanted = descriptorsWanted > 0
                ? descriptorsWanted
                : connectionsWanted > 0 ? 2L * connectionsWanted + RESERVED : present;
        if (wanted > present) {
            limit.bytes().putLong(0, wanted).putLong(8, Math.max(wanted, most));
            if (C.setrlimit(RLIMIT_NOFILE, limit.address()) != 0) {
                throw new IOException(
                        "[haproxy.main()] Cannot raise FD limit to " + wanted + ", limit is " + most + ".");
            }
            present = wanted;
        }
        long allowed = Math.max(1, (present - RESERVED) / 2);
        return new Limits(
                (int) (connectionsWanted > 0 ? connectionsWanted : Math.min(allowed, Integer.MAX_VALUE)),
                (int) present);
    }

    /** "No limit" is a negative number here. */
    private static long clamp(long limit) {
        return limit < 0 || limit > Integer.MAX_VALUE ? Integer.MAX_VALUE : limit;
    }
}
