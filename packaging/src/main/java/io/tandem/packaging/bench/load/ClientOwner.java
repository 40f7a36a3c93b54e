// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.load;

/** Whom a {@link Client} tells what happens; on the generator's event loop. */
interface ClientOwner {
    Plan plan();

    /** Connected, and through the handshake where there is TLS. */
    void onUsable(Client client);

    void onAnswer(Client client, long dueNs, int status);

    /**
     * The connection is gone, by the other side or in error.
     *
     * @param usable whether it had become usable
     * @param waiting whether an answer was outstanding
     */
    void onEnd(Client client, boolean usable, boolean waiting);
}
