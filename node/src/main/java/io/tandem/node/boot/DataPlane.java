// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.node.frontend.ClientConnections;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.listen.Bind;
import io.tandem.node.frontend.listen.Listener;
import io.tandem.node.frontend.listen.ListenerFactory;
import io.tandem.node.loop.Loops;
import io.tandem.node.setup.NodeRuntime;
import java.util.List;

/** Ties the data plane's listeners to the life of the process. */
final class DataPlane {
    private DataPlane() {}

    static ListenerOpener opener(NodeRuntime node, Loops loops) {
        ClientConnections connections = new ClientConnections();
        ListenerFactory factory = new ListenerFactory(loops, node, connections);
        return (frontend, bind, adopted) -> new Open(factory.open(bind, adopted), () -> {
            if (node.stopping()) {
                connections.softStop(loops);
            }
        });
    }

    /** @param afterClose runs when it has stopped accepting */
    record Open(Listener listener, Runnable afterClose) implements ListenerOpener.Listener {
        @Override
        public void serve(Frontend frontend, Bind bind) {
            listener.serve(frontend, bind);
        }

        @Override
        public List<Integer> descriptors() {
            return listener.descriptors();
        }

        @Override
        public void close() {
            listener.close();
            afterClose.run();
        }
    }
}
