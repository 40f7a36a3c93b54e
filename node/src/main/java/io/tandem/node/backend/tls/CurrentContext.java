// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.tls;

import io.tandem.node.tls.EngineContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The context that new connections to a server begin with. It is exchanged when a command replaces what it was made of; connections
 * in flight keep theirs.
 */
final class CurrentContext {
    private final List<String> protocols;
    private volatile EngineContext current; // written by whoever holds the store of certificates, read by loops
    private @Nullable EngineContext prepared;

    /** @param protocols what ALPN offers */
    CurrentContext(List<String> protocols, EngineContext first) {
        this.protocols = protocols;
        current = first;
    }

    List<String> protocols() {
        return protocols;
    }

    EngineContext get() {
        return current;
    }

    void prepare(EngineContext next) {
        prepared = next;
    }

    void serve() {
        EngineContext next = prepared;
        if (next != null) {
            EngineContext before = current;
            current = next;
            prepared = null;
            before.giveBack();
        }
    }

    void discard() {
        EngineContext unused = prepared;
        if (unused != null) {
            prepared = null;
            unused.giveBack();
        }
    }

    void retire() {
        current.giveBack();
    }
}
