// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.proxyprotocol;

import java.util.Map;

/** The types of TLVs in PROXY headers of version 2, by number or by the names of the protocol's specification, 2.2. */
public final class TlvTypes {
    /** {@code PP2_TYPE_CRC32C}. */
    public static final int CRC32C = ProxyV2.CRC32C;
    /** What {@link #parse} answers for anything else. */
    public static final int NONE = -1;

    private static final Map<String, Integer> NAMES = Map.ofEntries(
            Map.entry("ALPN", 0x01),
            Map.entry("AUTHORITY", 0x02),
            Map.entry("CRC32C", CRC32C),
            Map.entry("NOOP", 0x04),
            Map.entry("UNIQUE_ID", 0x05),
            Map.entry("SSL", 0x20),
            Map.entry("SSL_VERSION", 0x21),
            Map.entry("SSL_CN", 0x22),
            Map.entry("SSL_CIPHER", 0x23),
            Map.entry("SSL_SIG_ALG", 0x24),
            Map.entry("SSL_KEY_ALG", 0x25),
            Map.entry("NETNS", 0x30));

    private TlvTypes() {}

    /** The type written as {@code text}, 0..255; {@link #NONE} where it is none. */
    public static int parse(String text) {
        Integer named = NAMES.get(text);
        if (named != null) {
            return named;
        }
        try {
            int type = Integer.decode(text);
            return type >= 0 && type <= 255 ? type : NONE;
        } catch (NumberFormatException none) {
            return NONE;
        }
    }
}
