// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.proxyprotocol;

/**
 * The PROXY protocol as a receiver reads it: version 1, one line of text, or version 2, binary.
 *
 * <p>As HAProxy 2.6 but for three things. A header that arrives in pieces is waited for, where HAProxy gives up. Addresses and
 * ports of version 1 are read by the letter of the specification, where HAProxy takes {@code 1.2.3} for {@code 1.2.3.0} and
 * port 99999 for 34463. What stands behind {@code UNKNOWN} is skipped as section 2.1 says, where HAProxy refuses it.
 *
 * @see <a href="https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt">The PROXY protocol</a>
 */
public final class ProxyDecoder implements HeaderDecoder {
    /** The one there is: it has no state. */
    public static final ProxyDecoder INSTANCE = new ProxyDecoder();

    private static final byte[] V1 = {'P', 'R', 'O', 'X', 'Y', ' '};

    private ProxyDecoder() {}

    @Override
    public Outcome decode(byte[] bytes, int length, int most, Announcement into) {
        if (length == 0) {
            return Outcome.MORE;
        }
        into.proxyProtocol = true;
        return bytes[0] == V1[0] ? first(bytes, length, into) : ProxyV2.decode(bytes, length, most, into);
    }

    private static Outcome first(byte[] bytes, int length, Announcement into) {
        for (int i = 0; i < Math.min(length, V1.length); i++) {
            if (bytes[i] != V1[i]) {
                return Outcome.FOREIGN;
            }
        }
        return length < V1.length ? Outcome.MORE : ProxyV1.decode(bytes, V1.length, length, into);
    }

    @Override
    public String words(Outcome outcome) {
        return switch (outcome) {
            case FOREIGN -> "Received something which does not look like a PROXY protocol header";
            case UNHANDLED -> "Received an unhandled protocol in the PROXY protocol header";
            case INVALID, DONE -> "Received an invalid PROXY protocol header";
            case MORE, TOO_LONG -> "Truncated PROXY protocol header received";
        };
    }

    @Override
    public String name() {
        return "PROXY protocol header";
    }

    @Override
    public String timeoutWords() {
        return "Timeout while waiting for PROXY protocol header";
    }
}
