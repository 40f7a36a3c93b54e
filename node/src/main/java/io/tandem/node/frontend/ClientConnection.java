// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import java.util.function.Consumer;

/** A client's connection, whatever it speaks. Calls come on its loop. */
public interface ClientConnection {
    /** The process stops: an idle connection ends, the others after their present requests. */
    void onSoftStop();

    /** Names what is under way on it; idle connections, and requests that are not whole yet, are nothing. */
    void sessions(Consumer<LiveSession> each);
}
