// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

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
        public boolean askToGive(VirtualRouter router) {
            return false;
        }

        @Override
        public boolean isActiveElsewhere(VirtualRouter router) {
            return false;
        }

        @Override
        public @Nullable InetAddress betterPeer(VirtualRouter router) {
            return null;
        }

        @Override
        public boolean isStranger(VirtualRouter router, InetAddress source) {
            return false;
        }

        @Override
        public boolean isAnyUp() {
            return false;
        }

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

    /**
     * Asks the peer that has this router's addresses to give them to this node.
     *
     * @return false where no peer with a link has them
     */
    boolean askToGive(VirtualRouter router);

    /** Whether a peer says by its link that it has this router's addresses. */
    boolean isActiveElsewhere(VirtualRouter router);

    /** A linked peer that may take this router's addresses and has a higher priority than it has now, or null. */
    @Nullable InetAddress betterPeer(VirtualRouter router);

    /** Whether the links to all members are up, and none of them advertises this router from that address. */
    boolean isStranger(VirtualRouter router, InetAddress source);

    /** Whether any member is heard by its link. */
    boolean isAnyUp();

    /** Priority, state or source address changed: the peers want to know. */
    void stateChanged(VirtualRouter router);

    /**
     * This thread was late. What the peers seemed to keep silent is forgiven, and what they have sent meanwhile is read.
     *
     * @return whether one of them took this node for dead and ended its link: it may hold the addresses by now
     */
    boolean wasGivenUp(long lateNs, long nowNs);
}
