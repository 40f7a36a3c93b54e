// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import io.tandem.node.frontend.Peer;
import org.jspecify.annotations.Nullable;

/**
 * What the two ends of a client's connection were before a header in front of its bytes, or rules of one exchange, made them
 * known as something else. Owned by one loop.
 */
public final class PeerHistory {
    private final Peer source;
    private final Peer destination;
    /** As the network has them; null while nothing has been announced. */
    private @Nullable Peer realSource;

    private @Nullable Peer realDestination;
    /** As they were before rules changed them for the exchange; null while none has. */
    private @Nullable Peer sourceBefore;

    private @Nullable Peer destinationBefore;

    /** @param source and {@code destination}: the ends as they are known now, which this changes */
    PeerHistory(Peer source, Peer destination) {
        this.source = source;
        this.destination = destination;
    }

    /** Of one of several exchanges at once: what is true of the connection now. */
    void follow(PeerHistory connection) {
        source.set(connection.source);
        destination.set(connection.destination);
        realSource = connection.realSource;
        realDestination = connection.realDestination;
    }

    /** From now on the connection is known by other addresses than its own. */
    public void announce(Peer from, Peer to) {
        realSource = copy(source);
        realDestination = copy(destination);
        source.set(from);
        destination.set(to);
    }

    /** The connection's own source ({@code fc_src}), whatever has been announced or rules of the exchange have set. */
    public Peer realSource() {
        return realSource != null ? realSource : sourceBefore != null ? sourceBefore : source;
    }

    /** The connection's own destination ({@code fc_dst}), likewise. */
    public Peer realDestination() {
        return realDestination != null ? realDestination : destinationBefore != null ? destinationBefore : destination;
    }

    /** The source, to be changed for this exchange. */
    public Peer changeSource() {
        if (sourceBefore == null) {
            sourceBefore = copy(source);
        }
        return source;
    }

    /** The destination, to be changed for this exchange. */
    public Peer changeDestination() {
        if (destinationBefore == null) {
            destinationBefore = copy(destination);
        }
        return destination;
    }

    /** The exchange is over: what its rules have changed is as before. */
    void restore() {
        if (sourceBefore != null) {
            source.set(sourceBefore);
            sourceBefore = null;
        }
        if (destinationBefore != null) {
            destination.set(destinationBefore);
            destinationBefore = null;
        }
    }

    private static Peer copy(Peer peer) {
        Peer copy = new Peer();
        copy.set(peer);
        return copy;
    }
}
