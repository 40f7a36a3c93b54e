// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** What sockets cost in the kernel, by {@code /proc/slabinfo}: caches that other programs fill with files are left out. */
final class KernelObjects {
    /** A socket's entry in the table of names and its security label: 192 and 32 bytes, in caches shared with files. */
    static final int NAME_OF_SOCKET = 224;

    private static final Pattern SOCKETS =
            Pattern.compile("(TCP|TCPv6|sock_inode_cache|filp|eventpoll_\\w+|skbuff_\\w+|tcp_bind\\w*) .*");

    private KernelObjects() {}

    /** Bytes of all pages that hold sockets, their files, what polls them and what is queued at them; needs root. */
    static long ofSockets() throws IOException {
        long pages = 0;
        for (String line : Files.readAllLines(Path.of("/proc/slabinfo"))) {
            if (SOCKETS.matcher(line).matches()) {
                String[] fields = line.split(" +", -1);
                pages += Long.parseLong(fields[5]) * Long.parseLong(fields[14]);
            }
        }
        if (pages == 0) {
            throw new IOException("no sockets in /proc/slabinfo");
        }
        return 4096 * pages;
    }
}
