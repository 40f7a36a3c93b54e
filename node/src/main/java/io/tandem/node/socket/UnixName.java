// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.socket;

import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;

/** Names of unix sockets. */
public final class UnixName {
    private static final int SUN_PATH = 108;

    private UnixName() {}

    public static DomainSocketAddress path(String path) {
        return new DomainSocketAddress(path);
    }

    /**
     * A name of the abstract namespace. As HAProxy's {@code abns@} it fills the whole address, zeros included; Netty takes the
     * at sign in front for the zero that such names begin with.
     */
    public static DomainSocketAddress abstractName(String name) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        return new DomainSocketAddress("@" + name + "\0".repeat(Math.max(0, SUN_PATH - 1 - length)));
    }

    public static boolean isAbstract(DomainSocketAddress address) {
        return address.path().startsWith("@");
    }
}
