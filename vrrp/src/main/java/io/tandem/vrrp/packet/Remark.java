// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import java.util.Locale;

/** What is odd about an advertisement that is accepted all the same; each has its counter, logged once per sender. */
public enum Remark {
    /** Not signed, or not well, where the roll-out of {@code auth_hmac} has not come to {@code enforce} yet. */
    UNAUTHENTICATED,
    /** Version 3: the sender advertises at another interval. */
    INTERVAL_DIFFERS,
    /** The sender advertises other addresses than configured here. */
    ADDRESSES_DIFFER,
    /** Version 3 over IPv4: summed in the form that this router does not send (with or without pseudo-header). */
    OTHER_CHECKSUM_FORM;

    private final String text = name().toLowerCase(Locale.ROOT).replace('_', '-');

    @Override
    public String toString() {
        return text;
    }
}
