// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.proxyprotocol;

import io.tandem.node.frontend.Peer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the header in front of a connection said: whose connection it is, and what else the sender knew. Filled by a decoder,
 * then only read.
 */
public final class Announcement {
    /** The client's address; empty where the sender speaks for itself or does not know. */
    public final Peer source = new Peer();
    /** The address the client connected to; empty likewise. */
    public final Peer destination = new Peer();

    int length;
    boolean proxyProtocol;
    byte @Nullable [] authority;
    byte @Nullable [] uniqueId;
    byte @Nullable [] namespace;
    /** What follows the addresses, in order; each type, length (two bytes) and value, checked. */
    byte @Nullable [] tlvs;

    /** How many bytes the header took. */
    public int length() {
        return length;
    }

    /** Whether it came by the PROXY protocol, not by NetScaler's way. */
    public boolean isProxyProtocol() {
        return proxyProtocol;
    }

    /** Whether it names the two ends of the connection. */
    public boolean hasAddresses() {
        return source.length() > 0;
    }

    /** {@code PP2_TYPE_AUTHORITY}, usually the server name of TLS; null when it was not sent. */
    public byte @Nullable [] authority() {
        return authority;
    }

    /** {@code PP2_TYPE_UNIQUE_ID}; null when it was not sent. */
    public byte @Nullable [] uniqueId() {
        return uniqueId;
    }

    /** The value of the first TLV of that type, 0..255; null when it was not sent. */
    public byte @Nullable [] tlv(int type) {
        byte[] all = tlvs;
        for (int at = 0; all != null && at < all.length; ) {
            int value = at + ProxyV2.TLV_HEAD;
            int end = value + ProxyV2.word(all, at + 1);
            if ((all[at] & 0xff) == type) {
                return Arrays.copyOfRange(all, value, end);
            }
            at = end;
        }
        return null;
    }

    /** {@code PP2_TYPE_NETNS}, the name of the network namespace; null when it was not sent. */
    public byte @Nullable [] namespace() {
        return namespace;
    }
}
