// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.netty.handler.codec.DecoderException;
import io.tandem.node.frontend.ClientConnections;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.SessionCommands;
import io.tandem.node.frontend.listen.Bind;
import io.tandem.node.frontend.listen.DatagramListener;
import io.tandem.node.frontend.listen.ListenerFactory;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Loops;
import io.tandem.node.observe.EventLog;
import io.tandem.node.observe.admin.Command;
import io.tandem.node.setup.NodeRuntime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Ties the data plane's listeners to the life of the process. */
final class DataPlane {
    private DataPlane() {}

    static ListenerOpener opener(NodeRuntime node, Loops loops) {
        ClientConnections connections = new ClientConnections();
        ListenerFactory factory = new ListenerFactory(loops, node, connections);
        for (Loop loop : loops.all()) {
            loop.onFailure(failure -> report(node, failure));
        }
        return new ListenerOpener() {
            @Override
            public Listener open(Frontend frontend, Bind bind, List<Integer> adopted) throws IOException {
                if (bind.receivesDatagrams()) {
                    return new OpenForDatagrams(factory.openForDatagrams(bind, adopted));
                }
                return new Open(factory.open(bind, adopted), () -> {
                    if (node.stopping()) {
                        connections.softStop(loops, node);
                    }
                });
            }

            @Override
            public void drain() {
                connections.softStop(loops, node);
            }

            @Override
            public void kill() {
                SessionCommands.endAll(loops);
            }

            @Override
            public int openConnections() {
                return factory.openConnections();
            }

            @Override
            public List<Command> commands() {
                List<Command> commands = new ArrayList<>(factory.commands());
                commands.addAll(SessionCommands.of(loops));
                return List.copyOf(commands);
            }
        };
    }

    /** TLS that fails is the peer's affair; anything else is a mistake of ours, and where it happened says which. */
    private static void report(NodeRuntime node, Throwable failure) {
        if (!(failure instanceof DecoderException)) {
            StackTraceElement[] trace = failure.getStackTrace();
            node.events()
                    .tell(
                            EventLog.Level.ALERT,
                            null,
                            "internal error: " + failure + (trace.length > 0 ? " at " + trace[0] : ""));
        }
    }

    /** @param afterClose runs when it has stopped accepting */
    record Open(io.tandem.node.frontend.listen.Listener listener, Runnable afterClose)
            implements ListenerOpener.Listener {
        @Override
        public void serve(Frontend frontend, Bind bind) {
            listener.serve(frontend, bind);
        }

        @Override
        public List<Integer> descriptors() {
            return listener.descriptors();
        }

        @Override
        public boolean isOpen() {
            return listener.isOpen();
        }

        @Override
        public void close() {
            listener.close();
            afterClose.run();
        }
    }

    record OpenForDatagrams(DatagramListener listener) implements ListenerOpener.Listener {
        @Override
        public void serve(Frontend frontend, Bind bind) {
            listener.serve(frontend, bind);
        }

        @Override
        public List<Integer> descriptors() {
            return listener.descriptors();
        }

        @Override
        public boolean isOpen() {
            return listener.isOpen();
        }

        @Override
        public void close() {
            listener.close();
        }
    }
}
