// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import java.net.InetAddress;

/** What an election asks of the world around it: the LAN, the liveness link and the log. */
public interface Lan {
    /**
     * Sends one advertisement, now.
     *
     * @param priority 0..255; 0 says that this router stops
     */
    void sendAdvertisement(int priority);

    /**
     * Adds the virtual addresses; those already there stay.
     *
     * @param besideAnother whether another router answers for them until it knows of this one: then nobody may be led here
     *     before they are here. Otherwise switches may learn while the kernel still works.
     */
    void installAddresses(boolean besideAnother);

    /** Removes the virtual addresses and stops announcing them; those already gone are no error. */
    void removeAddresses();

    /** Starts a round of gratuitous ARP and neighbour advertisements: the first messages at once, the rest on schedule. */
    void announceAddresses();

    /** Logs, counts and runs scripts. Never blocks. */
    void reportState(StateChange change);

    /** Reports something an operator should look at; may be repeated often, so count each and log few. */
    void warn(Warning warning, InetAddress peer);

    /** Asks a peer over the liveness link to take the addresses; it gets {@link Event.PeerReleasing}. */
    void askPeerToTake(InetAddress peer);

    /** Tells a peer that asked so that its addresses are taken; it gets {@link Event.PeerTook}. */
    void tellPeerTaken(InetAddress peer);

    /** Tells a peer that asked so that this router cannot take its addresses; it gets {@link Event.PeerRefused}. */
    void tellPeerRefused(InetAddress peer);
}
