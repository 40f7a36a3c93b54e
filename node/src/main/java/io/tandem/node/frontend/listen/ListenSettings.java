// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.tandem.node.loop.KernelBuffers;
import org.jspecify.annotations.Nullable;

/** What a {@code bind} line says about its sockets. Filled while the line is read, then only read. */
public final class ListenSettings {
    /** How many sockets share an address. */
    static final int ONE_PER_LOOP = 0;

    /** Which families a socket of the IPv6 wildcard serves. */
    enum Families {
        AS_THE_SYSTEM,
        BOTH,
        ONLY_IPV6
    }

    int maxConnections;
    int backlog;
    /** Permissions of a unix socket, or -1 for the umask's. */
    int mode = -1;

    int uid = -1;
    int gid = -1;

    @Nullable String device;

    @Nullable String namespace;

    Families families = Families.AS_THE_SYSTEM;
    /** {@code proto h2}: clients speak HTTP/2 from the first byte on. */
    boolean http2;
    /** {@code proto h1}: HTTP/1 alone, whatever ALPN or the first bytes say. */
    boolean http1Only;

    /** {@code upgrade-h2c}: a request in HTTP/1.1 may go on in HTTP/2. */
    boolean upgrades;

    /** {@code dgram-bind}. */
    boolean datagrams;

    /** What the kernel keeps for it, where it receives datagrams. */
    @Nullable KernelBuffers buffers;

    boolean transparent;
    boolean deferAccept;
    boolean fastOpen;
    int userTimeoutMs;
    int idlePingMs;
    /** {@code mss}: positive what to announce, negative what to take off, 0 for neither. */
    int segment;

    int shards = ONE_PER_LOOP;
    ThreadSet threads = ThreadSet.ALL;

    ListenSettings() {}

    /** What {@code unix-bind} says counts where the line says nothing. */
    void complete(ListenSettings common) {
        mode = mode >= 0 ? mode : common.mode;
        uid = uid >= 0 ? uid : common.uid;
        gid = gid >= 0 ? gid : common.gid;
    }
}
