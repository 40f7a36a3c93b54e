// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import io.tandem.packaging.lab.host.Host;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;

/** Sends every client back once and counts those that reach the server they know. */
final class Sweep {
    private static final long LIMIT_MS = 2_000;

    private Sweep() {}

    /** How many of them were answered by the server they know. Runs in the client's namespace, one after the other. */
    static int countKept(Host client, InetSocketAddress target, Clients all, List<Clients.Known> clients)
            throws IOException {
        return client.network().run(() -> {
            int kept = 0;
            HttpCall call = null;
            try (Selector selector = Selector.open()) {
                for (Clients.Known known : clients) {
                    byte[] request = Load.request(known.name(), true);
                    try {
                        if (call == null) {
                            call = HttpCall.open(selector, target, request);
                        } else {
                            call.send(request);
                        }
                        awaitAnswer(selector, call);
                        if (call.status() == 200 && call.body().equals(known.server())) {
                            kept++;
                        } else if (call.status() == 200) {
                            all.moved(known, call.body());
                        }
                    } catch (IOException notAnswered) {
                        if (call != null) {
                            call.abort();
                        }
                        call = null;
                    }
                }
            } finally {
                if (call != null) {
                    call.abort();
                }
            }
            return kept;
        });
    }

    private static void awaitAnswer(Selector selector, HttpCall call) throws IOException {
        while (true) {
            if (selector.select(LIMIT_MS) == 0) {
                throw new IOException("no answer within 2 s");
            }
            for (SelectionKey key : selector.selectedKeys()) {
                if (key.attachment() == call && call.onReady()) {
                    selector.selectedKeys().clear();
                    return;
                }
            }
            selector.selectedKeys().clear();
        }
    }
}
