// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import java.net.InetAddress;

/** The liveness links, as a virtual router speaks to them: hand-over messages to the peer with that source address. */
public interface PeerLinks {
    /** No links: a node on its own, or keepalived on the other side. */
    PeerLinks NONE = new PeerLinks() {
        @Override
        public void askToTake(VirtualRouter router, InetAddress peer) {}

        @Override
        public void tellTaken(VirtualRouter router, InetAddress peer) {}

        @Override
        public void tellRefused(VirtualRouter router, InetAddress peer) {}

        @Override
        public void stateChanged(VirtualRouter router) {}

        @Override
        public boolean hasPeers() {
            return false;
        }

        @Override
        public void forgive(long nowNs) {}

        @Override
        public long silenceNs() {
            return 0;
        }
    };

    void askToTake(VirtualRouter router, InetAddress peer);

    void tellTaken(VirtualRouter router, InetAddress peer);

    void tellRefused(VirtualRouter router, InetAddress peer);

    /** Priority, state or source address changed: the peers want to know. */
    void stateChanged(VirtualRouter router);

    /** Whether any link is up. */
    boolean hasPeers();

    /** This thread was late: what the peers seemed to keep silent was not their doing. */
    void forgive(long nowNs);

    /** After how much silence a peer takes over. */
    long silenceNs();
}
