// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.table;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The ports of a table, the same for both proxies: held by sockets that say SO_REUSEPORT, as proxies do, so that nobody
 * else gets them before, or meanwhile.
 */
final class Ports implements AutoCloseable {
    private final List<Socket> held = new ArrayList<>();
    private final Map<Integer, Integer> ofCases = new HashMap<>();
    private final int log;
    private final int server;
    private final int main;

    Ports(int log, int server) throws IOException {
        this.log = log;
        this.server = server;
        main = hold();
    }

    private int hold() throws IOException {
        Socket socket = new Socket();
        socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        held.add(socket);
        return socket.getLocalPort();
    }

    int log() {
        return log;
    }

    int server() {
        return server;
    }

    int main() {
        return main;
    }

    /** That of the frontend a case has for itself. */
    int of(Case one) {
        return ofCases.computeIfAbsent(one.index(), index -> {
            try {
                return hold();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Where the request of a case goes. */
    int target(Case one) {
        return ofCases.getOrDefault(one.index(), main);
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : held) {
            socket.close();
        }
    }
}
