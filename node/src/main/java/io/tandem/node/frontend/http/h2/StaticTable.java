// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import java.nio.charset.StandardCharsets;

/** The fields that header compression knows from the start (RFC 7541 appendix A), by index 1 to 61. */
final class StaticTable {
    static final int LENGTH = 61;

    static final int AUTHORITY = 1;
    static final int METHOD_GET = 2;
    static final int METHOD_POST = 3;
    static final int PATH = 4;
    static final int SCHEME_HTTP = 6;
    static final int SCHEME_HTTPS = 7;
    static final int STATUS_200 = 8;

    private static final String[] FIELDS = {
        ":authority", "",
        ":method", "GET",
        ":method", "POST",
        ":path", "/",
        ":path", "/index.html",
        ":scheme", "http",
        ":scheme", "https",
        ":status", "200",
        ":status", "204",
        ":status", "206",
        ":status", "304",
        ":status", "400",
        ":status", "404",
        ":status", "500",
        "accept-charset", "",
        "accept-encoding", "gzip, deflate",
        "accept-language", "",
        "accept-ranges", "",
        "accept", "",
        "access-control-allow-origin", "",
        "age", "",
        "allow", "",
        "authorization", "",
        "cache-control", "",
        "content-disposition", "",
        "content-encoding", "",
        "content-language", "",
        "content-length", "",
        "content-location", "",
        "content-range", "",
        "content-type", "",
        "cookie", "",
        "date", "",
        "etag", "",
        "expect", "",
        "expires", "",
        "from", "",
        "host", "",
        "if-match", "",
        "if-modified-since", "",
        "if-none-match", "",
        "if-range", "",
        "if-unmodified-since", "",
        "last-modified", "",
        "link", "",
        "location", "",
        "max-forwards", "",
        "proxy-authenticate", "",
        "proxy-authorization", "",
        "range", "",
        "referer", "",
        "refresh", "",
        "retry-after", "",
        "server", "",
        "set-cookie", "",
        "strict-transport-security", "",
        "transfer-encoding", "",
        "user-agent", "",
        "vary", "",
        "via", "",
        "www-authenticate", "",
    };

    private static final byte[][] NAMES = new byte[LENGTH + 1][];
    private static final byte[][] VALUES = new byte[LENGTH + 1][];
    private static final int BUCKETS = 256;
    /** By a name's hash: its index, 0 for none; collisions go to the next bucket. */
    private static final byte[] BY_NAME = new byte[BUCKETS];

    static {
        NAMES[0] = new byte[0];
        VALUES[0] = NAMES[0];
        for (int i = 1; i <= LENGTH; i++) {
            NAMES[i] = FIELDS[2 * i - 2].getBytes(StandardCharsets.US_ASCII);
            VALUES[i] = FIELDS[2 * i - 1].getBytes(StandardCharsets.US_ASCII);
            if (NAMES[i][0] != ':') {
                int bucket = hash(NAMES[i], 0, NAMES[i].length);
                while (BY_NAME[bucket] != 0) {
                    bucket = (bucket + 1) % BUCKETS;
                }
                BY_NAME[bucket] = (byte) i;
            }
        }
    }

    private StaticTable() {}

    static byte[] name(int index) {
        return NAMES[index];
    }

    static byte[] value(int index) {
        return VALUES[index];
    }

    /** The index of a field of that name, in lower case; 0 for none. Pseudo-header fields are not found. */
    static int find(byte[] bytes, int start, int end) {
        for (int bucket = hash(bytes, start, end); BY_NAME[bucket] != 0; bucket = (bucket + 1) % BUCKETS) {
            byte[] name = NAMES[BY_NAME[bucket]];
            if (name.length == end - start && same(name, bytes, start)) {
                return BY_NAME[bucket];
            }
        }
        return 0;
    }

    private static boolean same(byte[] name, byte[] bytes, int start) {
        for (int i = 0; i < name.length; i++) {
            if (name[i] != bytes[start + i]) {
                return false;
            }
        }
        return true;
    }

    private static int hash(byte[] bytes, int start, int end) {
        if (start == end) {
            return 0;
        }
        int middle = bytes[start + (end - start) / 2] << 3;
        return (bytes[start] * 31 + bytes[end - 1] * 7 + middle + (end - start) * 13) & (BUCKETS - 1);
    }
}
