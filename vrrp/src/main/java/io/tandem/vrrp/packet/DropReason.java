// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import java.util.Locale;

/** Why a packet was not taken as an advertisement; each has its counter. In the order of the checks. */
public enum DropReason {
    /** Shorter than an IP and a VRRP header. */
    TOO_SHORT,
    /** The IPv4 header is not one, or not of a VRRP packet. */
    IP_HEADER,
    /** For another virtual router on the same interface: no fault. */
    VRID,
    /** Neither the length its address count asks for nor padding can explain it. */
    LENGTH,
    /** TTL or hop limit below 255, or out of a unicast peer's range: came through a router, or is forged. */
    TTL,
    /** The other version of VRRP. */
    VERSION,
    /** No signature, where one is needed. */
    HMAC_MISSING,
    /** Signed with a key of unknown id. */
    HMAC_KEY,
    /** A forged or damaged signature, or another key of the same id. */
    HMAC_TAG,
    /** Signed by a clock that is too far from ours. */
    HMAC_TIME,
    /** Signed well, but not later than what its sender signed before. */
    HMAC_REPLAY,
    /** Version 2: a kind of authentication that there is not. */
    AUTH_UNKNOWN,
    /** Version 2: another kind of authentication than configured. */
    AUTH_TYPE,
    /** Version 2: wrong password. */
    PASSWORD,
    /** Version 2: another advertisement interval than configured. */
    INTERVAL,
    /** Not an advertisement. */
    TYPE,
    /** The IP header's length is not that of the message. */
    IP_LENGTH,
    /** Damaged, or summed in no known way. */
    CHECKSUM,
    /** Multicast where unicast is configured, or the reverse. */
    DESTINATION,
    /** Unicast from a router that is no peer. */
    SOURCE;

    private final String text = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** As logged and as the metric's label: {@code auth-type}. */
    @Override
    public String toString() {
        return text;
    }
}
