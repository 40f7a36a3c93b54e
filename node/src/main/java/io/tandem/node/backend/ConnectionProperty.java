// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.rules.Facts;

/**
 * Something that may make two connections to one server differ, so that a request must not use a connection that was opened
 * for another: a server name sent by TLS, a PROXY protocol header, a source address, a destination of its own.
 *
 * <p>An option of a {@code server} line that sends such a thing adds one to {@link ServerSettings#properties}. It is asked
 * for each exchange that goes to the server, on the exchange's loop, before an idle connection is looked for; servers
 * without properties pay nothing. The value itself is sent when a connection is opened: that code gets the same facts.
 */
@FunctionalInterface
public interface ConnectionProperty {
    /**
     * Adds what distinguishes the connection that this exchange needs: {@code key.add(tag, bytes, from, to)} with a tag of
     * the property's own, or {@link ConnectionKey#makePrivate} where no other client may ever use the connection.
     */
    void addTo(ConnectionKey key, Facts facts);
}
