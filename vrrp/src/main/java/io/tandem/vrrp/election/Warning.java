// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import java.util.Locale;

/** What an election notices but cannot mend. */
public enum Warning {
    /** An advertisement came from this router's own address: an address conflict or a loop on the LAN. */
    OWN_ADDRESS_HEARD,
    /** Two routers claim to own the addresses (priority 255). */
    TWO_OWNERS,
    /** A router that no liveness link vouches for claims priority 255, and others follow it: misconfigured or an impostor. */
    UNKNOWN_OWNER,
    /** An advertisement of a router that no liveness link vouches for was refused, as configured. */
    STRANGER_REFUSED,
    /** A lower-priority router advertises while this one is Active: it does not hear us, or has just restarted. */
    SECOND_ACTIVE,
    /** Asked to hand over and stay, but the peer refused, died or did not answer: still Active. */
    HAND_OVER_FAILED;

    /** As logged: {@code own-address-heard}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
