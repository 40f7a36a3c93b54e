// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

/**
 * What an authority says about one of its certificates (RFC 6960), to be stapled to handshakes.
 *
 * @param der as it was received; empty while there is none yet, though one can be given
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record OcspResponse(byte[] der) {
    /** A response is awaited: from a command, or from the authority. */
    static final OcspResponse AWAITED = new OcspResponse(new byte[0]);

    boolean isAwaited() {
        return der.length == 0;
    }
}
