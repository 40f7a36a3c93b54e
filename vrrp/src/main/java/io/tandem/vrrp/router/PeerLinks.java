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
        public boolean wasGivenUp(long lateNs, long nowNs) {
            return false;
        }
    };

    void askToTake(VirtualRouter router, InetAddress peer);

    void tellTaken(VirtualRouter router, InetAddress peer);

    void tellRefused(VirtualRouter router, InetAddress peer);

    /** Priority, state or source address changed: the peers want to know. */
    void stateChanged(VirtualRouter router);

    /**
     * This thread was late. What the peers seemed to keep silent is forgiven, and what they have sent meanwhile is read.
     *
     * @return whether one of them took this node for dead and ended its link: it may hold the addresses by now
     */
    boolean wasGivenUp(long lateNs, long nowNs);
}
