// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.listen.Bind;
import io.tandem.node.observe.admin.Command;
import java.io.IOException;
import java.util.List;

/** Opens the sockets of bind lines; the border between start-up and the data plane. Called by the thread that loads. */
interface ListenerOpener {
    /** An open listener. It accepts from {@link #serve} on. */
    interface Listener {
        /** From now on new connections belong to this frontend and bind line; called again after each reload. */
        void serve(Frontend frontend, Bind bind);

        /** The listening descriptors, to be handed to another process. */
        List<Integer> descriptors();

        /** Whether it has not been closed, by whomever ({@code shutdown frontend}). */
        boolean isOpen();

        /** Accepts no more; connections in flight go on. */
        void close();
    }

    /**
     * Binds.
     *
     * @param adopted listening descriptors for this address that another process gave, or none
     * @throws IOException worded as HAProxy words it behind {@code Binding [FILE:LINE] for frontend NAME: }
     */
    Listener open(Frontend frontend, Bind bind, List<Integer> adopted) throws IOException;

    /** Idle connections end now, the others with their next response; new ones are still accepted. */
    default void drain() {}

    /** Sessions end now, whatever they are at. */
    default void kill() {}

    /** How many client connections are open. */
    default int openConnections() {
        return 0;
    }

    /** What operators may ask of listeners. */
    default List<Command> commands() {
        return List.of();
    }
}
