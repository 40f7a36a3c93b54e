// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Ports of 127.0.0.1 that are held until this JVM ends: no other test or program on the machine gets them meanwhile. */
public final class Ports {
    private static final Queue<Socket> HELD = new ConcurrentLinkedQueue<>();

    private Ports() {}

    /** A port for who says SO_REUSEPORT, as both proxies do; until one listens there, connections are refused. */
    public static int reserved() {
        return held(true);
    }

    /** As {@link #reserved()}, several at once. */
    public static int[] reserved(int count) {
        int[] ports = new int[count];
        for (int i = 0; i < count; i++) {
            ports[i] = reserved();
        }
        return ports;
    }

    /** A port where every connection is refused. */
    public static int dead() {
        return held(false);
    }

    private static int held(boolean shared) {
        try {
            Socket bound = new Socket();
            bound.setOption(StandardSocketOptions.SO_REUSEPORT, shared);
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            HELD.add(bound);
            return bound.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
