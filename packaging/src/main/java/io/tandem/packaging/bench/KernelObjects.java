// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * What sockets cost in the kernel, by {@code /proc/slabinfo}: caches that other programs fill with files are left out.
 *
 * @param bytes of all pages that hold sockets, their files, what polls them and what is queued at them
 * @param sockets of TCP in use, of all programs
 */
record KernelObjects(long bytes, long sockets) {
    /** A socket's entry in the table of names and its security label: 192 and 32 bytes, in caches shared with files. */
    private static final int NAME_OF_SOCKET = 224;

    private static final Pattern SOCKETS =
            Pattern.compile("(TCP|TCPv6|sock_inode_cache|filp|eventpoll_\\w+|skbuff_\\w+|tcp_bind\\w*) .*");

    /** As it is now; needs root. */
    static KernelObjects now() throws IOException {
        long pages = 0;
        long sockets = 0;
        for (String line : Files.readAllLines(Path.of("/proc/slabinfo"))) {
            if (SOCKETS.matcher(line).matches()) {
                String[] fields = line.split(" +", -1);
                pages += Long.parseLong(fields[5]) * Long.parseLong(fields[14]);
                sockets += fields[0].startsWith("TCP") ? Long.parseLong(fields[1]) : 0;
            }
        }
        if (pages == 0) {
            throw new IOException("no sockets in /proc/slabinfo");
        }
        return new KernelObjects(4096 * pages, sockets);
    }

    /** Bytes of each socket that has come since {@code before}, others' sockets among them. */
    double eachSince(KernelObjects before) {
        return (double) (bytes - before.bytes) / (sockets - before.sockets) + NAME_OF_SOCKET;
    }
}
