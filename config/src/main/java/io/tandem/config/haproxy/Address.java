// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.haproxy;

/** What stands where haproxy.cfg wants an address, before any name is resolved. */
public sealed interface Address {

    /** The internet family a prefix such as {@code ipv6@} asks for, or which a literal belongs to. */
    enum Family {
        ANY,
        IPV4,
        IPV6
    }

    /** How the digits after the last colon are meant. */
    enum PortKind {
        /** There are none: a server keeps the client's port. */
        NONE,
        FIXED,
        /** {@code +N} or {@code -N}: the client's port shifted by so many. */
        OFFSET
    }

    /**
     * An internet address.
     *
     * @param family what the name must resolve to; of a literal, its own
     * @param host a literal without brackets or a name; empty for the wildcard ({@code *}, nothing, {@code ::} stays as it is)
     * @param literal whether {@code host} is a literal
     * @param portKind how to read the ports
     * @param port the first port, 1..65535; 0 when there is none; for an offset, the signed number
     * @param lastPort the last port of a range; {@code port} when it is no range
     */
    record Inet(Family family, String host, boolean literal, PortKind portKind, int port, int lastPort)
            implements Address {
        public boolean wildcard() {
            return host.isEmpty();
        }
    }

    /** A unix socket in the file system; the path holds bytes, see {@link io.tandem.config.text.Bytes}. */
    record UnixPath(String path) implements Address {}

    /** A unix socket in Linux's abstract namespace. */
    record Abstract(String name) implements Address {}

    /** An inherited file descriptor, {@code fd@N}. */
    record Descriptor(int number) implements Address {}

    /** One end of an inherited socket pair over which connections arrive, {@code sockpair@N}. */
    record SocketPair(int number) implements Address {}
}
